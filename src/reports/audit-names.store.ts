import type { Queryable } from "#platform/db/queryable.ts";

/** What the ids in audit entries stand for, as far as it is still there. @returns id -> name */
export async function auditNames(db: Queryable, ids: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { rows } = await db.query<{ id: string; name: string }>(
    `SELECT id::text, name FROM groups WHERE id = ANY($1::uuid[])
     UNION ALL SELECT id::text, slug FROM models WHERE id = ANY($1::uuid[])
     UNION ALL SELECT id::text, name FROM channels WHERE id = ANY($1::uuid[])
     UNION ALL SELECT id::text, email FROM users WHERE id = ANY($1::uuid[])
     UNION ALL SELECT id::text, name FROM api_keys WHERE id = ANY($1::uuid[])
     UNION ALL SELECT id::text, number FROM orders WHERE id = ANY($1::uuid[])
     UNION ALL SELECT id::text, name FROM redeem_batches WHERE id = ANY($1::uuid[])`,
    [ids]);
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}
