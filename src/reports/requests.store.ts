import type { Queryable } from "#platform/db/queryable.ts";
import { isUuid, parseRequestId, requestIdText } from "#platform/ids.ts";
import { OUTCOMES_OF, statusOf, type RequestStatus } from "#reports/receipt.ts";

/** A request as its owner's list shows it: nothing of channels and cost. */
export type OwnRequest = Readonly<{
  id: string; uuid: string; at: Date; status: RequestStatus; outcome: string; httpStatus: number; errorCode: string | null;
  model: string; vendor: string | null; modelAsked: string | null;
  key: Readonly<{ id: string; name: string | null; internal: boolean }> | null;
  endpoint: string; stream: boolean;
  /** All input tokens, of those the cached ones, and output with reasoning. */
  input: bigint; cached: bigint; output: bigint;
  ttftMs: number | null; latencyMs: number | null; chargeNano: bigint;
}>;

export type RequestFilter = Readonly<{
  status?: RequestStatus; model?: string; keyId?: string; endpoint?: string; errorCode?: string;
  costOver?: bigint; costUnder?: bigint; slowerMs?: number; free?: boolean; from?: Date; to?: Date;
  /** A request id, or the beginning of a model's name. */
  text?: string;
}>;

type Row = Omit<OwnRequest, "id" | "status" | "key"> & { keyId: string | null; keyName: string | null; keyKind: string | null };

const COLUMNS = `
  c.id AS uuid, c.at, c.outcome, c.http_status AS "httpStatus", c.error_code AS "errorCode", coalesce(m.slug, '') AS model, v.slug AS vendor,
  NULLIF(c.model_asked, m.slug) AS "modelAsked", c.key_id AS "keyId", k.name AS "keyName", k.kind AS "keyKind", c.endpoint, c.stream,
  c.u_input + c.u_cache_read + c.u_cache_write_5m + c.u_cache_write_1h AS input, c.u_cache_read AS cached, c.u_output + c.u_reasoning AS output,
  c.ttft_ms AS "ttftMs", c.latency_ms AS "latencyMs", c.charge_nano AS "chargeNano"`;

/**
 * A customer's requests, newest first.
 *
 * @param after the last request of the page before
 */
export async function listOwnRequests(db: Queryable, walletId: string, filter: RequestFilter, page: Readonly<{ after?: string; limit: number }>): Promise<OwnRequest[]> {
  const { where, values } = conditions(walletId, filter);
  if (page.after !== undefined) {
    values.push(page.after);
    where.push(`(c.at, c.id) < (mm_uuid_ms($${values.length}::uuid), $${values.length}::uuid)`);
  }
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM charges c LEFT JOIN models m ON m.id = c.model_id LEFT JOIN vendors v ON v.id = m.vendor_id LEFT JOIN api_keys k ON k.id = c.key_id
      WHERE ${where.join(" AND ")} ORDER BY c.at DESC, c.id DESC LIMIT ${Math.trunc(page.limit)}`,
    values,
  );
  return rows.map(toRequest);
}

/** Rows read at a time by what walks through all of them. */
const WALK_PAGE = 1_000;

/** All that match, newest first, a page in memory at a time. */
export async function* walkOwnRequests(db: Queryable, walletId: string, filter: RequestFilter): AsyncGenerator<OwnRequest> {
  for (let after: string | undefined; ;) {
    const rows = await listOwnRequests(db, walletId, filter, { limit: WALK_PAGE, ...(after !== undefined && { after }) });
    yield* rows;
    after = rows.at(-1)?.uuid;
    if (rows.length < WALK_PAGE) return;
  }
}

/** The values that filters offer, of what this customer has used in the last 90 days. */
export async function requestFilterValues(db: Queryable, walletId: string): Promise<Readonly<{ models: readonly Named[]; keys: readonly Named[]; endpoints: readonly string[] }>> {
  const { rows } = await db.query<{ models: Named[] | null; keys: Named[] | null; endpoints: string[] | null }>(
    `WITH h AS (SELECT DISTINCT key_id, model_id FROM usage_hourly WHERE wallet_id = $1 AND hour > now() - interval '90 days'
                UNION SELECT key_id, model_id FROM (SELECT key_id, model_id FROM charges WHERE wallet_id = $1 ORDER BY at DESC LIMIT 1000) n)
     SELECT (SELECT json_agg(json_build_object('id', m.id, 'name', m.slug) ORDER BY m.slug) FROM models m WHERE m.id IN (SELECT model_id FROM h)) AS models,
            (SELECT json_agg(json_build_object('id', k.id, 'name', CASE WHEN k.kind = 'internal' THEN '' ELSE k.name END) ORDER BY k.name) FROM api_keys k WHERE k.id IN (SELECT key_id FROM h)) AS keys,
            (SELECT array_agg(DISTINCT endpoint ORDER BY endpoint) FROM (SELECT endpoint FROM charges WHERE wallet_id = $1 ORDER BY at DESC LIMIT 1000) n) AS endpoints`,
    [walletId],
  );
  const { models, keys, endpoints } = rows[0]!;
  return { models: models ?? [], keys: keys ?? [], endpoints: endpoints ?? [] };
}
export type Named = Readonly<{ id: string; name: string }>;

function conditions(walletId: string, filter: RequestFilter): { where: string[]; values: unknown[] } {
  const values: unknown[] = [walletId];
  const where = ["c.wallet_id = $1"];
  const add = (condition: string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    where.push(condition.replaceAll("?", `$${values.length}`));
  };
  add("c.outcome = ANY(?)", filter.status && OUTCOMES_OF[filter.status]);
  add("m.slug = ?", filter.model);
  add("c.key_id = ?", filter.keyId);
  add("c.endpoint = ?", filter.endpoint);
  add("c.error_code = ?", filter.errorCode);
  add("c.charge_nano > ?", filter.costOver);
  add("c.charge_nano < ?", filter.costUnder);
  add("c.latency_ms >= ?", filter.slowerMs);
  if (filter.free) where.push("c.charge_nano = 0");
  add("c.at >= ?", filter.from);
  add("c.at < ?", filter.to);
  const text = filter.text?.trim() ?? "";
  const uuid = isUuid(text) ? text : parseRequestId(text);
  if (uuid) add("(c.id = ?::uuid AND c.at = mm_uuid_ms(?::uuid))", uuid);
  else if (text !== "") add("(starts_with(lower(m.slug), lower(?)) OR starts_with(lower(c.model_asked), lower(?)))", text);
  return { where, values };
}

const toRequest = ({ keyId, keyName, keyKind, ...row }: Row): OwnRequest => ({
  ...row,
  id: requestIdText(row.uuid),
  status: statusOf(row.outcome),
  key: keyId === null ? null : { id: keyId, name: keyKind === "internal" ? null : keyName, internal: keyKind === "internal" },
});
