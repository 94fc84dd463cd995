import { minorText } from "#money/currencies.ts";
import { statusOf, type OrderState, type OrderStatus } from "#payments/order-state.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** An order as lists show it. Amounts `…Minor` are in the smallest unit of `currency`, `…Text` the same as decimal text. */
export type OrderView = Readonly<{
  id: string; number: string; createdAt: Date; expiresAt: Date; userId: string; email: string; kind: string; provider: string; livemode: boolean; state: OrderState; status: OrderStatus;
  creditNano: bigint; bonusNano: bigint; currency: string; rate: bigint; subtotalMinor: bigint; discountMinor: bigint; feeMinor: bigint; payMinor: bigint; taxMinor: bigint | null;
  paidMinor: bigint; refundedMinor: bigint; refundedNano: bigint; sessionId: string | null; paymentId: string | null; invoice: string | null; reviewReason: string | null; paidAt: Date | null;
  nextCheckAt: Date | null; failure: string | null;
  payText: string; subtotalText: string; discountText: string; feeText: string; taxText: string | null; paidText: string; refundedText: string;
}>;

type Row = Omit<OrderView, "status" | `${string}Text`> & { disputed: boolean };

/** A dispute of the payment is open, or was lost. */
const DISPUTED = "EXISTS (SELECT 1 FROM disputes d WHERE d.payment_id = p.id AND (d.outcome = 'lost' OR d.outcome IS NULL AND d.status NOT LIKE 'warning%'))";

const VIEW = `
  SELECT o.id, o.number, o.created_at AS "createdAt", o.expires_at AS "expiresAt", o.user_id AS "userId", u.email, o.kind, o.provider, o.livemode, o.status AS state,
         o.credit_nano AS "creditNano", o.bonus_nano AS "bonusNano", o.pay_currency AS currency, o.fx_rate AS rate, o.subtotal_minor AS "subtotalMinor", o.discount_minor AS "discountMinor",
         o.fee_minor AS "feeMinor", o.pay_minor AS "payMinor", o.tax_minor AS "taxMinor", coalesce(p.amount_minor, 0) AS "paidMinor", coalesce(p.refunded_minor, 0) AS "refundedMinor",
         coalesce((SELECT sum(r.credit_nano) FROM refunds r WHERE r.payment_id = p.id AND r.status IN ('requested', 'pending', 'succeeded')), 0)::bigint AS "refundedNano",
         o.provider_session_id AS "sessionId", coalesce(p.provider_payment_id, o.provider_payment_id) AS "paymentId", i.doc->>'number' AS invoice, o.review_reason AS "reviewReason",
         o.paid_at AS "paidAt", o.next_check_at AS "nextCheckAt",
         (SELECT e.detail->>'failure' FROM order_events e WHERE e.order_id = o.id AND e.kind = 'failed' ORDER BY e.id DESC LIMIT 1) AS failure,
         ${DISPUTED} AS disputed
    FROM orders o JOIN users u ON u.id = o.user_id LEFT JOIN payments p ON p.order_id = o.id LEFT JOIN invoices i ON i.order_id = o.id AND i.kind = 'invoice'`;

function viewOf({ disputed, ...row }: Row): OrderView {
  const text = (minor: bigint): string => minorText(minor, row.currency);
  return {
    ...row, status: statusOf({ state: row.state, paidMinor: row.paidMinor, refundedMinor: row.refundedMinor, disputed }), payText: text(row.payMinor), subtotalText: text(row.subtotalMinor),
    discountText: text(row.discountMinor), feeText: text(row.feeMinor), taxText: row.taxMinor === null ? null : text(row.taxMinor), paidText: text(row.paidMinor), refundedText: text(row.refundedMinor),
  };
}

export async function orderView(db: Queryable, id: string, userId?: string): Promise<OrderView | undefined> {
  const { rows } = await db.query<Row>(`${VIEW} WHERE o.id = $1 AND ($2::uuid IS NULL OR o.user_id = $2)`, [id, userId ?? null]);
  return rows[0] && viewOf(rows[0]);
}

export type OrderFilter = Readonly<{ userId?: string; states?: readonly OrderState[]; /** As outsiders are told. */ status?: OrderStatus; provider?: string; /** E-mail's beginning, or an id or number of order, session or payment. */ q?: string; from?: Date; to?: Date; before?: string; limit: number }>;

/** Orders, newest first. */
export async function listOrders(db: Queryable, filter: OrderFilter): Promise<OrderView[]> {
  const { rows } = await db.query<Row>(
    `${VIEW} WHERE ($1::uuid IS NULL OR o.user_id = $1) AND ($2::text[] IS NULL OR o.status = ANY($2)) AND ($3::text IS NULL OR o.provider = $3)
        AND ($4::text IS NULL OR u.email LIKE $5 OR o.number = upper($4) OR o.id::text = lower($4) OR o.provider_session_id = $4 OR p.provider_payment_id = $4)
        AND ($6::timestamptz IS NULL OR o.created_at >= $6) AND ($7::timestamptz IS NULL OR o.created_at < $7) AND ($8::uuid IS NULL OR o.id < $8)
        AND ($10::text IS NULL OR CASE $10 WHEN 'open' THEN o.status IN ('created', 'open', 'processing', 'review') WHEN 'failed' THEN o.status = 'failed' WHEN 'expired' THEN o.status = 'expired'
             WHEN 'disputed' THEN o.status = 'paid' AND ${DISPUTED}
             WHEN 'paid' THEN o.status = 'paid' AND p.refunded_minor = 0 AND NOT ${DISPUTED} WHEN 'refunded' THEN p.refunded_minor >= p.amount_minor AND NOT ${DISPUTED}
             ELSE p.refunded_minor > 0 AND p.refunded_minor < p.amount_minor AND NOT ${DISPUTED} END)
      ORDER BY o.id DESC LIMIT $9`,
    [filter.userId ?? null, filter.states ?? null, filter.provider ?? null, filter.q ?? null, `${(filter.q ?? "").toLowerCase().replace(/[\\%_]/g, "\\$&")}%`,
      filter.from ?? null, filter.to ?? null, filter.before ?? null, filter.limit, filter.status ?? null]);
  return rows.map(viewOf);
}

export type OrderEventView = Readonly<{ id: string; at: Date; kind: string; source: string; detail: Readonly<Record<string, unknown>> }>;
export type NoticeView = Readonly<{ eventId: string; type: string; objectId: string | null; status: string; attempts: number; lastError: string | null; receivedAt: Date; payload: unknown }>;
export type MovementView = Readonly<{ id: string; kind: string; at: Date; key: string; amountNano: bigint; actor: string }>;

/** Everything that is known about one order: what happened, what the provider said, and what was booked. */
export async function orderHistory(db: Queryable, id: string): Promise<Readonly<{ events: OrderEventView[]; notices: NoticeView[]; movements: MovementView[] }>> {
  const { rows: events } = await db.query<OrderEventView>("SELECT id::text, at, kind, source, detail FROM order_events WHERE order_id = $1 ORDER BY order_events.id", [id]);
  const { rows: notices } = await db.query<NoticeView>(
    `SELECT n.event_id AS "eventId", n.type, n.object_id AS "objectId", n.status, n.attempts, n.last_error AS "lastError", n.received_at AS "receivedAt", n.payload
       FROM provider_events n WHERE n.object_id IN (
         SELECT provider_session_id FROM orders WHERE id = $1 UNION SELECT provider_payment_id FROM payments WHERE order_id = $1
         UNION SELECT r.provider_refund_id FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.order_id = $1
         UNION SELECT d.provider_dispute_id FROM disputes d JOIN payments p ON p.id = d.payment_id WHERE p.order_id = $1) ORDER BY n.received_at LIMIT 100`, [id]);
  const { rows: movements } = await db.query<MovementView>(
    `SELECT t.id, t.kind, t.posted_at AS at, t.idempotency_key AS key, t.actor_type AS actor, (SELECT sum(e.amount_nano) FROM ledger_entries e WHERE e.tx_id = t.id AND e.amount_nano > 0)::bigint AS "amountNano"
       FROM ledger_transactions t WHERE (t.ref_type = 'order' AND t.ref_id = $1)
         OR (t.ref_type = 'dispute' AND t.ref_id IN (SELECT d.id::text FROM disputes d JOIN payments p ON p.id = d.payment_id WHERE p.order_id = $1::uuid)) ORDER BY t.id`, [id]);
  return { events, notices, movements };
}

export type RefundView = Readonly<{
  id: string; orderId: string; orderNumber: string; email: string; source: string; status: string; creditNano: bigint; bonusNano: bigint; amountMinor: bigint; amountText: string; currency: string;
  reason: string; failureReason: string | null; createdAt: Date; finishedAt: Date | null; providerRefundId: string | null;
}>;

/** Refunds, newest first. */
export async function listRefunds(db: Queryable, filter: Readonly<{ orderId?: string; status?: string; before?: string; limit: number }>): Promise<RefundView[]> {
  const { rows } = await db.query<RefundView>(
    `SELECT r.id, o.id AS "orderId", o.number AS "orderNumber", u.email, r.source, r.status, r.credit_nano AS "creditNano", r.bonus_nano AS "bonusNano", r.amount_minor AS "amountMinor", p.currency,
            r.reason, r.failure_reason AS "failureReason", r.created_at AS "createdAt", r.finished_at AS "finishedAt", r.provider_refund_id AS "providerRefundId"
       FROM refunds r JOIN payments p ON p.id = r.payment_id JOIN orders o ON o.id = p.order_id JOIN users u ON u.id = o.user_id
      WHERE ($1::uuid IS NULL OR o.id = $1) AND ($2::text IS NULL OR r.status = $2) AND ($3::uuid IS NULL OR r.id < $3) ORDER BY r.id DESC LIMIT $4`,
    [filter.orderId ?? null, filter.status ?? null, filter.before ?? null, filter.limit]);
  return rows.map(withText);
}

export type DisputeView = Readonly<{
  id: string; orderId: string; orderNumber: string; email: string; providerDisputeId: string; status: string; reason: string | null; amountMinor: bigint; amountText: string; currency: string; creditNano: bigint;
  frozenNano: bigint; outcome: string | null; evidenceDueAt: Date | null; openedAt: Date; closedAt: Date | null; livemode: boolean;
}>;

/** Disputes, newest first. */
export async function listDisputes(db: Queryable, filter: Readonly<{ orderId?: string; open?: boolean; before?: string; limit: number }>): Promise<DisputeView[]> {
  const { rows } = await db.query<DisputeView>(
    `SELECT d.id, o.id AS "orderId", o.number AS "orderNumber", u.email, d.provider_dispute_id AS "providerDisputeId", d.status, d.reason, d.amount_minor AS "amountMinor", d.currency,
            d.credit_nano AS "creditNano", d.frozen_nano AS "frozenNano", d.outcome, d.evidence_due_at AS "evidenceDueAt", d.opened_at AS "openedAt", d.closed_at AS "closedAt", o.livemode
       FROM disputes d JOIN payments p ON p.id = d.payment_id JOIN orders o ON o.id = p.order_id JOIN users u ON u.id = o.user_id
      WHERE ($1::uuid IS NULL OR o.id = $1) AND ($2::boolean IS NULL OR (d.outcome IS NULL) = $2) AND ($3::uuid IS NULL OR d.id < $3) ORDER BY d.id DESC LIMIT $4`,
    [filter.orderId ?? null, filter.open ?? null, filter.before ?? null, filter.limit]);
  return rows.map(withText);
}

const withText = <T extends Readonly<{ amountMinor: bigint; currency: string }>>(row: T): T & { amountText: string } => ({ ...row, amountText: minorText(row.amountMinor, row.currency) });
