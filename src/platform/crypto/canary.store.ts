import type { Queryable } from "#platform/db/queryable.ts";
import { openCanary, sealCanary } from "./canary.ts";
import type { Sealer } from "./seal.ts";

const KEY = "system.canary";

/**
 * Opens the database's canary, or leaves one in a database that has none. At a start it is called twice: before the
 * migrations, so that nothing is written with a wrong secret, and after them; without tables it does nothing.
 *
 * @throws SecretError when the master secret is not the one of this database
 */
export async function checkCanary(db: Queryable, sealer: Sealer): Promise<void> {
  const { rows: [table] } = await db.query<{ name: string | null }>("SELECT to_regclass('public.settings')::text AS name");
  if (!table?.name) return;
  const read = () => db.query<{ value: string }>("SELECT value FROM settings WHERE key = $1", [KEY]);
  const { rows: [found] } = await read();
  if (found) return openCanary(sealer, found.value);
  await db.query(
    "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING", [KEY, JSON.stringify(sealCanary(sealer))],
  );
  // Another node may have been first, with another secret.
  const { rows: [kept] } = await read();
  if (kept) openCanary(sealer, kept.value);
}
