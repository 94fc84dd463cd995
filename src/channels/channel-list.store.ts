import { readChannelSettings, type ChannelSettings } from "#channels/channel-settings.ts";
import { FAILED, LIMITED } from "#channels/channel-state.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type ChannelKeyView = Readonly<{
  id: string; suffix: string; fingerprint: string; source: string | null; status: "active" | "disabled"; reason: string | null; disabledAt: Date | null; createdAt: Date;
  /** Of the last 15 minutes. */
  attempts: number; failures: number; limited: number; lastError: string | null;
  /** Of the last 24 hours. */
  dayAttempts: number; dayCostPico: bigint; lastUsedAt: Date | null;
}>;

export type ChannelView = Readonly<{
  id: string; number: number; name: string; provider: string; baseUrl: string | null; protocol: string | null; priority: number; weight: number; keyMode: string;
  costPpm: number; limits: Readonly<Record<string, number>>; timeouts: Readonly<Record<string, number>>; settings: ChannelSettings; status: "active" | "disabled" | "down"; reason: string | null;
  pausedUntil: Date | null; createdAt: Date; updatedAt: Date;
  groups: readonly Readonly<{ id: string; name: string }>[];
  models: readonly Readonly<{ publicName: string; upstreamName: string; sold: boolean; priced: boolean }>[];
  keys: readonly ChannelKeyView[];
  lastTest: StoredTest | null;
  recent: ChannelTraffic;
  day: ChannelTraffic;
  /** Attempts of the last minute. */
  rpm: number;
  /** Attempts in each of the last 15 minutes, oldest first. */
  spark: readonly number[];
  /** Failures of the last hour by class, the most first. */
  errors: readonly Readonly<{ class: string; count: number }>[];
}>;

export type StoredTest = Readonly<{ at: string; ok: boolean; model?: string; keySuffix?: string; costPico: string; steps: readonly Readonly<{ step: string; state: string; ms?: number; note?: string; count?: number; until?: string; tokens?: Readonly<{ input: number; output: number }> }>[] }>;

/** `limited` (429) counts neither for nor against the channel. */
export type ChannelTraffic = Readonly<{ attempts: number; failures: number; limited: number; ttftP50: number | null; ttftP95: number | null; costPico: bigint }>;

type Row = Omit<ChannelView, "keys" | "recent" | "day" | "rpm" | "errors" | "groups" | "models" | "spark">;
type TrafficRow = {
  channel: string; attempts: number; failures: number; limited: number; p50: number | null; p95: number | null; cost: string;
  r_attempts: number; r_failures: number; r_limited: number; r_p50: number | null; r_p95: number | null; r_cost: string; rpm: number;
};

/** Channels by number, with how they have done. `id` = that one alone. */
export async function listChannels(db: Queryable, id?: string): Promise<readonly ChannelView[]> {
  const only = id ?? null;
  const { rows } = await db.query<Row>(
    `SELECT id, number, name, provider, base_url AS "baseUrl", protocol, priority, weight, key_mode AS "keyMode", cost_ppm AS "costPpm", limits, timeouts, settings, status, reason,
            CASE WHEN paused_until > now() THEN paused_until END AS "pausedUntil", created_at AS "createdAt", updated_at AS "updatedAt", last_test AS "lastTest"
       FROM channels WHERE deleted_at IS NULL AND ($1::uuid IS NULL OR id = $1) ORDER BY number`, [only]);
  if (rows.length === 0) return [];
  const [keys, models, groups, traffic, errors, minutes] = [
    await readKeys(db, only), await readModels(db, only), await readGroups(db, only), await readTraffic(db, only), await readErrors(db, only), await readMinutes(db, only),
  ];
  return rows.map((row) => {
    const of = traffic.get(row.id);
    return {
      ...row,
      settings: readChannelSettings(row.settings) ?? {},
      keys: keys.get(row.id) ?? [], models: models.get(row.id) ?? [], groups: groups.get(row.id) ?? [], errors: errors.get(row.id) ?? [],
      spark: Array.from({ length: 15 }, (_, index) => minutes.get(`${row.id} ${14 - index}`) ?? 0),
      rpm: of?.rpm ?? 0,
      day: of ? { attempts: of.attempts, failures: of.failures, limited: of.limited, ttftP50: of.p50, ttftP95: of.p95, costPico: BigInt(of.cost) } : NO_TRAFFIC,
      recent: of ? { attempts: of.r_attempts, failures: of.r_failures, limited: of.r_limited, ttftP50: of.r_p50, ttftP95: of.r_p95, costPico: BigInt(of.r_cost) } : NO_TRAFFIC,
    };
  });
}

const NO_TRAFFIC: ChannelTraffic = { attempts: 0, failures: 0, limited: 0, ttftP50: null, ttftP95: null, costPico: 0n };

async function readKeys(db: Queryable, id: string | null): Promise<Map<string, ChannelKeyView[]>> {
  const { rows } = await db.query<Omit<ChannelKeyView, "dayCostPico"> & { channel: string; dayCostPico: string }>(
    `SELECT k.channel_id AS channel, k.id, k.suffix, k.fingerprint, k.source, k.status, k.reason, k.disabled_at AS "disabledAt", k.created_at AS "createdAt",
            coalesce(t.attempts, 0) AS attempts, coalesce(t.failures, 0) AS failures, coalesce(t.limited, 0) AS limited, t.last_error AS "lastError",
            coalesce(t.day, 0) AS "dayAttempts", coalesce(t.cost, 0)::text AS "dayCostPico", t.last_used AS "lastUsedAt"
       FROM channel_keys k
       LEFT JOIN (SELECT credential, count(*)::int AS day, sum(cost_pico) AS cost, max(at) AS last_used,
                         (count(*) FILTER (WHERE at > now() - interval '15 minutes'))::int AS attempts,
                         (count(*) FILTER (WHERE at > now() - interval '15 minutes' AND ${FAILED}))::int AS failures,
                         (count(*) FILTER (WHERE at > now() - interval '15 minutes' AND ${LIMITED}))::int AS limited,
                         (array_agg(error_class ORDER BY at DESC) FILTER (WHERE error_class IS NOT NULL))[1] AS last_error
                    FROM attempts WHERE at > now() - interval '24 hours' AND ($1::uuid IS NULL OR channel_id = $1) GROUP BY credential) t ON t.credential = k.id
      WHERE $1::uuid IS NULL OR k.channel_id = $1 ORDER BY k.channel_id, k.position, k.id`, [id]);
  return grouped(rows.map(({ dayCostPico, ...row }) => ({ ...row, dayCostPico: BigInt(dayCostPico) })));
}

async function readModels(db: Queryable, id: string | null) {
  const { rows } = await db.query<{ channel: string; publicName: string; upstreamName: string; sold: boolean; priced: boolean }>(
    `SELECT cm.channel_id AS channel, cm.public_name AS "publicName", cm.upstream_name AS "upstreamName", coalesce(m.enabled, false) AS sold,
            EXISTS (SELECT 1 FROM price_versions p WHERE p.model_id = m.id AND p.effective_from <= now()) AS priced
       FROM channel_models cm LEFT JOIN models m ON m.slug = cm.public_name WHERE $1::uuid IS NULL OR cm.channel_id = $1 ORDER BY 2`, [id]);
  return grouped(rows);
}

async function readGroups(db: Queryable, id: string | null) {
  const { rows } = await db.query<{ channel: string; id: string; name: string }>(
    "SELECT cg.channel_id AS channel, g.id, g.name FROM channel_groups cg JOIN groups g ON g.id = cg.group_id WHERE $1::uuid IS NULL OR cg.channel_id = $1 ORDER BY g.name", [id]);
  return grouped(rows);
}

async function readTraffic(db: Queryable, id: string | null): Promise<Map<string, TrafficRow>> {
  const recent = "at > now() - interval '15 minutes'";
  const percentile = (share: number, where: string): string => `(percentile_cont(${share}) WITHIN GROUP (ORDER BY coalesce(ttft_ms, latency_ms)) FILTER (WHERE error_class IS NULL AND ${where}))::float8`;
  const { rows } = await db.query<TrafficRow>(
    `SELECT channel_id AS channel, count(*)::int AS attempts, (count(*) FILTER (WHERE ${FAILED}))::int AS failures, (count(*) FILTER (WHERE ${LIMITED}))::int AS limited,
            ${percentile(0.5, "true")} AS p50, ${percentile(0.95, "true")} AS p95, sum(cost_pico)::text AS cost,
            (count(*) FILTER (WHERE ${recent}))::int AS r_attempts, (count(*) FILTER (WHERE ${recent} AND ${FAILED}))::int AS r_failures,
            (count(*) FILTER (WHERE ${recent} AND ${LIMITED}))::int AS r_limited, ${percentile(0.5, recent)} AS r_p50, ${percentile(0.95, recent)} AS r_p95,
            coalesce(sum(cost_pico) FILTER (WHERE ${recent}), 0)::text AS r_cost, (count(*) FILTER (WHERE at > now() - interval '1 minute'))::int AS rpm
       FROM attempts WHERE at > now() - interval '24 hours' AND ($1::uuid IS NULL OR channel_id = $1) GROUP BY channel_id`, [id]);
  return new Map(rows.map((row) => [row.channel, row]));
}

async function readErrors(db: Queryable, id: string | null) {
  const { rows } = await db.query<{ channel: string; class: string; count: number }>(
    `SELECT channel_id AS channel, error_class AS class, count(*)::int AS count FROM attempts
      WHERE at > now() - interval '1 hour' AND error_class IS NOT NULL AND ($1::uuid IS NULL OR channel_id = $1) GROUP BY 1, 2 ORDER BY 3 DESC, 2`, [id]);
  return grouped(rows);
}

async function readMinutes(db: Queryable, id: string | null): Promise<Map<string, number>> {
  const { rows } = await db.query<{ channel: string; ago: number; count: number }>(
    `SELECT channel_id AS channel, floor(extract(epoch FROM now() - at) / 60)::int AS ago, count(*)::int AS count FROM attempts
      WHERE at > now() - interval '15 minutes' AND ($1::uuid IS NULL OR channel_id = $1) GROUP BY 1, 2`, [id]);
  return new Map(rows.map(({ channel, ago, count }) => [`${channel} ${ago}`, count]));
}

function grouped<R extends { channel: string }>(rows: readonly R[]): Map<string, Omit<R, "channel">[]> {
  const lists = new Map<string, Omit<R, "channel">[]>();
  for (const { channel, ...row } of rows) lists.set(channel, [...(lists.get(channel) ?? []), row]);
  return lists;
}
