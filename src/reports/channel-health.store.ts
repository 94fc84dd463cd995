import type { Queryable } from "#platform/db/queryable.ts";

export type ChannelHealth = Readonly<{
  id: string; number: number; name: string; provider: string; baseUrl: string | null; status: string; reason: string | null;
  priority: number; weight: number; models: readonly string[]; groups: readonly string[];
  keys: readonly Readonly<{
    id: string; suffix: string; fingerprint: string; status: string; reason: string | null; disabledAt: string | null;
    /** Of the last 15 minutes. */
    attempts: number; failures: number; lastError: string | null; lastUsedAt: string | null;
  }>[];
}>;

/** Channels with the state of each key: switched off and why, and how its calls of the last 15 minutes went. */
export async function listChannelHealth(db: Queryable, filter: Readonly<{ afterNumber?: number; name?: string; limit: number }>): Promise<ChannelHealth[]> {
  const { rows } = await db.query<ChannelHealth>(
    `SELECT c.id, c.number, c.name, c.provider, c.base_url AS "baseUrl", c.status, c.reason, c.priority, c.weight,
            ARRAY(SELECT m.public_name FROM channel_models m WHERE m.channel_id = c.id ORDER BY 1) AS models,
            ARRAY(SELECT g.name FROM channel_groups cg JOIN groups g ON g.id = cg.group_id WHERE cg.channel_id = c.id ORDER BY 1) AS groups,
            coalesce((SELECT json_agg(json_build_object('id', k.id, 'suffix', k.suffix, 'fingerprint', k.fingerprint, 'status', k.status, 'reason', k.reason,
                       'disabledAt', k.disabled_at, 'attempts', coalesce(t.attempts, 0), 'failures', coalesce(t.failures, 0),
                       'lastError', t.last_error, 'lastUsedAt', t.last_used) ORDER BY k.position, k.id)
               FROM channel_keys k
               LEFT JOIN (SELECT credential, count(*)::int AS attempts, (count(*) FILTER (WHERE error_class IS NOT NULL))::int AS failures, max(at) AS last_used,
                                 (array_agg(error_class ORDER BY at DESC) FILTER (WHERE error_class IS NOT NULL))[1] AS last_error
                            FROM attempts WHERE at > now() - interval '15 minutes' AND channel_id = c.id GROUP BY credential) t ON t.credential = k.id
              WHERE k.channel_id = c.id), '[]') AS keys
       FROM channels c
      WHERE c.deleted_at IS NULL AND c.number > $1 AND ($2::text IS NULL OR c.name = $2) ORDER BY c.number LIMIT $3`,
    [filter.afterNumber ?? 0, filter.name ?? null, filter.limit],
  );
  return rows;
}
