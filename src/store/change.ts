import type { PoolClient } from "pg";
import { canonicalJson } from "#accounts/index.ts";
import type { Sealer } from "#channels/index.ts";
import type { Path } from "#store/yaml-source.ts";

/** Kinds of things that a store file names; also what `--prune` takes. */
export const KINDS = ["groups", "models", "channels", "users", "keys", "codes", "management_tokens"] as const;
export type Kind = (typeof KINDS)[number];

export type Field = Readonly<{ name: string; before?: unknown; after: unknown }>;

/** One thing that will be done, said before it is done. */
export type Change = Readonly<{
  op: "create" | "update" | "remove";
  /** `model`, `channel`, `key` … */
  kind: string;
  name: string;
  /** What becomes different; never a secret. */
  fields: readonly Field[];
  /** A secret that was made here and is shown once. */
  madeSecret?: string;
  run(tx: PoolClient, ids: Ids): Promise<void>;
}>;

/** Ids by name; things that are made on the way are entered here for those that come after. */
export type Ids = Readonly<{ groups: Map<string, string>; models: Map<string, string>; /** Latest start of a published price. */ pricesFrom: Date[] }>;

/** What planning may use besides the shop and the file. */
export type PlanTools = Readonly<{
  keyPepper: Buffer;
  codePepper: Buffer;
  sealer: Sealer;
  fingerprint(secret: string): string;
  hashPassword(password: string): Promise<string>;
  /** E-mails whose password in the file is the one they have. */
  samePassword: ReadonlySet<string>;
  makeSecret(prefix: "sk-mm-" | "mm-admin-"): string;
  variables: Readonly<Record<string, string | undefined>>;
  /** Records an error at a place of the file. */
  fail(path: Path, message: string): void;
}>;

/**
 * The fields that the file names and that differ. Undefined in `wanted` = not named = left alone.
 * Values are compared as JSON, so they must be plain (texts for amounts and dates).
 */
export function differences(current: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): Field[] {
  return Object.entries(wanted).flatMap(([name, after]) => {
    if (after === undefined || canonicalJson(current[name] ?? null) === canonicalJson(after)) return [];
    return [{ name, ...(current[name] !== undefined && { before: current[name] }), after }];
  });
}

/** Only the members of `patch` whose field differs. */
export function picked<P extends Readonly<Record<string, unknown>>>(patch: P, fields: readonly Field[]): Partial<P> {
  const names = new Set(fields.map(({ name }) => name));
  return Object.fromEntries(Object.entries(patch).filter(([name]) => names.has(name))) as Partial<P>;
}

/** `~ channel main: weight 1 -> 5` */
export function describe({ op, kind, name, fields, madeSecret }: Change): string {
  const sign = { create: "+", update: "~", remove: "-" }[op];
  const details = op === "remove" ? "" : fields.map(({ name: field, before, after }) =>
    (before === undefined || op === "create" ? `${field} ${brief(after)}` : `${field} ${brief(before)} -> ${brief(after)}`)).join(", ");
  const secret = madeSecret === undefined ? "" : `\n    ${madeSecret}   (shown this once)`;
  return `${sign} ${kind} ${name}${details ? `: ${details}` : ""}${secret}`;
}

function brief(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
