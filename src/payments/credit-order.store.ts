import type { PoolClient } from "pg";
import { nano, type Nano } from "#money/amount.ts";
import { PAY_CURRENCIES } from "#money/currencies.ts";
import { creditWallet, post } from "#money/ledger.store.ts";
import { orderValues, valueNano } from "#money/order-amounts.ts";
import { issueInvoice } from "#payments/invoices.store.ts";
import type { Check } from "#payments/order-state.ts";
import { addOrderEvent, tellOrder, type EventSource, type Order } from "#payments/orders.store.ts";
import { paidLines } from "#payments/postings.ts";
import type { ProviderFee, ProviderState } from "#payments/provider.ts";
import { notify } from "#platform/db/listen.ts";
import { uuidv7 } from "#platform/ids.ts";

/**
 * P1 and P2: gives the credit of an order whose money has been verified, keeps the payment, and issues the receipt, all
 * or nothing.
 *
 * @param tx holds the locks of wallet and order
 */
export async function creditOrder(tx: PoolClient, order: Order, debt: bigint, state: ProviderState, checks: readonly Check[], source: EventSource): Promise<void> {
  const values = orderValues({
    creditNano: order.creditNano, currency: order.currency, rate: order.rate, discount: order.discountMinor, fee: order.feeMinor, pay: order.payMinor, tax: state.taxMinor,
  });
  const ref = { type: "order", id: order.id };
  const actor = { type: "provider", id: order.provider } as const;
  const { id: transaction } = await post(tx, {
    kind: "topup", key: `topup:${order.id}`, intent: `${order.walletId} ${values.credit} ${values.clearing}`, lines: paidLines(order.provider, order.walletId, values, debt), actor, ref,
  });
  await notify(tx, "wallet", order.walletId);
  if (order.bonusNano > 0n) {
    await creditWallet(tx, {
      walletId: order.walletId, bucket: "lots", amount: nano(order.bonusNano), from: "expense:promo", kind: "topup_bonus", key: `bonus:${order.id}`, actor, ref,
      lot: { kind: "bonus", sourceType: "order", sourceId: order.id, ...(order.bonusExpiresAt && { expiresAt: order.bonusExpiresAt }) },
    });
  }
  await tx.query(
    `UPDATE orders SET status = 'paid', provider_payment_id = $2, tax_minor = $3, paid_at = $4, credited_at = now(), review_reason = NULL, updated_at = now() WHERE id = $1`,
    [order.id, state.paymentId, state.taxMinor, state.paidAt ?? new Date()]);
  const paymentId = uuidv7();
  await tx.query(
    `INSERT INTO payments (id, order_id, provider, provider_payment_id, amount_minor, tax_minor, currency, method, country, fingerprint)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [paymentId, order.id, order.provider, state.paymentId, order.payMinor + state.taxMinor, state.taxMinor, order.currency, state.method ?? null, state.country ?? null, state.fingerprint ?? null]);
  if (state.fee) await noteProviderFee(tx, order, state.fee);
  const invoice = await issueInvoice(tx, order, { taxMinor: state.taxMinor, ...(state.method !== undefined && { method: state.method }) });
  await addOrderEvent(tx, order.id, "paid", source, { from: order.state, checks, transaction, payment: state.paymentId, invoice });
  await tellOrder(tx, order.userId);
}

/** P18: what the provider kept for itself, as soon as it says so. */
export async function noteProviderFee(tx: PoolClient, order: Pick<Order, "id" | "provider" | "currency" | "rate">, fee: ProviderFee): Promise<void> {
  const { rowCount } = await tx.query("UPDATE payments SET balance_txn_id = $2 WHERE order_id = $1 AND balance_txn_id IS NULL", [order.id, fee.transactionId]);
  if (rowCount === 0) return;
  const amount = feeValue(order, fee.feeMinor, fee.currency);
  await tx.query("UPDATE payments SET fee_nano = $2, balance_currency = $3, balance_net_minor = $4, available_on = $5 WHERE order_id = $1",
    [order.id, amount ?? null, fee.currency, fee.netMinor, fee.availableOn ?? null]);
  await postProviderFee(tx, { provider: order.provider, transactionId: fee.transactionId, amount, ref: { type: "order", id: order.id } });
}

type FeePost = Readonly<{ provider: string; transactionId: string; /** Undefined where no rate is known. */ amount: Nano | undefined; ref: Readonly<{ type: string; id: string }> }>;

/** Books what the provider kept of one payment, once; also of money that was not credited, or clearing would drift. */
export async function postProviderFee(tx: PoolClient, { provider, transactionId, amount, ref }: FeePost): Promise<void> {
  if (amount === undefined || amount <= 0n) return;
  await post(tx, {
    kind: "psp_fee", key: `pspfee:${transactionId}`, actor: { type: "provider", id: provider }, ref, postings: [{ from: `psp:${provider}:clearing`, to: "expense:psp_fee", amount }],
  });
}

/** A fee in the order's own currency by its frozen rate, or in USD; undefined in any other, where no rate is known. */
export function feeValue(order: Pick<Order, "currency" | "rate">, minor: bigint, currency: string) {
  if (currency === order.currency) return valueNano(minor, currency, order.rate);
  return currency === "USD" && PAY_CURRENCIES.has(currency) ? valueNano(minor, "USD", 1_000_000n) : undefined;
}
