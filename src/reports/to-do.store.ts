import { CHANNEL_OFFERS } from "#channels/index.ts";
import { FAILED, OUTCOMES_MIN } from "#channels/channel-state.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type ToDoKind =
  | "invariant_broken" | "dead_letters" | "suspense" | "channel_down" | "channel_failing" | "keys_off" | "below_cost"
  | "model_without_price" | "model_without_channel" | "order_in_review" | "dispute_open" | "approval_waiting";

/** One thing that wants a person: what, since when, and a few facts for its sentence. */
export type ToDo = Readonly<{ kind: ToDoKind; id: string; name: string; since: Date | null; count: number | null; amountNano: bigint | null; detail: string | null }>;

/** Rows of each kind that are shown at most: a broken catalogue should not hide a broken channel. */
const EACH = 5;
const NONE = "NULL::timestamptz AS since, NULL::int AS count, NULL::bigint AS \"amountNano\", NULL::text AS detail";

const IN_FORCE = "EXISTS (SELECT 1 FROM price_versions p WHERE p.model_id = m.id AND p.effective_from <= now())";

const QUERIES: Readonly<Record<ToDoKind, string>> = {
  invariant_broken: `
    SELECT d.kind AS id, d.kind AS name, r.started_at AS since, (r.summary -> 'rows' ->> d.kind)::int AS count, NULL::bigint AS "amountNano", min(d.key) AS detail
      FROM recon_diffs d JOIN (SELECT * FROM recon_runs WHERE kind = 'invariants' AND status = 'done' ORDER BY started_at DESC LIMIT 1) r ON r.id = d.run_id
     GROUP BY d.kind, r.started_at, r.summary ORDER BY d.kind`,
  dead_letters: `
    SELECT 'all' AS id, '' AS name, min(at) AS since, count(*)::int AS count, NULL::bigint AS "amountNano", min(error) AS detail FROM settle_dead_letters HAVING count(*) > 0`,
  suspense: `
    SELECT a.code AS id, a.code AS name, NULL::timestamptz AS since, NULL::int AS count, (-b.balance_nano)::bigint AS "amountNano", NULL::text AS detail
      FROM accounts a JOIN account_balances b ON b.account_id = a.id WHERE a.code LIKE 'suspense:%' AND b.balance_nano <> 0 ORDER BY 1`,
  channel_down: `
    SELECT c.id::text, c.name, c.updated_at AS since, (SELECT count(*)::int FROM channel_models cm WHERE cm.channel_id = c.id) AS count, NULL::bigint AS "amountNano", c.reason AS detail
      FROM channels c WHERE c.status = 'down' ORDER BY c.number`,
  channel_failing: `
    SELECT c.id::text, c.name, t.since, t.failures AS count, NULL::bigint AS "amountNano", t.last AS detail
      FROM channels c JOIN (
        SELECT channel_id, (count(*) FILTER (WHERE error_class IS DISTINCT FROM 'rate'))::int AS tries, (count(*) FILTER (WHERE ${FAILED}))::int AS failures, min(at) FILTER (WHERE ${FAILED}) AS since,
               (array_agg(error_class ORDER BY at DESC) FILTER (WHERE ${FAILED}))[1] AS last
          FROM attempts WHERE at > now() - interval '15 minutes' GROUP BY channel_id) t ON t.channel_id = c.id
     WHERE c.status = 'active' AND t.tries >= ${OUTCOMES_MIN} AND t.failures * 2 >= t.tries ORDER BY t.failures DESC`,
  keys_off: `
    SELECT c.id::text, c.name, min(k.disabled_at) AS since, count(*)::int AS count, NULL::bigint AS "amountNano", min(k.reason) AS detail
      FROM channel_keys k JOIN channels c ON c.id = k.channel_id WHERE k.status = 'disabled' AND k.reason IS NOT NULL AND c.status = 'active' GROUP BY c.id, c.name ORDER BY c.name`,
  below_cost: `
    SELECT m.id::text, m.slug AS name, NULL::timestamptz AS since, t.requests AS count, t.margin AS "amountNano", NULL::text AS detail
      FROM (SELECT model_id, count(*)::int AS requests, (sum(charge_nano) - sum(cost_pico) / 1000)::bigint AS margin FROM charges
             WHERE at > now() - interval '24 hours' AND outcome = 'ok' GROUP BY model_id) t JOIN models m ON m.id = t.model_id
     WHERE t.margin < 0 ORDER BY t.margin`,
  model_without_price: `SELECT m.id::text, m.slug AS name, ${NONE} FROM models m WHERE m.enabled AND NOT ${IN_FORCE} ORDER BY m.slug`,
  model_without_channel: `
    SELECT m.id::text, m.slug AS name, ${NONE} FROM models m
     WHERE m.enabled AND ${IN_FORCE} AND NOT EXISTS (SELECT 1 FROM ${CHANNEL_OFFERS} cm JOIN channels c ON c.id = cm.channel_id WHERE cm.public_name = m.slug AND c.status = 'active')
     ORDER BY m.slug`,
  order_in_review: `
    SELECT o.id::text, o.number AS name, o.updated_at AS since, NULL::int AS count, o.credit_nano AS "amountNano", o.review_reason AS detail
      FROM orders o WHERE o.status = 'review' ORDER BY o.updated_at`,
  dispute_open: `
    SELECT d.id::text, d.provider_dispute_id AS name, d.evidence_due_at AS since, NULL::int AS count, d.credit_nano AS "amountNano", d.reason AS detail
      FROM disputes d WHERE d.outcome IS NULL ORDER BY d.evidence_due_at NULLS LAST`,
  approval_waiting: `
    SELECT p.id::text, coalesce(u.email, '') AS name, p.requested_at AS since, NULL::int AS count, p.amount_nano AS "amountNano", p.reason AS detail
      FROM approvals p LEFT JOIN users u ON u.id = p.user_id WHERE p.status = 'pending' AND p.expires_at > now() ORDER BY p.expires_at`,
};

/** What wants a person now, by kind; `more` counts those of the kind that are not among the rows. */
export async function readToDo(db: Queryable, kinds: readonly ToDoKind[]): Promise<{ rows: readonly ToDo[]; more: Readonly<Partial<Record<ToDoKind, number>>> }> {
  const rows: ToDo[] = [];
  const more: Partial<Record<ToDoKind, number>> = {};
  for (const kind of kinds) {
    const { rows: found } = await db.query<Omit<ToDo, "kind">>(`SELECT * FROM (${QUERIES[kind]}) AS found LIMIT 100`);
    rows.push(...found.slice(0, EACH).map((row) => ({ kind, ...row })));
    if (found.length > EACH) more[kind] = found.length - EACH;
  }
  return { rows, more };
}

/** How far a new shop is. */
export type Checklist = Readonly<{ channel: boolean; model: boolean; served: boolean; customer: boolean; key: boolean; credit: boolean; request: boolean; name: boolean; /** Codes that customers can redeem. */ codes: boolean }>;

export async function readChecklist(db: Queryable): Promise<Checklist> {
  const { rows: [row] } = await db.query<Checklist>(
    `SELECT EXISTS (SELECT 1 FROM channels WHERE status = 'active') AS channel,
            EXISTS (SELECT 1 FROM models m WHERE m.enabled AND ${IN_FORCE}) AS model,
            EXISTS (SELECT 1 FROM models m JOIN channel_models cm ON cm.public_name = m.slug JOIN channels c ON c.id = cm.channel_id
                     WHERE m.enabled AND c.status = 'active' AND ${IN_FORCE}) AS served,
            EXISTS (SELECT 1 FROM users WHERE role = 'customer' AND email <> 'house') AS customer,
            EXISTS (SELECT 1 FROM api_keys WHERE status = 'active') AS key,
            EXISTS (SELECT 1 FROM wallets WHERE paid_nano + lots_nano > 0) AS credit,
            EXISTS (SELECT 1 FROM attempts WHERE error_class IS NULL) AS request,
            EXISTS (SELECT 1 FROM redeem_batches) AS codes,
            EXISTS (SELECT 1 FROM settings WHERE key = 'shop.name') AS name`,
  );
  return row!;
}
