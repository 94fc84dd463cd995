import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** Money that came in for an order. */
export type Payment = Readonly<{ id: string; orderId: string; provider: string; providerPaymentId: string; amountMinor: bigint; taxMinor: bigint; refundedMinor: bigint }>;

export type RefundState = "requested" | "pending" | "succeeded" | "failed" | "canceled";

/** Money on its way back. `creditNano` left the wallet; the other shares are known once it is done. */
export type Refund = Readonly<{
  id: string; paymentId: string; source: "operator" | "self_service" | "provider"; status: RefundState; creditNano: bigint; amountMinor: bigint; bonusNano: bigint;
  feeNano: bigint; taxNano: bigint; discountNano: bigint; clearingNano: bigint; providerRefundId: string | null; reason: string; failureReason: string | null;
  clientKey: string | null; createdAt: Date;
}>;

const PAYMENT = `SELECT id, order_id AS "orderId", provider, provider_payment_id AS "providerPaymentId", amount_minor AS "amountMinor", tax_minor AS "taxMinor", refunded_minor AS "refundedMinor" FROM payments`;
const REFUND = `SELECT id, payment_id AS "paymentId", source, status, credit_nano AS "creditNano", amount_minor AS "amountMinor", bonus_nano AS "bonusNano", fee_nano AS "feeNano",
  tax_nano AS "taxNano", discount_nano AS "discountNano", clearing_nano AS "clearingNano", provider_refund_id AS "providerRefundId", reason, failure_reason AS "failureReason",
  client_key AS "clientKey", created_at AS "createdAt" FROM refunds`;

export async function paymentOfOrder(db: Queryable, orderId: string): Promise<Payment | undefined> {
  const { rows } = await db.query<Payment>(`${PAYMENT} WHERE order_id = $1`, [orderId]);
  return rows[0];
}

export async function paymentByProviderId(db: Queryable, provider: string, id: string): Promise<Payment | undefined> {
  const { rows } = await db.query<Payment>(`${PAYMENT} WHERE provider = $1 AND provider_payment_id = $2`, [provider, id]);
  return rows[0];
}

export async function findRefund(db: Queryable, id: string): Promise<Refund | undefined> {
  const { rows } = await db.query<Refund>(`${REFUND} WHERE id = $1`, [id]);
  return rows[0];
}

export async function refundByKey(db: Queryable, clientKey: string): Promise<Refund | undefined> {
  const { rows } = await db.query<Refund>(`${REFUND} WHERE client_key = $1`, [clientKey]);
  return rows[0];
}

export async function refundByProviderId(db: Queryable, providerRefundId: string): Promise<Refund | undefined> {
  const { rows } = await db.query<Refund>(`${REFUND} WHERE provider_refund_id = $1`, [providerRefundId]);
  return rows[0];
}

/** Refunds that nobody has heard the end of, with the provider that is to be asked. */
export async function hangingRefunds(db: Queryable, limit: number): Promise<{ id: string; provider: string }[]> {
  const { rows } = await db.query<{ id: string; provider: string }>(
    `SELECT r.id, p.provider FROM refunds r JOIN payments p ON p.id = r.payment_id
      WHERE r.status IN ('requested', 'pending') AND r.created_at < now() - interval '1 minute' ORDER BY r.created_at LIMIT $1`, [limit]);
  return rows;
}

export type RefundSums = Readonly<{ credit: bigint; amount: bigint; bonus: bigint; fee: bigint; tax: bigint; discount: bigint; clearing: bigint }>;

/** What has gone back of a payment: with `live`, refunds under way count too. */
export async function refundSums(db: Queryable, paymentId: string, live: boolean): Promise<RefundSums> {
  const { rows: [row] } = await db.query<RefundSums>(
    `SELECT coalesce(sum(credit_nano), 0)::bigint AS credit, coalesce(sum(amount_minor), 0)::bigint AS amount, coalesce(sum(bonus_nano), 0)::bigint AS bonus,
            coalesce(sum(fee_nano), 0)::bigint AS fee, coalesce(sum(tax_nano), 0)::bigint AS tax, coalesce(sum(discount_nano), 0)::bigint AS discount,
            coalesce(sum(clearing_nano), 0)::bigint AS clearing
       FROM refunds WHERE payment_id = $1 AND status = ANY($2)`,
    [paymentId, live ? ["requested", "pending", "succeeded"] : ["succeeded"]]);
  return row!;
}

/** The bonus lot of an order. */
export async function bonusLot(db: Queryable, orderId: string): Promise<{ id: string; expiresAt: Date | null } | undefined> {
  const { rows } = await db.query<{ id: string; expiresAt: Date | null }>(
    `SELECT id, expires_at AS "expiresAt" FROM credit_lots WHERE source_type = 'order' AND source_id = $1`, [orderId]);
  return rows[0];
}

/** A customer who owes because money went back cannot go on using his keys. */
export const restrictWallet = (tx: Queryable, walletId: string): Promise<unknown> =>
  tx.query("UPDATE wallets SET status = 'restricted', updated_at = now() WHERE id = $1 AND status = 'active'", [walletId]);

export type Lifted = "lifted" | "not_restricted" | "debt" | "unknown";

/**
 * Lets a restricted customer go on, by a person's decision: after a fraud warning that was none, or before a dispute has
 * ended. What is owed is not forgiven by this: a debt is paid or adjusted away.
 *
 * @param tx inside a transaction
 */
export async function liftRestriction(tx: Queryable, walletId: string): Promise<Lifted> {
  const { rows: [wallet] } = await tx.query<{ status: string; debt: bigint }>("SELECT status, debt_nano AS debt FROM wallets WHERE id = $1 FOR UPDATE", [walletId]);
  if (!wallet) return "unknown";
  if (wallet.status !== "restricted") return "not_restricted";
  if (wallet.debt > 0n) return "debt";
  await tx.query("UPDATE wallets SET status = 'active', updated_at = now() WHERE id = $1", [walletId]);
  await notify(tx, "wallet", walletId);
  return "lifted";
}

/** The order that a payment is for. */
export async function orderOfPayment(db: Queryable, paymentId: string): Promise<string | undefined> {
  const { rows } = await db.query<{ order: string }>('SELECT order_id AS "order" FROM payments WHERE id = $1', [paymentId]);
  return rows[0]?.order;
}
