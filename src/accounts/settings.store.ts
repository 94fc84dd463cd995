import { resolveSettings, type SettingPath, type SettingValues } from "#accounts/settings.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** What has been set, by path; defaults are not in it. */
export async function storedSettings(db: Queryable): Promise<ReadonlyMap<string, unknown>> {
  const { rows } = await db.query<{ key: string; value: unknown }>("SELECT key, value FROM settings ORDER BY key");
  return new Map(rows.map(({ key, value }) => [key, value]));
}

/** All settings, defaults filled in. */
export const loadSettings = async (db: Queryable): Promise<SettingValues> => resolveSettings(await storedSettings(db));

/** Stores a value that `parseSetting` gave. The caller raises the configuration's revision. */
export async function saveSetting(tx: Queryable, path: SettingPath, value: unknown): Promise<void> {
  await tx.query(
    "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()",
    [path, JSON.stringify(value)],
  );
}
