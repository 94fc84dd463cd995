import type { Stripe } from "stripe";
import type { NoticeSubject, ProviderDispute, ProviderFee, ProviderRefund, ProviderState, RefundStatus } from "#payments/provider.ts";

/** What a session is asked with, so that one call tells all. */
export const SESSION_EXPAND = ["payment_intent.latest_charge.balance_transaction"];

/** A Checkout Session, with its payment expanded, as the state of an order. */
export function stateOfSession(session: Stripe.Checkout.Session): ProviderState {
  const intent = objectOf(session.payment_intent);
  const charge = objectOf(intent?.latest_charge);
  const money = moneyOf(session, intent);
  const fee = feeOf(objectOf(charge?.balance_transaction));
  const failure = intent?.last_payment_error?.message;
  const method = charge?.payment_method_details?.type;
  const paymentId = idOf(session.payment_intent);
  const country = charge?.billing_details?.address?.country ?? undefined;
  const fingerprint = charge?.payment_method_details?.card?.fingerprint ?? undefined;
  return {
    status: statusOfSession(session, intent),
    sessionId: session.id,
    ...money,
    currency: (session.currency ?? "").toUpperCase(),
    livemode: session.livemode,
    orderRefs: [session.client_reference_id, session.metadata?.order_id ?? null, ...(intent ? [intent.metadata.order_id ?? null] : [])],
    customerId: idOf(session.customer) ?? null,
    ...(paymentId !== undefined && { paymentId }),
    ...(session.url && { url: session.url }),
    ...(method && { method }),
    ...(country && { country }),
    ...(fingerprint && { fingerprint }),
    ...(failure && { failure }),
    ...(charge && { paidAt: new Date(charge.created * 1_000) }),
    ...(fee && { fee }),
  };
}

/** What is above the order's own sum is tax. A total below it, or less received than the total, is told as it is, so that it cannot match. */
function moneyOf(session: Stripe.Checkout.Session, intent: Stripe.PaymentIntent | undefined): Pick<ProviderState, "amountMinor" | "taxMinor"> {
  const [subtotal, total] = [BigInt(session.amount_subtotal ?? 0), BigInt(session.amount_total ?? 0)];
  const received = session.payment_status === "paid" && intent ? BigInt(intent.amount_received) : total;
  const taxMinor = total > subtotal ? total - subtotal : 0n;
  const amountMinor = received - taxMinor;
  return amountMinor >= 0n ? { amountMinor, taxMinor } : { amountMinor: received, taxMinor: 0n };
}

/** A bank debit or voucher is complete before its money is there; then the payment itself says how it goes. */
function statusOfSession(session: Stripe.Checkout.Session, intent: Stripe.PaymentIntent | undefined): ProviderState["status"] {
  if (session.status === "expired") return "expired";
  if (session.status !== "complete") return "open";
  if (session.payment_status === "paid" || session.payment_status === "no_payment_required") return "paid";
  return intent?.status === "requires_payment_method" || intent?.status === "canceled" ? "failed" : "processing";
}

const feeOf = (transaction: Stripe.BalanceTransaction | undefined): ProviderFee | undefined => transaction && {
  transactionId: transaction.id, feeMinor: BigInt(transaction.fee), netMinor: BigInt(transaction.net),
  currency: transaction.currency.toUpperCase(), availableOn: new Date(transaction.available_on * 1_000),
};

export function refundOf(refund: Stripe.Refund): ProviderRefund {
  const ref = refund.metadata?.refund_id;
  return {
    id: refund.id, status: REFUND_STATUS[refund.status ?? ""] ?? "pending", amountMinor: BigInt(refund.amount), currency: refund.currency.toUpperCase(),
    ...(ref && { refundRef: ref }), ...(refund.failure_reason && { failure: refund.failure_reason }),
  };
}

const REFUND_STATUS: Readonly<Record<string, RefundStatus>> = { succeeded: "succeeded", failed: "failed", canceled: "canceled" };

export function disputeOf(dispute: Stripe.Dispute): ProviderDispute {
  const due = dispute.evidence_details?.due_by;
  return {
    id: dispute.id, paymentId: idOf(dispute.payment_intent), status: dispute.status, reason: dispute.reason,
    amountMinor: BigInt(dispute.amount), currency: dispute.currency.toUpperCase(), livemode: dispute.livemode,
    movements: dispute.balance_transactions.map(({ id, amount, fee, currency }) => ({ id, amountMinor: BigInt(amount), feeMinor: BigInt(fee), currency: currency.toUpperCase() })),
    ...(due && { evidenceDueAt: new Date(due * 1_000) }), openedAt: new Date(dispute.created * 1_000),
  };
}

type Referred = Readonly<{ id?: unknown; object?: unknown; payment_intent?: unknown }>;

/** What an event is about; its copy of the object is used for ids alone, for it may be old. */
export function subjectOf(type: string, object: Referred): NoticeSubject {
  const id = typeof object.id === "string" ? object.id : "";
  const paymentId = idOf(object.payment_intent as string | { id: string } | null | undefined);
  if (type.startsWith("checkout.session.")) return { kind: "order", sessionId: id };
  if ((type === "charge.refunded" || type.startsWith("refund.") || type === "charge.refund.updated") && paymentId !== undefined) return { kind: "refunds", paymentId };
  if (type.startsWith("charge.dispute.")) return { kind: "dispute", disputeId: id };
  if (type === "radar.early_fraud_warning.created" && paymentId !== undefined) return { kind: "fraud_warning", paymentId };
  return { kind: "ignored" };
}

export const idOf = (value: string | Readonly<{ id: string }> | null | undefined): string | undefined => (typeof value === "string" ? value : value?.id);
const objectOf = <T extends object>(value: string | T | null | undefined): T | undefined => (typeof value === "object" && value !== null ? value : undefined);
