export const TASK_NOTES = ["unsent", "unknown", "late", "untaken", "existing", "released", "noAnswer", "status", "nothing", "notMade"] as const;

/** A sentence that the shop itself writes about a task: the key of its words, and what they name. */
export type TaskNote = Readonly<{ key: (typeof TASK_NOTES)[number]; values: Readonly<Record<string, string>> }>;

const SENTENCES: readonly (readonly [RegExp, TaskNote["key"]])[] = [
  [/^nobody knows whether it was sent$/, "unsent"],
  [/^It is not known whether the vendor took it\.$/, "unknown"],
  [/^It was not ready in time\.$/, "late"],
  [/^nobody took it$/, "untaken"],
  [/^the vendor has it as (?<id>\S+)$/, "existing"],
  [/^The shop has ended this task\.$/, "released"],
  [/^no answer within (?<seconds>[\d.]+) s$/, "noAnswer"],
  [/^the vendor answered (?<status>\d+)$/, "status"],
  [/^Nothing was made\.$/, "nothing"],
  [/^It could not be made\.$/, "notMade"],
];

/** Tasks keep their notes in English, as clients of the API are told them. @returns undefined for words of a vendor or of staff */
export function taskNote(text: string): TaskNote | undefined {
  for (const [pattern, key] of SENTENCES) {
    const match = pattern.exec(text);
    if (match) return { key, values: { ...match.groups } };
  }
  return undefined;
}
