import type { Queryable } from "#platform/db/queryable.ts";
import { requestIdText } from "#platform/ids.ts";
import { costNano, OUTCOMES_OF, receiptLines, statusOf, usageView, type ReceiptLine, type RequestStatus, type UsageView } from "#reports/receipt.ts";

export type AttemptView = Readonly<{
  n: number; channel: string | null; status: number | null; errorClass: string | null; upstreamModel: string | null;
  latencyMs: number | null; ttftMs: number | null; costNano: bigint;
}>;

/** Everything that is known of one request. Channels and cost are for staff only. */
export type Receipt = Readonly<{
  uuid: string; id: string; at: Date; userId: string; userEmail: string | null; keyId: string | null; keyName: string | null;
  walletId: string; model: string; modelAsked: string | null; channel: string | null; group: string | null; groupPpm: number | null;
  endpoint: string; stream: boolean; outcome: string; status: RequestStatus; httpStatus: number; finish: string | null; errorCode: string | null;
  usage: UsageView; usageSource: string; lines: readonly ReceiptLine[]; multipliers: readonly Readonly<{ source: string; name: string; ppm: number }>[];
  chargeNano: bigint; costNano: bigint; holdNano: bigint; paid: Readonly<{ lots: bigint; paid: bigint; debt: bigint }>;
  priceVersion: bigint; flags: number; detail: Readonly<Record<string, unknown>>; latencyMs: number | null; ttftMs: number | null;
  attempts: readonly AttemptView[];
}>;

export type ReceiptFilter = Readonly<{
  userId?: string; keyId?: string; modelId?: string; channelId?: string; status?: RequestStatus; from?: Date; to?: Date;
  /** UUID of the last receipt of the page before. */
  before?: string;
  limit: number;
}>;

type Row = {
  id: string; at: Date; user_id: string; email: string | null; key_id: string | null; key_name: string | null; wallet_id: string; model: string | null;
  model_asked: string | null; channel: string | null; group_name: string | null; endpoint: string; stream: boolean; outcome: string; http_status: number;
  finish: string | null; error_code: string | null; u_input: bigint; u_cache_read: bigint; u_cache_write_5m: bigint; u_cache_write_1h: bigint;
  u_output: bigint; u_reasoning: bigint; u_other: Record<string, number>; usage_source: string; sum_pico: string; charge_nano: bigint; lots_nano: bigint;
  paid_nano: bigint; debt_nano: bigint; cost_pico: string; hold_nano: bigint; flags: number; detail: Record<string, unknown>; latency_ms: number | null;
  ttft_ms: number | null; price_version_id: bigint; multipliers: { source: string; name: string; ppm: number }[]; p_input: bigint; p_cache_read: bigint;
  p_cache_write_5m: bigint; p_cache_write_1h: bigint; p_output: bigint; p_reasoning: bigint; p_other: Record<string, string | number>;
  attempts: { n: number; channel: string | null; status: number | null; error_class: string | null; upstream_model: string | null; latency_ms: number | null; ttft_ms: number | null; cost_pico: string }[] | null;
};

const SELECT = `
  SELECT c.*, u.email, k.name AS key_name, m.slug AS model, ch.name AS channel, g.name AS group_name,
         r.price_version_id, r.multipliers, r.p_input, r.p_cache_read, r.p_cache_write_5m, r.p_cache_write_1h, r.p_output, r.p_reasoning, r.p_other,
         (SELECT json_agg(json_build_object('n', a.n, 'channel', ac.name, 'status', a.status, 'error_class', a.error_class, 'upstream_model', a.upstream_model,
                   'latency_ms', a.latency_ms, 'ttft_ms', a.ttft_ms, 'cost_pico', a.cost_pico::text) ORDER BY a.n)
            FROM attempts a LEFT JOIN channels ac ON ac.id = a.channel_id WHERE a.request_id = c.id AND a.at = c.at) AS attempts
    FROM charges c
    JOIN rate_cards r ON r.id = c.rate_card_id
    LEFT JOIN users u ON u.id = c.user_id LEFT JOIN api_keys k ON k.id = c.key_id LEFT JOIN models m ON m.id = c.model_id
    LEFT JOIN channels ch ON ch.id = c.channel_id LEFT JOIN groups g ON g.id = c.group_id`;

/** Requests, newest first. */
export async function listReceipts(db: Queryable, filter: ReceiptFilter): Promise<Receipt[]> {
  const values: unknown[] = [];
  const where: string[] = [];
  const add = (condition: string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    where.push(condition.replaceAll("?", `$${values.length}`));
  };
  add("c.user_id = ?", filter.userId);
  add("c.key_id = ?", filter.keyId);
  add("c.model_id = ?", filter.modelId);
  add("(c.channel_id = ? OR EXISTS (SELECT 1 FROM attempts x WHERE x.request_id = c.id AND x.at = c.at AND x.channel_id = ?))", filter.channelId);
  add("c.outcome = ANY(?)", filter.status && OUTCOMES_OF[filter.status]);
  add("c.at >= ?", filter.from);
  add("c.at < ?", filter.to);
  add("(c.at, c.id) < (mm_uuid_ms(?::uuid), ?::uuid)", filter.before);
  const { rows } = await db.query<Row>(
    `${SELECT} ${where.length > 0 ? `WHERE ${where.join(" AND ")}` : ""} ORDER BY c.at DESC, c.id DESC LIMIT ${Math.trunc(filter.limit)}`,
    values,
  );
  return rows.map(toReceipt);
}

/** One request by the UUID behind its id; `userId` limits it to its owner. */
export async function findReceipt(db: Queryable, uuid: string, userId?: string): Promise<Receipt | undefined> {
  const { rows } = await db.query<Row>(
    `${SELECT} WHERE c.id = $1 AND c.at = mm_uuid_ms($1) AND ($2::uuid IS NULL OR c.user_id = $2::uuid)`,
    [uuid, userId ?? null],
  );
  return rows[0] && toReceipt(rows[0]);
}

function toReceipt(row: Row): Receipt {
  const quantities: Record<string, number> = {
    input: Number(row.u_input), cache_read: Number(row.u_cache_read), cache_write_5m: Number(row.u_cache_write_5m),
    cache_write_1h: Number(row.u_cache_write_1h), output: Number(row.u_output), reasoning: Number(row.u_reasoning), ...row.u_other,
  };
  const prices: Record<string, bigint> = {
    input: row.p_input, cache_read: row.p_cache_read, cache_write_5m: row.p_cache_write_5m, cache_write_1h: row.p_cache_write_1h,
    output: row.p_output, reasoning: row.p_reasoning,
    ...Object.fromEntries(Object.entries(row.p_other).map(([item, price]) => [item, BigInt(price)])),
  };
  return {
    uuid: row.id, id: requestIdText(row.id), at: row.at, userId: row.user_id, userEmail: row.email, keyId: row.key_id, keyName: row.key_name,
    walletId: row.wallet_id, model: row.model ?? "", modelAsked: row.model_asked, channel: row.channel, group: row.group_name,
    groupPpm: row.multipliers.find(({ source }) => source === "group")?.ppm ?? null,
    endpoint: row.endpoint, stream: row.stream, outcome: row.outcome, status: statusOf(row.outcome), httpStatus: row.http_status,
    finish: row.finish, errorCode: row.error_code, usage: usageView(quantities), usageSource: row.usage_source,
    lines: receiptLines(quantities, prices, BigInt(row.sum_pico)), multipliers: row.multipliers,
    chargeNano: row.charge_nano, costNano: costNano(BigInt(row.cost_pico)), holdNano: row.hold_nano,
    paid: { lots: row.lots_nano, paid: row.paid_nano, debt: row.debt_nano }, priceVersion: row.price_version_id, flags: row.flags,
    detail: row.detail, latencyMs: row.latency_ms, ttftMs: row.ttft_ms,
    attempts: (row.attempts ?? []).map((attempt) => ({
      n: attempt.n, channel: attempt.channel, status: attempt.status, errorClass: attempt.error_class, upstreamModel: attempt.upstream_model,
      latencyMs: attempt.latency_ms, ttftMs: attempt.ttft_ms, costNano: costNano(BigInt(attempt.cost_pico)),
    })),
  };
}
