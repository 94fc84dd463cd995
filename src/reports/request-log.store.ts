import type { Queryable } from "#platform/db/queryable.ts";
import { requestIdText } from "#platform/ids.ts";
import { conditions } from "#reports/keyset.ts";
import { OUTCOMES_OF, statusOf, type RequestStatus } from "#reports/receipt.ts";

export type RequestRow = Readonly<{
  uuid: string; id: string; at: Date; userId: string; email: string | null; model: string; channelId: string | null; channel: string | null; group: string | null; keyName: string | null;
  endpoint: string; stream: boolean; outcome: string; status: RequestStatus; httpStatus: number; errorCode: string | null;
  inputTokens: bigint; cachedTokens: bigint; outputTokens: bigint; attempts: number; chargeNano: bigint; costPico: bigint; latencyMs: number | null; ttftMs: number | null; refunded: boolean;
}>;

export type RequestFilter = Readonly<{
  userId?: string; walletId?: string; keyId?: string; modelId?: string; channelId?: string; groupId?: string; settlementId?: string;
  status?: RequestStatus; outcome?: string; from?: Date; to?: Date;
  /** Charged more than this. */
  aboveNano?: bigint;
  /** More was paid to the vendor than taken from the customer. */
  belowCost?: boolean;
  /** Slower than this to the first token, or without one to the end. */
  slowerMs?: number;
}>;

function where(filter: RequestFilter): { sql: string; values: unknown[]; param(value: unknown): string } {
  const { add, param, where: text, values } = conditions();
  add("c.user_id = ?", filter.userId);
  add("c.wallet_id = ?", filter.walletId);
  add("c.key_id = ?", filter.keyId);
  add("c.model_id = ?", filter.modelId);
  add("c.channel_id = ?", filter.channelId);
  add("c.group_id = ?", filter.groupId);
  add("c.settlement_id = ?", filter.settlementId);
  add("c.outcome = ANY(?)", filter.status && OUTCOMES_OF[filter.status]);
  add("c.outcome = ?", filter.outcome);
  add("c.at >= ?", filter.from);
  add("c.at < ?", filter.to);
  add("c.charge_nano > ?", filter.aboveNano);
  add("(c.cost_pico > c.charge_nano::numeric * 1000) = ?", filter.belowCost);
  add("coalesce(c.ttft_ms, c.latency_ms) > ?", filter.slowerMs);
  return { sql: text(), values, param };
}

type Raw = Omit<RequestRow, "id" | "status" | "costPico"> & { cost: string };

/** Requests of all customers, newest first. Ids grow with time, so the key's own index gives the order. */
export async function listRequests(db: Queryable, filter: RequestFilter, page: Readonly<{ before?: string; limit: number }>): Promise<readonly RequestRow[]> {
  const { sql, values, param } = where(filter);
  const before = page.before === undefined ? "" : ` ${sql === "" ? "WHERE" : "AND"} c.id < ${param(page.before)}::uuid AND c.at <= mm_uuid_ms(${param(page.before)}::uuid)`;
  const { rows } = await db.query<Raw>(
    `SELECT c.id AS uuid, c.at, c.user_id AS "userId", u.email, coalesce(m.slug, c.model_asked, '') AS model, c.channel_id AS "channelId", ch.name AS channel, g.name AS "group", k.name AS "keyName",
            c.endpoint, c.stream, c.outcome, c.http_status AS "httpStatus", c.error_code AS "errorCode", c.u_input + c.u_cache_write_5m + c.u_cache_write_1h AS "inputTokens",
            c.u_cache_read AS "cachedTokens", c.u_output + c.u_reasoning AS "outputTokens", c.charge_nano AS "chargeNano", c.cost_pico::text AS cost, c.latency_ms AS "latencyMs", c.ttft_ms AS "ttftMs",
            (SELECT count(*)::int FROM attempts a WHERE a.request_id = c.id AND a.at = c.at) AS attempts,
            EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.idempotency_key = 'usage_refund:' || c.id) AS refunded
       FROM (SELECT * FROM charges c ${sql}${before} ORDER BY c.id DESC LIMIT ${Math.trunc(page.limit)}) c
       LEFT JOIN users u ON u.id = c.user_id LEFT JOIN models m ON m.id = c.model_id LEFT JOIN channels ch ON ch.id = c.channel_id
       LEFT JOIN groups g ON g.id = c.group_id LEFT JOIN api_keys k ON k.id = c.key_id ORDER BY c.id DESC`,
    values,
  );
  return rows.map(({ cost, ...row }) => ({ ...row, id: requestIdText(row.uuid), status: statusOf(row.outcome), costPico: BigInt(cost) }));
}

export type RequestSums = Readonly<{ requests: number; errors: number; chargeNano: bigint; costPico: bigint }>;

/** What all rows of a filter come to. */
export async function sumRequests(db: Queryable, filter: RequestFilter): Promise<RequestSums> {
  const { sql, values, param } = where(filter);
  const { rows: [row] } = await db.query<{ requests: number; errors: number; charge: bigint; cost: string }>(
    `SELECT count(*)::int AS requests, (count(*) FILTER (WHERE c.outcome = ANY(${param(OUTCOMES_OF.error)})))::int AS errors, coalesce(sum(c.charge_nano), 0)::bigint AS charge,
            coalesce(sum(c.cost_pico), 0)::text AS cost FROM charges c ${sql}`,
    values,
  );
  return { requests: row!.requests, errors: row!.errors, chargeNano: row!.charge, costPico: BigInt(row!.cost) };
}

export type StaffAttempt = Readonly<{
  n: number; channelId: string; channel: string | null; keySuffix: string | null; upstreamModel: string | null; upstreamId: string | null; errorClass: string | null; status: number | null;
  latencyMs: number | null; ttftMs: number | null; costPico: bigint; usage: Readonly<Record<string, unknown>>;
}>;

/** Every try of a request, failed ones too, with what only staff may see. */
export async function listAttempts(db: Queryable, uuid: string): Promise<readonly StaffAttempt[]> {
  const { rows } = await db.query<Omit<StaffAttempt, "costPico"> & { cost: string }>(
    `SELECT a.n, a.channel_id AS "channelId", c.name AS channel, k.suffix AS "keySuffix", a.upstream_model AS "upstreamModel", a.upstream_id AS "upstreamId", a.error_class AS "errorClass",
            a.status, a.latency_ms AS "latencyMs", a.ttft_ms AS "ttftMs", a.cost_pico::text AS cost, a.usage
       FROM attempts a LEFT JOIN channels c ON c.id = a.channel_id LEFT JOIN channel_keys k ON k.id = a.credential
      WHERE a.request_id = $1 AND a.at = mm_uuid_ms($1) ORDER BY a.n`,
    [uuid],
  );
  return rows.map(({ cost, ...attempt }) => ({ ...attempt, costPico: BigInt(cost) }));
}

/** How a request stands in the books: its settlement, and what gave it back. */
export async function bookingOf(db: Queryable, uuid: string): Promise<{ settlementId: string | null; refundId: string | null; refundNano: bigint | null; flags: number }> {
  const { rows: [row] } = await db.query<{ settlementId: string | null; refundId: string | null; refundNano: bigint | null; flags: number }>(
    `SELECT c.settlement_id AS "settlementId", c.flags, t.id AS "refundId",
            (SELECT sum(e.amount_nano)::bigint FROM ledger_entries e WHERE e.tx_id = t.id AND e.amount_nano > 0) AS "refundNano"
       FROM charges c LEFT JOIN ledger_transactions t ON t.idempotency_key = 'usage_refund:' || c.id WHERE c.id = $1 AND c.at = mm_uuid_ms($1)`,
    [uuid],
  );
  return row ?? { settlementId: null, refundId: null, refundNano: null, flags: 0 };
}

export type FilterName = "user" | "model" | "channel" | "group" | "key";

const FIND: Readonly<Record<FilterName, string>> = {
  user: "SELECT id FROM users WHERE email = lower($1) OR id::text = $1",
  model: "SELECT id FROM models WHERE slug = $1 OR id::text = $1 UNION SELECT model_id FROM model_aliases WHERE alias = $1",
  channel: "SELECT id FROM channels WHERE name = $1 OR id::text = $1 OR number::text = $1",
  group: "SELECT id FROM groups WHERE name = $1 OR id::text = $1",
  key: "SELECT id FROM api_keys WHERE id::text = $1",
};

/** The id behind a word that a person typed into a filter; undefined when nothing has it. */
export async function findFilterId(db: Queryable, what: FilterName, text: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>(`${FIND[what]} LIMIT 1`, [text.trim()]);
  return rows[0]?.id;
}

/** Words for the pickers of the filter bar. */
export async function filterChoices(db: Queryable): Promise<{ models: readonly string[]; channels: readonly string[]; groups: readonly string[] }> {
  const { rows: [row] } = await db.query<{ models: string[]; channels: string[]; groups: string[] }>(
    `SELECT ARRAY(SELECT slug FROM models ORDER BY slug LIMIT 500) AS models, ARRAY(SELECT name FROM channels ORDER BY name LIMIT 500) AS channels, ARRAY(SELECT name FROM groups ORDER BY name LIMIT 200) AS groups`,
  );
  return row!;
}
