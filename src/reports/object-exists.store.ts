import type { Queryable } from "#platform/db/queryable.ts";
import { isUuid, parseRequestId } from "#platform/ids.ts";
import { findAccount } from "#reports/ledger-explorer.store.ts";

export const OBJECT_KINDS = ["orders", "users", "channels", "models", "codes", "requests", "ledger/transactions", "ledger/accounts"] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** Tables of those that are found by nothing but their id. */
const TABLES: Readonly<Partial<Record<ObjectKind, string>>> = {
  orders: "orders", users: "users", channels: "channels", models: "models", codes: "redeem_batches", requests: "charges", "ledger/transactions": "ledger_transactions",
};

/** Is there one of this kind with this id, as addresses of the back office name it? */
export async function objectExists(db: Queryable, kind: ObjectKind, id: string): Promise<boolean> {
  if (kind === "ledger/accounts") return (await findAccount(db, id)) !== undefined;
  const uuid = kind === "requests" ? parseRequestId(id) ?? id : id;
  if (!isUuid(uuid)) return false;
  const also = kind === "channels" ? "AND deleted_at IS NULL" : kind === "requests" ? "AND at = mm_uuid_ms($1)" : "";
  const { rowCount } = await db.query(`SELECT 1 FROM ${TABLES[kind]} WHERE id = $1 ${also}`, [uuid]);
  return rowCount === 1;
}
