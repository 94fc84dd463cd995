import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { compilePrice, parsePriceDocument, priceUsage } from "#money/price.ts";
import { ppm } from "#money/amount.ts";
import { requestIdText, uuidv7 } from "#platform/ids.ts";

/** Writes a settled request as the settlement would, without its ledger entries: for tests of what is read from it. */
export async function addCharge(
  pool: Pool,
  ask: Readonly<{ email: string; model: string; channel: string; usage: Readonly<Record<string, number>>; outcome?: string }>,
): Promise<{ id: string; uuid: string }> {
  const { rows } = await pool.query<{ user_id: string; key_id: string; wallet_id: string; model_id: string; channel_id: string; version: bigint; doc: unknown; credential: string }>(
    `SELECT u.id AS user_id, k.id AS key_id, w.id AS wallet_id, m.id AS model_id, c.id AS channel_id, p.id AS version, p.doc,
            (SELECT id FROM channel_keys ck WHERE ck.channel_id = c.id ORDER BY position LIMIT 1) AS credential
       FROM users u JOIN wallets w ON w.owner_id = u.id LEFT JOIN api_keys k ON k.user_id = u.id, models m JOIN price_versions p ON p.model_id = m.id, channels c
      WHERE u.email = $1 AND m.slug = $2 AND c.name = $3 ORDER BY k.id, p.effective_from DESC LIMIT 1`,
    [ask.email, ask.model, ask.channel],
  );
  const row = rows[0]!;
  const price = compilePrice({ versionId: row.version, document: parsePriceDocument(row.doc), multipliers: [{ source: "group", name: "default", ppm: ppm(1_000_000) }] });
  const card = price.card(0, Date.now());
  const { sumPico, chargeNano } = priceUsage(card, ask.usage);
  const { input = 0n, cache_read = 0n, cache_write_5m = 0n, cache_write_1h = 0n, output = 0n, reasoning = 0n, ...others } = card.prices;
  await pool.query(
    `INSERT INTO rate_cards (id, price_version_id, multipliers, p_input, p_cache_read, p_cache_write_5m, p_cache_write_1h, p_output, p_reasoning, p_other)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
    [card.id, row.version, JSON.stringify(card.multipliers), input, cache_read, cache_write_5m, cache_write_1h, output, reasoning,
      JSON.stringify(Object.fromEntries(Object.entries(others).map(([item, amount]) => [item, amount.toString()])))],
  );
  const uuid = uuidv7(), settlement = randomUUID();
  await pool.query("INSERT INTO ledger_transactions (id, kind, idempotency_key, actor_type) VALUES ($1, 'settlement', $2, 'system')", [settlement, `settle:${settlement}`]);
  await pool.query(
    `INSERT INTO charges (id, at, wallet_id, user_id, key_id, model_id, channel_id, rate_card_id, outcome, usage_source, u_input, u_output, sum_pico, charge_nano,
                          paid_nano, cost_pico, endpoint, http_status, settlement_id)
     VALUES ($1, mm_uuid_ms($1), $2, $3, $4, $5, $6, $7, $8, 'upstream', $9, $10, $11, $12, $12, 1000, 'chat', 200, $13)`,
    [uuid, row.wallet_id, row.user_id, row.key_id, row.model_id, row.channel_id, card.id, ask.outcome ?? "ok", ask.usage.input ?? 0, ask.usage.output ?? 0,
      sumPico, chargeNano, settlement],
  );
  await pool.query(
    "INSERT INTO attempts (request_id, at, n, channel_id, credential, status, cost_pico) VALUES ($1, mm_uuid_ms($1), 1, $2, $3, 200, 1000)",
    [uuid, row.channel_id, row.credential],
  );
  return { id: requestIdText(uuid), uuid };
}
