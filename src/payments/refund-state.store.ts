import type { PoolClient } from "pg";
import { nano } from "#money/amount.ts";
import { clawBackLines, clawBackLot } from "#money/claw-back.store.ts";
import { creditWallet, lockedWallet, post } from "#money/ledger.store.ts";
import { creditLines, negated, type Line } from "#money/ledger.ts";
import { orderValues, shareOf } from "#money/order-amounts.ts";
import { issueCreditNote } from "#payments/invoices.store.ts";
import { addOrderEvent, findOrder, tellOrder, type EventSource, type Order } from "#payments/orders.store.ts";
import { bonusLot, findRefund, paymentOfOrder, refundByProviderId, refundSums, restrictWallet, type Payment, type Refund } from "#payments/payments.store.ts";
import { backLines, type Shares } from "#payments/postings.ts";
import type { ProviderRefund } from "#payments/provider.ts";
import { notify } from "#platform/db/listen.ts";
import { uuidv7 } from "#platform/ids.ts";

const REPLACEMENT_MS = 30 * 86_400_000;

/**
 * Brings one refund to the state in which the provider has it, whoever made it. What was done before is not done again.
 *
 * @param tx inside a transaction
 */
export async function settleRefund(tx: PoolClient, payment: Payment, theirs: ProviderRefund, source: EventSource): Promise<void> {
  const order = (await findOrder(tx, payment.orderId))!;
  await lockedWallet(tx, order.walletId);
  const now = (await paymentOfOrder(tx, order.id))!;
  const ours = (await refundByProviderId(tx, theirs.id)) ?? (theirs.refundRef === undefined ? undefined : await findRefund(tx, theirs.refundRef)) ?? (await takeUp(tx, order, now, theirs));
  if (!ours || ours.paymentId !== payment.id) return;
  if (ours.providerRefundId === null) await tx.query("UPDATE refunds SET provider_refund_id = $2 WHERE id = $1", [ours.id, theirs.id]);
  await move(tx, order, now, ours, theirs, source);
}

/** A refund of ours that the provider will not do. */
export async function failRefund(tx: PoolClient, payment: Payment, refundId: string, failure: string): Promise<void> {
  const order = (await findOrder(tx, payment.orderId))!;
  await lockedWallet(tx, order.walletId);
  const refund = (await findRefund(tx, refundId))!;
  await move(tx, order, payment, refund, { id: refund.providerRefundId ?? "", status: "failed", amountMinor: refund.amountMinor, currency: order.currency, failure }, "system");
}

async function move(tx: PoolClient, order: Order, payment: Payment, refund: Refund, theirs: ProviderRefund, source: EventSource): Promise<void> {
  const ended = refund.status === "failed" || refund.status === "canceled";
  const before = refund.status;
  if (ended || theirs.status === before) return;
  if (theirs.status === "pending") {
    if (before === "requested") await tx.query("UPDATE refunds SET status = 'pending' WHERE id = $1", [refund.id]);
    return;
  }
  if (theirs.status === "succeeded") await succeed(tx, order, payment, refund);
  else if (before === "succeeded") await undo(tx, order, payment, refund);
  else await giveBack(tx, order, refund);
  await tx.query("UPDATE refunds SET status = $2, failure_reason = $3, finished_at = now() WHERE id = $1", [refund.id, theirs.status, theirs.failure ?? null]);
  await addOrderEvent(tx, order.id, `refund_${theirs.status}`, source, { refund: refund.id, provider_refund: theirs.id, amount_minor: refund.amountMinor.toString(), ...(theirs.failure && { failure: theirs.failure }) });
  await notify(tx, "wallet", order.walletId);
  await tellOrder(tx, order.userId);
}

/** One made in the provider's own dashboard. Nothing is posted before it is done. */
async function takeUp(tx: PoolClient, order: Order, payment: Payment, theirs: ProviderRefund): Promise<Refund | undefined> {
  if (theirs.status === "failed" || theirs.status === "canceled" || theirs.currency !== order.currency) return undefined;
  const live = await refundSums(tx, payment.id, true);
  const left = payment.amountMinor - live.amount;
  const amount = theirs.amountMinor < left ? theirs.amountMinor : left;
  if (amount <= 0n) return undefined;
  const credit = shareOf(order.creditNano, live.credit, { amount, total: payment.amountMinor, takenAmount: live.amount });
  const id = uuidv7();
  await tx.query(
    `INSERT INTO refunds (id, payment_id, source, status, credit_nano, amount_minor, provider_refund_id, reason) VALUES ($1, $2, 'provider', 'pending', $3, $4, $5, 'made at the provider')`,
    [id, payment.id, credit, amount, theirs.id]);
  return findRefund(tx, id);
}

/** P7a, and P8 for those that the provider made. */
async function succeed(tx: PoolClient, order: Order, payment: Payment, refund: Refund): Promise<void> {
  const shares = await sharesAtEnd(tx, order, payment, refund.amountMinor, refund.creditNano);
  const lines = refund.source === "provider" ? await takenByProvider(tx, order, payment, refund) : pendingLine(refund);
  await post(tx, {
    kind: "refund_done", key: `refund:${refund.id}:done`, intent: `${order.walletId} ${refund.creditNano} ${refund.amountMinor}`,
    lines: backLines(`psp:${order.provider}:clearing`, lines, shares), actor: { type: "provider", id: order.provider }, ref: { type: "order", id: order.id }, meta: { refund: refund.id },
  });
  await tx.query("UPDATE refunds SET fee_nano = $2, tax_nano = $3, discount_nano = $4, clearing_nano = $5 WHERE id = $1", [refund.id, shares.fee, shares.tax, shares.discount, shares.clearing]);
  await tx.query("UPDATE payments SET refunded_minor = refunded_minor + $2 WHERE id = $1", [payment.id, refund.amountMinor]);
  await issueCreditNote(tx, order, refund);
}

const pendingLine = (refund: Refund): readonly Line[] => (refund.creditNano === 0n ? [] : [{ account: "refunds:pending", amount: nano(refund.creditNano) }]);

/** The customer has his money already, so the credit is taken whether it is there or not. */
async function takenByProvider(tx: PoolClient, order: Order, payment: Payment, refund: Refund): Promise<readonly Line[]> {
  const lot = await bonusLot(tx, order.id);
  if (lot && order.bonusNano > 0n) {
    const share = await bonusShareWithout(tx, order, payment, refund);
    const bonus = await clawBackLot(tx, { walletId: order.walletId, lotId: lot.id, amount: share, cause: `refund:${refund.id}`, to: "expense:promo", ref: { type: "order", id: order.id } });
    await tx.query("UPDATE refunds SET bonus_nano = $2 WHERE id = $1", [refund.id, bonus]);
  }
  const { lines, debt } = await clawBackLines(tx, { walletId: order.walletId, amount: refund.creditNano, ...(lot && { firstLot: lot.id }) });
  if (debt > 0n) await restrictWallet(tx, order.walletId);
  return lines;
}

/** The refund itself stands among the live ones by now: its share is worked out as if it did not. */
async function bonusShareWithout(tx: PoolClient, order: Order, payment: Payment, refund: Refund) {
  const live = await refundSums(tx, payment.id, true);
  return shareOf(order.bonusNano, live.bonus - refund.bonusNano, { amount: refund.amountMinor, total: payment.amountMinor, takenAmount: live.amount - refund.amountMinor });
}

/** What of fee, tax, discount and the provider's account goes with a part of the payment. */
export async function sharesAtEnd(tx: PoolClient, order: Order, payment: Payment, amount: bigint, credit: bigint): Promise<Shares> {
  const done = await refundSums(tx, payment.id, false);
  const values = orderValues({
    creditNano: order.creditNano, currency: order.currency, rate: order.rate, discount: order.discountMinor, fee: order.feeMinor, pay: order.payMinor, tax: payment.taxMinor,
  });
  const part = { amount, total: payment.amountMinor, takenAmount: done.amount };
  return {
    credit: nano(credit), fee: shareOf(values.fee, done.fee, part), tax: shareOf(values.tax, done.tax, part), discount: shareOf(values.discount, done.discount, part),
    clearing: shareOf(values.clearing, done.clearing, part),
  };
}

/** P7b: what was taken goes back to the customer. */
async function giveBack(tx: PoolClient, order: Order, refund: Refund): Promise<void> {
  if (refund.source === "provider") return; // nothing had been taken yet
  if (refund.creditNano > 0n) {
    await creditWallet(tx, {
      walletId: order.walletId, bucket: "paid", amount: nano(refund.creditNano), from: "refunds:pending", kind: "refund_failed", key: `refund:${refund.id}:failed`,
      actor: { type: "provider", id: order.provider }, ref: { type: "order", id: order.id },
    });
  }
  await returnBonus(tx, order, refund);
}

/** P7c: a refund came back after it had been done. */
async function undo(tx: PoolClient, order: Order, payment: Payment, refund: Refund): Promise<void> {
  const { debt } = await lockedWallet(tx, order.walletId);
  const shares = { credit: nano(refund.creditNano), fee: nano(refund.feeNano), tax: nano(refund.taxNano), discount: nano(refund.discountNano), clearing: nano(refund.clearingNano) };
  const others = negated(backLines(`psp:${order.provider}:clearing`, [], shares));
  await post(tx, {
    kind: "refund_undone", key: `refund:${refund.id}:undone`, intent: `${order.walletId} ${refund.creditNano}`,
    lines: [...others, ...creditLines(order.walletId, "paid", refund.creditNano, debt).lines], actor: { type: "provider", id: order.provider }, ref: { type: "order", id: order.id }, meta: { refund: refund.id },
  });
  await tx.query("UPDATE payments SET refunded_minor = refunded_minor - $2 WHERE id = $1", [payment.id, refund.amountMinor]);
  await tx.query("UPDATE refunds SET fee_nano = 0, tax_nano = 0, discount_nano = 0, clearing_nano = 0 WHERE id = $1", [refund.id]);
  await returnBonus(tx, order, refund);
}

/** The bonus that a refund took comes back as a gift of its own, for the old one may have ended since. */
async function returnBonus(tx: PoolClient, order: Order, refund: Refund): Promise<void> {
  if (refund.bonusNano === 0n) return;
  const lot = await bonusLot(tx, order.id);
  const later = new Date(Date.now() + REPLACEMENT_MS);
  const expiresAt = lot?.expiresAt === null ? undefined : lot && lot.expiresAt > later ? lot.expiresAt : later;
  await creditWallet(tx, {
    walletId: order.walletId, bucket: "lots", amount: nano(refund.bonusNano), from: "expense:promo", kind: "topup_bonus", key: `bonus:${order.id}:back:${refund.id}`,
    ref: { type: "order", id: order.id }, lot: { kind: "bonus", sourceType: "refund_failed", sourceId: refund.id, ...(expiresAt && { expiresAt }) },
  });
}
