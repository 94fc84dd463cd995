/** Where a page of a list begins: the sort values of the last row before it, opaque to the browser. */
export const toCursor = (values: readonly (string | number | bigint | Date)[]): string =>
  Buffer.from(JSON.stringify(values.map((value) => (value instanceof Date ? value.toISOString() : String(value))))).toString("base64url");

/** The values of a cursor; undefined when it is none of ours. */
export function fromCursor(cursor: string | undefined, length: number): readonly string[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(values) && values.length === length && values.every((value) => typeof value === "string") ? values : undefined;
  } catch {
    return undefined;
  }
}

/** One row more than asked for tells whether there is a next page. */
export function cutPage<T>(rows: readonly T[], limit: number, cursorOf: (row: T) => string): { rows: readonly T[]; next: string | undefined } {
  const shown = rows.slice(0, limit);
  return { rows: shown, next: rows.length > limit ? cursorOf(shown.at(-1)!) : undefined };
}

/** Collects conditions with their values: `?` stands for the value. */
export function conditions(): { add(condition: string, value: unknown): void; param(value: unknown): string; where(): string; values: unknown[] } {
  const values: unknown[] = [];
  const parts: string[] = [];
  const param = (value: unknown): string => `$${values.push(value)}`;
  return {
    values,
    param,
    add(condition, value) {
      if (value === undefined) return;
      const name = param(value);
      parts.push(condition.replaceAll("?", name));
    },
    where: () => (parts.length === 0 ? "" : `WHERE ${parts.join(" AND ")}`),
  };
}
