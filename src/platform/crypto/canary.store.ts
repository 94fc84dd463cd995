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

/** Does the database's canary open with this secret? Undefined when it has none. */
export async function canaryOpens(db: Queryable, sealer: Sealer): Promise<boolean | undefined> {
  const { rows: [found] } = await db.query<{ value: string }>("SELECT value FROM settings WHERE key = $1", [KEY]);
  if (!found) return undefined;
  try {
    openCanary(sealer, found.value);
    return true;
  } catch {
    return false;
  }
}

/** Seals the canary anew, when the master secret changes. */
export async function replaceCanary(tx: Queryable, sealer: Sealer): Promise<void> {
  await tx.query(
    "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()",
    [KEY, JSON.stringify(sealCanary(sealer))],
  );
}
