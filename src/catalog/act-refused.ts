/** Why an act of the staff was not done. The page has a sentence for each. */
export type RefusalCode =
  | "not_found" | "changed_meanwhile" | "name_taken" | "alias_taken" | "wildcard_plain" | "invalid" | "below_cost" | "begun_already" | "in_the_past" | "default_group" | "in_use" | "nothing_to_do";

/** The act was refused and nothing has changed. `detail` is for the person who acts: never a secret. */
export class ActRefused extends Error {
  override readonly name = "ActRefused";
  readonly code: RefusalCode;
  readonly detail: string | undefined;
  constructor(code: RefusalCode, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}

/** Unique violation of PostgreSQL. */
export const isTaken = (error: unknown): boolean => (error as { code?: string } | undefined)?.code === "23505";
