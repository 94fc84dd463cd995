import { recordLegalVersion } from "#accounts/legal.store.ts";
import { legalPageOf, type LegalTexts } from "#accounts/legal.ts";
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
  const page = legalPageOf(path);
  if (page) await recordLegalVersion(tx, page, value as LegalTexts);
}

/** Back to what holds while nobody has set it. The caller raises the configuration's revision. */
export async function clearSetting(tx: Queryable, path: SettingPath): Promise<void> {
  await tx.query("DELETE FROM settings WHERE key = $1", [path]);
  const page = legalPageOf(path);
  if (page) await recordLegalVersion(tx, page, undefined);
}

export type SettingChange = Readonly<{ seq: bigint; at: Date; actorType: string; actorId: string | null; email: string | null; before: unknown; after: unknown }>;

/** Who changed a setting, newest first: from the audit log, which has every change by people, tokens and files. */
export async function settingHistory(db: Queryable, path: string, limit: number): Promise<readonly SettingChange[]> {
  const { rows } = await db.query<SettingChange>(
    `SELECT a.seq, a.at, a.actor_type AS "actorType", a.actor_id AS "actorId", u.email, a.before -> 'value' AS before, a.after -> 'value' AS after
       FROM audit_log a LEFT JOIN users u ON a.actor_type = 'user' AND u.id::text = a.actor_id
      WHERE a.target_type = 'setting' AND a.target_id = $1 ORDER BY a.seq DESC LIMIT $2`,
    [path, limit],
  );
  return rows;
}

export type SettingMark = Readonly<{ path: string; at: Date; by: string | null }>;

/** When each stored setting was set, and by whom. */
export async function settingMarks(db: Queryable): Promise<readonly SettingMark[]> {
  const { rows } = await db.query<SettingMark>(
    `SELECT s.key AS path, s.updated_at AS at, a.by
       FROM settings s LEFT JOIN LATERAL (
         SELECT coalesce(u.email, l.actor_type || coalesce(' ' || l.actor_id, '')) AS by FROM audit_log l LEFT JOIN users u ON l.actor_type = 'user' AND u.id::text = l.actor_id
          WHERE l.target_type = 'setting' AND l.target_id = s.key ORDER BY l.seq DESC LIMIT 1) a ON true`,
  );
  return rows;
}
