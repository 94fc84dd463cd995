import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const folder = path.resolve(import.meta.dirname, "../.out");
const PARTS = ["procedures", "pages"] as const;

/** One thing that was asked for as everybody: what it wants, and what each person got. */
export type Verdicts = Readonly<{ name: string; wants: string; found: readonly string[] }>;

/**
 * Writes who got what as a table, and both parts together as `tests/.out/authorization.md`: that is what a person
 * reads. Each part comes from a run of its own.
 */
export function writeVerdicts(part: (typeof PARTS)[number], people: readonly string[], rows: readonly Verdicts[]): void {
  const table = [
    `## ${part}: ${rows.length}, each as ${people.length} people: ${rows.length * people.length} verdicts, ${holesIn(people, rows).length} holes`, "",
    `| ${part} | wants | ${people.join(" | ")} |`, `|${" --- |".repeat(people.length + 2)}`,
    ...rows.map(({ name, wants, found }) => `| ${name} | ${wants} | ${found.join(" | ")} |`).sort(), "",
  ].join("\n");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `authorization-${part}.md`), table);
  const parts = PARTS.map((name) => path.join(folder, `authorization-${name}.md`)).filter((file) => existsSync(file));
  writeFileSync(path.join(folder, "authorization.md"), `# Who may do what\n\n${parts.map((file) => readFileSync(file, "utf8")).join("\n")}`);
}

/** Where a verdict is missing. */
export const holesIn = (people: readonly string[], rows: readonly Verdicts[]): readonly string[] =>
  rows.flatMap(({ name, wants, found }) => people.flatMap((person, at) => (wants === "" || !found[at] ? [`${name} as ${person}`] : [])));
