/** A row as it is typed: credit from an amount on, in percent. */
export type BonusRow = Readonly<{ from: string; percent: string }>;

const AMOUNT = /^\d{1,9}(\.\d{1,2})?$/;
const PERCENT = /^\d{1,4}(\.\d{1,4})?$/;
const PERCENT_MAX = 1_000;

/** The rows of a stored table, the smallest amount first. */
export const bonusRows = (value: unknown): BonusRow[] =>
  Object.entries((value ?? {}) as Readonly<Record<string, number>>).sort(([a], [b]) => Number(a) - Number(b)).map(([from, percent]) => ({ from, percent: String(percent) }));

/** What is wrong with a row: `amount`, `percent`, `twice`; undefined when nothing is. */
export function bonusProblem(rows: readonly BonusRow[], index: number): "amount" | "percent" | "twice" | undefined {
  const { from = "", percent = "" } = rows[index] ?? {};
  if (!AMOUNT.test(from.trim())) return "amount";
  if (rows.some((row, at) => at < index && AMOUNT.test(row.from.trim()) && Number(row.from) === Number(from))) return "twice";
  return PERCENT.test(percent.trim()) && Number(percent) <= PERCENT_MAX ? undefined : "percent";
}

/** The table as it is stored; undefined while a row is wrong. */
export function bonusValue(rows: readonly BonusRow[]): Readonly<Record<string, number>> | undefined {
  if (rows.some((_, index) => bonusProblem(rows, index) !== undefined)) return undefined;
  return Object.fromEntries(rows.map(({ from, percent }) => [from.trim(), Number(percent)]));
}
