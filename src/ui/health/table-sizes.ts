type Part = Readonly<{ name: string; parent: string; bytes: bigint; rows: bigint | null }>;
type Table = Readonly<{ name: string; bytes: bigint; rows: bigint | null }>;

/** A table, or one month of a table that is kept by months. */
export type SizeLine = Readonly<{ key: string; name: string; month: string | null; bytes: bigint; rows: bigint | null }>;

const MONTH = /_(\d{4})_(\d{2})$/;

/**
 * Tables and the months of tables in one list, the largest first. Months to come are made ahead of time and empty: they
 * are counted, not listed.
 *
 * @param thisMonth as `2026-11`
 */
export function tableSizes(tables: readonly Table[], partitions: readonly Part[], thisMonth: string): Readonly<{ lines: readonly SizeLine[]; monthsAhead: number; lastMonth: string | null }> {
  const months = partitions.map((part) => ({ part, month: monthOf(part.name) }));
  const ahead = [...new Set(months.flatMap(({ month }) => (month !== null && month > thisMonth ? [month] : [])))].toSorted();
  const lines: readonly SizeLine[] = [
    ...months.filter(({ month }) => month === null || month <= thisMonth).map(({ part, month }) => ({ key: part.name, name: month === null ? part.name : part.parent, month, bytes: part.bytes, rows: part.rows })),
    ...tables.map(({ name, bytes, rows }) => ({ key: name, name, month: null, bytes, rows })),
  ];
  return { lines: lines.toSorted((a, b) => (a.bytes === b.bytes ? a.key.localeCompare(b.key, "en") : a.bytes > b.bytes ? -1 : 1)), monthsAhead: ahead.length, lastMonth: ahead.at(-1) ?? null };
}

function monthOf(name: string): string | null {
  const [, year, month] = MONTH.exec(name) ?? [];
  return year === undefined ? null : `${year}-${month}`;
}
