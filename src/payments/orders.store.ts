import type { OrderFacts, OrderState } from "#payments/order-state.ts";
import type { PayAmounts } from "#money/order-amounts.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidMs, uuidv7 } from "#platform/ids.ts";

/** An order as the shop works with it. */
export type Order = OrderFacts & Readonly<{
  number: string;
  walletId: string;
  userId: string;
  email: string;
  kind: "topup" | "auto_topup" | "plan";
  creditNano: bigint;
  bonusNano: bigint;
  bonusExpiresAt: Date | null;
  rate: bigint;
  subtotalMinor: bigint;
  discountMinor: bigint;
  feeMinor: bigint;
  taxMinor: bigint | null;
  clientKey: string | null;
  expiresAt: Date;
  createdAt: Date;
  paidAt: Date | null;
  creditedAt: Date | null;
  reviewReason: string | null;
}>;

export type EventSource = "webhook" | "poll" | "return" | "staff" | "user" | "system";

const ORDER = `
  SELECT o.id, o.number, o.wallet_id AS "walletId", o.user_id AS "userId", u.email, o.kind, o.provider, o.livemode, o.status AS state, o.credit_nano AS "creditNano",
         o.bonus_nano AS "bonusNano", o.bonus_expires_at AS "bonusExpiresAt", o.pay_currency AS currency, o.fx_rate AS rate, o.subtotal_minor AS "subtotalMinor",
         o.discount_minor AS "discountMinor", o.fee_minor AS "feeMinor", o.pay_minor AS "payMinor", o.tax_minor AS "taxMinor",
         o.provider_session_id AS "sessionId", o.provider_payment_id AS "paymentId", o.provider_customer_id AS "customerId", o.client_key AS "clientKey",
         o.expires_at AS "expiresAt", o.created_at AS "createdAt", o.paid_at AS "paidAt", o.credited_at AS "creditedAt", o.review_reason AS "reviewReason",
         EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.id AND e.kind = 'resolved') AS resolved
    FROM orders o JOIN users u ON u.id = o.user_id`;

/** @param lock the caller holds the wallet's lock already: wallets come before orders */
export async function findOrder(db: Queryable, id: string, lock = false): Promise<Order | undefined> {
  const { rows } = await db.query<Order>(`${ORDER} WHERE o.id = $1${lock ? " FOR UPDATE OF o" : ""}`, [id]);
  return rows[0];
}

export async function findOrderByKey(db: Queryable, userId: string, clientKey: string): Promise<Order | undefined> {
  const { rows } = await db.query<Order>(`${ORDER} WHERE o.user_id = $1 AND o.client_key = $2`, [userId, clientKey]);
  return rows[0];
}

/** Whose order a key made; keys of scripts hold for all users. */
export async function orderKeyUsed(db: Queryable, clientKey: string): Promise<string | undefined> {
  const { rows } = await db.query<{ user: string }>('SELECT user_id AS "user" FROM orders WHERE client_key = $1 LIMIT 1', [clientKey]);
  return rows[0]?.user;
}

export async function findOrderBySession(db: Queryable, provider: string, sessionId: string): Promise<Order | undefined> {
  const { rows } = await db.query<Order>(`${ORDER} WHERE o.provider = $1 AND o.provider_session_id = $2`, [provider, sessionId]);
  return rows[0];
}

/** The wallet an order belongs to, to be locked before the order is. */
export async function walletOfOrder(db: Queryable, id: string): Promise<string | undefined> {
  const { rows } = await db.query<{ wallet: string }>("SELECT wallet_id AS wallet FROM orders WHERE id = $1", [id]);
  return rows[0]?.wallet;
}

export type NewOrder = Readonly<{
  walletId: string; userId: string; provider: string; livemode: boolean; creditNano: bigint; bonusNano: bigint; bonusExpiresAt: Date | null;
  currency: string; rate: bigint; amounts: PayAmounts; clientKey: string; expiresAt: Date; source: EventSource; nowMs: number;
}>;

/**
 * Writes an order with its amounts frozen.
 *
 * @returns undefined when the same person's same key has made one before
 */
export async function insertOrder(tx: Queryable, order: NewOrder): Promise<string | undefined> {
  const id = uuidv7();
  const { rowCount } = await tx.query(
    `INSERT INTO orders (id, number, wallet_id, user_id, kind, provider, livemode, status, credit_nano, bonus_nano, bonus_expires_at, pay_currency, fx_rate,
                         subtotal_minor, discount_minor, fee_minor, pay_minor, provider_customer_id, client_key, expires_at, next_check_at)
     VALUES ($1, $2, $3, $4, 'topup', $5, $6, 'created', $7, $8, $9, $10, $11, $12, $13, $14, $15,
             (SELECT provider_customer_id FROM orders WHERE user_id = $4 AND provider = $5 AND livemode = $6 AND provider_customer_id IS NOT NULL ORDER BY created_at DESC LIMIT 1),
             $16, $17, $18)
     ON CONFLICT (user_id, client_key) DO NOTHING`,
    [id, orderNumber(id), order.walletId, order.userId, order.provider, order.livemode, order.creditNano, order.bonusNano, order.bonusExpiresAt, order.currency, order.rate,
      order.amounts.subtotal, order.amounts.discount, order.amounts.fee, order.amounts.pay, order.clientKey, order.expiresAt, new Date(order.nowMs + 60_000)]);
  if (rowCount === 0) return undefined;
  await addOrderEvent(tx, id, "created", order.source, { pay_minor: order.amounts.pay.toString(), currency: order.currency, credit_nano: order.creditNano.toString() });
  return id;
}

/** `ORD-20261121-7F3K9Q`: a day and six letters that come from the id's random part. */
function orderNumber(id: string): string {
  const day = new Date(uuidMs(id)).toISOString().slice(0, 10).replaceAll("-", "");
  const value = BigInt(`0x${id.replaceAll("-", "").slice(-10)}`);
  return `ORD-${day}-${Array.from({ length: 8 }, (_, i) => LETTERS[Number(value >> BigInt(5 * i) & 31n)]).join("")}`;
}
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Adds a line to an order's timeline. */
export async function addOrderEvent(tx: Queryable, orderId: string, kind: string, source: EventSource, detail: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await tx.query("INSERT INTO order_events (order_id, kind, source, detail) VALUES ($1, $2, $3, $4)", [orderId, kind, source, JSON.stringify(detail)]);
}

/** The provider has taken the order up. */
export async function markStarted(tx: Queryable, orderId: string, started: Readonly<{ sessionId: string; customerId?: string }>, source: EventSource): Promise<void> {
  const { rowCount } = await tx.query(
    `UPDATE orders SET status = CASE WHEN status = 'created' THEN 'open' ELSE status END, provider_session_id = $2, provider_customer_id = coalesce($3, provider_customer_id), updated_at = now()
      WHERE id = $1 AND provider_session_id IS NULL`,
    [orderId, started.sessionId, started.customerId ?? null]);
  if (rowCount === 1) await addOrderEvent(tx, orderId, "started", source, { session: started.sessionId });
}

export async function moveOrder(tx: Queryable, order: Pick<Order, "id" | "userId" | "state">, to: OrderState, source: EventSource, detail: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await tx.query("UPDATE orders SET status = $2, review_reason = coalesce($3, review_reason), updated_at = now() WHERE id = $1", [order.id, to, detail.reason ?? null]);
  await addOrderEvent(tx, order.id, to, source, { from: order.state, ...detail });
  await tellOrder(tx, order.userId);
}

/** Pages that show this customer's orders and balance look again. */
export async function tellOrder(tx: Queryable, userId: string): Promise<void> {
  await notify(tx, "live", JSON.stringify({ topic: "wallet", owner: userId }));
}

/** Takes orders that are due to be asked about; each is put off at once, so that two processes do not ask twice. */
export async function takeDueOrders(db: Queryable, nowMs: number, limit: number): Promise<{ id: string }[]> {
  const { rows } = await db.query<{ id: string }>(
    `UPDATE orders SET next_check_at = $1::timestamptz + interval '1 minute', checks = checks + 1
      WHERE id IN (SELECT id FROM orders WHERE next_check_at <= $1 ORDER BY next_check_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id`,
    [new Date(nowMs), limit]);
  return rows;
}

export const setNextCheck = (db: Queryable, id: string, at: Date | undefined): Promise<unknown> =>
  db.query("UPDATE orders SET next_check_at = $2 WHERE id = $1", [id, at ?? null]);

/** What a customer has ordered lately, for the limits of top-ups. */
export async function recentOrders(db: Queryable, userId: string, nowMs: number): Promise<Readonly<{ unpaid: number; creditNano: bigint; userSince: Date }>> {
  const { rows: [row] } = await db.query<{ unpaid: number; credit: bigint; since: Date }>(
    `SELECT count(o.id) FILTER (WHERE o.status <> 'paid')::int AS unpaid,
            coalesce(sum(o.credit_nano) FILTER (WHERE o.status IN ('created', 'open', 'processing', 'paid') AND (o.status = 'paid' OR o.expires_at > $2)), 0)::bigint AS credit, u.created_at AS since
       FROM users u LEFT JOIN orders o ON o.user_id = u.id AND o.created_at > $2::timestamptz - interval '1 day' WHERE u.id = $1 GROUP BY u.id`,
    [userId, new Date(nowMs)]);
  return { unpaid: row?.unpaid ?? 0, creditNano: row?.credit ?? 0n, userSince: row?.since ?? new Date(nowMs) };
}

/** How often the provider has answered a start of this order with an error. */
export async function startFailures(db: Queryable, orderId: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM order_events WHERE order_id = $1 AND kind = 'start_failed' AND (detail->>'answered')::boolean", [orderId]);
  return rows[0]?.n ?? 0;
}

/** A buyer's group decides what a top-up costs. */
export async function groupTopUpPpm(db: Queryable, userId: string): Promise<bigint> {
  const { rows } = await db.query<{ ppm: number }>("SELECT g.top_up_ppm AS ppm FROM users u JOIN groups g ON g.id = u.group_id WHERE u.id = $1", [userId]);
  return BigInt(rows[0]?.ppm ?? 1_000_000);
}

/** Makes what is done to one wallet wait for each other. */
export const lockWallet = (tx: Queryable, walletId: string | undefined): Promise<unknown> => tx.query("SELECT 1 FROM wallets WHERE id = $1 FOR UPDATE", [walletId]);

/** The wallet of an order, while some node holds a part of it. */
export async function leasedWalletOfOrder(db: Queryable, orderId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ id: string }>("SELECT w.id FROM orders o JOIN wallets w ON w.id = o.wallet_id WHERE o.id = $1 AND w.leased_nano > 0", [orderId]);
  return rows[0]?.id;
}
