import type { Queryable } from "#platform/db/queryable.ts";

/**
 * Writes the given columns of one row. Column names come from code, never from input.
 *
 * @returns false when no row has that id
 */
export async function updateRow(
  db: Queryable,
  table: string,
  id: string,
  columns: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const names = Object.keys(columns).filter((name) => columns[name] !== undefined);
  if (names.length === 0) return true;
  const sets = names.map((name, index) => `${name} = $${index + 2}`).join(", ");
  const { rowCount } = await db.query(`UPDATE ${table} SET ${sets} WHERE id = $1`, [id, ...names.map((name) => columns[name])]);
  return rowCount === 1;
}
