import type { Pool, QueryResultRow } from "pg";
import { CHANNEL_OFFERS } from "#channels/index.ts";
import type { SnapshotRows } from "#snapshot/snapshot-rows.ts";

/**
 * Reads everything on offer in one read-only transaction, so that the rows and the revision belong together.
 * Price and cost versions: the one in force ten minutes ago (a slow clock may still ask for it) and all after it.
 */
export async function loadSnapshotRows(pool: Pool): Promise<SnapshotRows> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const all = async <R extends QueryResultRow>(sql: string): Promise<R[]> => (await client.query<R>(sql)).rows;
    const rows: SnapshotRows = {
      rev: (await all<{ rev: bigint }>("SELECT coalesce(max(rev), 0)::bigint AS rev FROM config_rev"))[0]!.rev,
      settings: await all("SELECT key, value FROM settings"),
      models: await all(`
        SELECT m.id, m.slug, v.slug AS vendor, m.endpoints, m.created_at, m.limits, m.fallbacks, m.preset, CASE WHEN m.facts = '{}' THEN coalesce(b.facts, m.facts) ELSE m.facts END AS facts,
               coalesce(m.context_tokens, b.context_tokens) AS context_tokens, coalesce(m.max_output_tokens, b.max_output_tokens) AS max_output_tokens,
               coalesce(m.list_price, b.list_price) AS list_price
          FROM models m LEFT JOIN models b ON b.slug = m.preset ->> 'model' LEFT JOIN vendors v ON v.id = coalesce(m.vendor_id, b.vendor_id) WHERE m.enabled ORDER BY m.slug`),
      off: (await all<{ slug: string }>("SELECT slug FROM models WHERE NOT enabled")).map(({ slug }) => slug),
      aliases: await all("SELECT a.alias, m.slug FROM model_aliases a JOIN models m ON m.id = a.model_id"),
      prices: await all(`
        SELECT id, model_id, effective_from, doc FROM price_versions p
         WHERE effective_from >= coalesce((SELECT max(q.effective_from) FROM price_versions q
                 WHERE q.model_id = p.model_id AND q.effective_from <= now() - interval '10 minutes'), '-infinity')
         ORDER BY model_id, effective_from`),
      groups: await all("SELECT id, name, ppm, limits, auto FROM groups"),
      groupPrices: await all("SELECT group_id, model_id, ppm, doc FROM group_prices"),
      userPrices: await all("SELECT user_id, model_id, ppm, doc FROM user_prices"),
      channels: await all(`
        SELECT id, number, name, provider, base_url, protocol, priority, weight, key_mode, cost_ppm, limits, timeouts, settings, proxy_sealed, status, paused_until
          FROM channels ORDER BY number`),
      channelKeys: await all("SELECT id, channel_id, sealed, weight, limits, status FROM channel_keys ORDER BY channel_id, position, id"),
      channelModels: await all(`SELECT channel_id, public_name, upstream_name FROM ${CHANNEL_OFFERS} offers`),
      channelGroups: await all("SELECT channel_id, group_id FROM channel_groups"),
      costs: await all(`
        SELECT id, channel_id, upstream_model, effective_from, doc FROM cost_versions c
         WHERE currency = 'USD' AND effective_from >= coalesce((SELECT max(d.effective_from) FROM cost_versions d
                 WHERE d.channel_id = c.channel_id AND d.upstream_model = c.upstream_model AND d.effective_from <= now() - interval '10 minutes'), '-infinity')
         ORDER BY channel_id, upstream_model, effective_from`),
    };
    await client.query("COMMIT");
    client.release();
    return rows;
  } catch (error) {
    client.release(true); // the transaction may still be open: the connection goes
    throw error;
  }
}

/** The revision that the database is at: one short query, for the poll. */
export async function loadConfigRev(pool: Pool): Promise<bigint> {
  const { rows } = await pool.query<{ rev: bigint }>("SELECT coalesce(max(rev), 0)::bigint AS rev FROM config_rev");
  return rows[0]!.rev;
}

/** Says which revision a node serves: `store apply` waits for it. */
export async function announceSnapshotRev(pool: Pool, nodeId: string, rev: bigint): Promise<void> {
  await pool.query("UPDATE relay_nodes SET snapshot_rev = $2 WHERE id = $1", [nodeId, rev]);
}

/** The database's clock in milliseconds. */
export async function databaseNowMs(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ ms: number }>("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms");
  return rows[0]!.ms;
}
