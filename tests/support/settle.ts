import type { Pool } from "pg";
import { nano, pico, ppm } from "#money/amount.ts";
import type { ChargeRecord, Outcome } from "#money/charge.ts";
import { ensureWallet } from "#money/ledger.store.ts";
import { compilePrice, parsePriceDocument, priceUsage, type Multiplier } from "#money/price.ts";
import { settleBatch } from "#money/settlement.store.ts";
import { toQuantities, totalInputTokens, type Usage } from "#money/usage.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { requestIdText, uuidv7 } from "#platform/ids.ts";

export type Made = Readonly<{
  email: string; key?: string; model: string; usage: Usage; at?: Date; outcome?: Outcome; groupPpm?: number; holdNano?: bigint;
  endpoint?: string; stream?: boolean; httpStatus?: number; errorCode?: string; finish?: string; ttftMs?: number; latencyMs?: number; waived?: boolean;
  usageSource?: ChargeRecord["usageSource"]; tries?: number; modelAsked?: string; flags?: number; channel?: string;
}>;

type Row = { user_id: string; wallet_id: string; key_id: string | null; model_id: string; version: bigint; doc: unknown; channel_id: string | null; group_id: string };

/** Settles requests as the relay's settlement does, in one batch: charges, attempts, wallets and the ledger. */
export async function settleRequests(pool: Pool, requests: readonly Made[]): Promise<readonly Readonly<{ uuid: string; id: string; chargeNano: bigint }>[]> {
  const records = [];
  for (const request of requests) records.push(await recordOf(pool, request));
  const client = await pool.connect();
  try {
    await settleBatch(client, {
      settlementId: uuidv7(), nodeId: uuidv7(), records, known: { cards: new Set(), accounts: new Map() }, hasBudgetLeases: false, lowBalanceNano: 0n,
    });
  } finally {
    client.release();
  }
  return records.map(({ id, chargeNano }) => ({ uuid: id, id: requestIdText(id), chargeNano }));
}

async function recordOf(pool: Pool, made: Made): Promise<ChargeRecord> {
  const { rows } = await pool.query<Row>(
    `SELECT u.id AS user_id, w.id AS wallet_id, k.id AS key_id, m.id AS model_id, p.id AS version, p.doc, u.group_id, (SELECT id FROM channels WHERE name = $4) AS channel_id
       FROM users u JOIN wallets w ON w.owner_id = u.id LEFT JOIN api_keys k ON k.user_id = u.id AND k.name = $2,
            models m JOIN price_versions p ON p.model_id = m.id WHERE u.email = $1 AND m.slug = $3 ORDER BY p.effective_from DESC LIMIT 1`,
    [made.email, made.key ?? null, made.model, made.channel ?? "main"],
  );
  const row = rows[0];
  if (!row) throw new Error(`no such user or model: ${made.email}, ${made.model}`);
  const atMs = made.at?.getTime() ?? Date.now();
  const multipliers: Multiplier[] = [{ source: "group", name: "default", ppm: ppm(made.groupPpm ?? 1_000_000) }];
  const quantities = toQuantities(made.usage);
  const card = compilePrice({ versionId: row.version, document: parsePriceDocument(row.doc), multipliers }).card(totalInputTokens(quantities), atMs);
  const charge = priceUsage(card, quantities);
  const attempt = { channelId: row.channel_id ?? uuidv7(), credential: uuidv7(), upstreamModel: "secret-upstream-name", upstreamId: "chatcmpl-secret", status: 200, costPico: pico(1_000n) };
  return {
    id: uuidv7(atMs), walletId: row.wallet_id, userId: row.user_id, ...(row.key_id && { keyId: row.key_id }), modelId: row.model_id,
    channelId: attempt.channelId, groupId: row.group_id, card, outcome: made.outcome ?? "ok", usageSource: made.usageSource ?? "upstream",
    quantities: charge.quantities, sumPico: made.waived ? pico(0n) : charge.sumPico, chargeNano: made.waived ? nano(0n) : charge.chargeNano,
    costPico: pico(1_000n * BigInt(made.tries ?? 1)), flags: made.flags ?? 0, endpoint: made.endpoint ?? "chat", stream: made.stream ?? false, httpStatus: made.httpStatus ?? 200,
    ...(made.modelAsked !== undefined && { modelAsked: made.modelAsked }), ...(made.finish !== undefined && { finish: made.finish }),
    ...(made.errorCode !== undefined && { errorCode: made.errorCode }), holdNano: nano(made.holdNano ?? 0n), detail: { dialect: "openai-chat" },
    ...(made.ttftMs !== undefined && { ttftMs: made.ttftMs }), ...(made.latencyMs !== undefined && { latencyMs: made.latencyMs }),
    attempts: Array.from({ length: made.tries ?? 1 }, () => attempt), budgets: [],
  };
}

/** A customer without the store file: user, wallet, group. */
export async function addCustomer(pool: Pool, email: string): Promise<{ userId: string; walletId: string }> {
  const userId = uuidv7();
  await pool.query("INSERT INTO users (id, email, role, group_id) SELECT $1, $2, 'customer', id FROM groups WHERE name = 'default'", [userId, email]);
  return { userId, walletId: await withTransaction(pool, (tx) => ensureWallet(tx, { type: "user", id: userId })) };
}
