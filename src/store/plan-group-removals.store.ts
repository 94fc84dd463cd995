import type { Queryable } from "#platform/db/queryable.ts";
import { DEFAULT_GROUP } from "#catalog/index.ts";
import type { Change } from "#store/change.ts";
import type { ShopState } from "#store/shop-state.ts";

/** Groups that the file does not name and nobody is in; one that is in use stays, as does the default. */
export async function planGroupRemovals(db: Queryable, named: readonly string[], shop: ShopState): Promise<Change[]> {
  const { rows } = await db.query<{ id: string }>(
    "SELECT id FROM groups g WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.group_id = g.id) AND NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.group_id = g.id)",
  );
  const unused = new Set(rows.map(({ id }) => id));
  return [...shop.groups.values()].filter(({ id, name }) => unused.has(id) && name !== DEFAULT_GROUP && !named.includes(name)).map((group): Change => ({
    op: "remove", kind: "group", name: group.name, fields: [],
    run: async (tx) => void (await tx.query("DELETE FROM groups WHERE id = $1", [group.id])),
  }));
}
