import { DISPUTE_FEE, feeOf, newId, type BalanceTransaction, type Books, type Charge, type Dispute, type PaymentIntent, type Refund, type Session, type StripeEvent, type StripeObject } from "./objects.ts";

/** What people and banks do; each act changes the books and tells the webhook, as the real thing does. */
export type Acts = Readonly<{
  /** The buyer pays by card. */
  pay(sessionId: string): void;
  /** The card is declined; the page stays open. */
  decline(sessionId: string): void;
  /** By bank debit or voucher: done at the page, the money comes later. */
  payLater(sessionId: string): void;
  /** How that ends. */
  settleLater(sessionId: string, arrives: boolean): void;
  expire(sessionId: string): void;
  /** In the dashboard. @returns the refund's id */
  refund(paymentIntent: string, amount: number, metadata?: Record<string, string>, status?: string): string;
  /** A refund changes its mind. */
  moveRefund(id: string, status: "succeeded" | "failed" | "canceled" | "pending"): void;
  dispute(paymentIntent: string, options?: Readonly<{ amount?: number; inquiry?: boolean }>): string;
  moveDispute(id: string, status: string): void;
  fraudWarning(paymentIntent: string): void;
}>;

export function createActs(books: Books, now: () => number, tell: (event: StripeEvent) => void): Acts {
  const emit = (type: string, object: StripeObject): void => {
    const event: StripeEvent = {
      id: newId("evt"), object: "event", type, created: now(), livemode: false, api_version: "2026-10-28.endive", data: { object: structuredClone(object) }, pending_webhooks: 1, request: null,
    };
    books.events.push(event);
    tell(event);
  };
  const session = (id: string): Session => found(books.sessions, id);
  const intentOf = (of: Session): PaymentIntent => {
    if (of.payment_intent !== null) return found(books.intents, of.payment_intent);
    const made: PaymentIntent = {
      id: newId("pi"), object: "payment_intent", amount: of.amount_total, amount_received: 0, currency: of.currency, status: "requires_payment_method", metadata: of.intent_metadata, customer: of.customer,
      latest_charge: null, last_payment_error: null, created: now(), livemode: false,
    };
    books.intents.set(made.id, made);
    of.payment_intent = made.id;
    return made;
  };
  const move = (type: string, source: string, amount: number, fee: number, currency: string): BalanceTransaction => {
    const made: BalanceTransaction = {
      id: newId("txn"), object: "balance_transaction", amount, fee, net: amount - fee, currency, type, source, created: now(), available_on: now() + 172_800, status: "pending",
    };
    books.transactions.set(made.id, made);
    return made;
  };
  const charge = (intent: PaymentIntent): Charge => {
    const id = newId("ch");
    const made: Charge = {
      id, object: "charge", amount: intent.amount, amount_refunded: 0, currency: intent.currency, payment_intent: intent.id,
      balance_transaction: move("charge", id, intent.amount, feeOf(intent.amount), intent.currency).id, created: now(), livemode: false, paid: true, refunded: false, disputed: false,
      status: "succeeded", metadata: intent.metadata, payment_method_details: { type: "card", card: { brand: "visa", last4: "4242", fingerprint: "fp4242" } }, billing_details: { address: { country: "US" } },
    };
    books.charges.set(id, made);
    Object.assign(intent, { status: "succeeded", amount_received: intent.amount, latest_charge: id, last_payment_error: null });
    return made;
  };
  const chargeOf = (paymentIntent: string): Charge => found(books.charges, found(books.intents, paymentIntent).latest_charge ?? "");

  return {
    pay(id) {
      const of = open(session(id));
      const intent = intentOf(of);
      const made = charge(intent);
      Object.assign(of, { status: "complete", payment_status: "paid", url: null });
      emit("charge.succeeded", made);
      emit("payment_intent.succeeded", intent);
      emit("checkout.session.completed", of);
    },
    decline(id) {
      const intent = intentOf(open(session(id)));
      intent.last_payment_error = { message: "Your card was declined.", code: "card_declined" };
      emit("payment_intent.payment_failed", intent);
    },
    payLater(id) {
      const of = open(session(id));
      const intent = intentOf(of);
      intent.status = "processing";
      Object.assign(of, { status: "complete", payment_status: "unpaid", url: null });
      emit("payment_intent.processing", intent);
      emit("checkout.session.completed", of);
    },
    settleLater(id, arrives) {
      const of = session(id);
      const intent = intentOf(of);
      if (arrives) {
        charge(intent);
        of.payment_status = "paid";
        emit("payment_intent.succeeded", intent);
        emit("checkout.session.async_payment_succeeded", of);
        return;
      }
      Object.assign(intent, { status: "requires_payment_method", last_payment_error: { message: "The bank did not pay.", code: "payment_intent_payment_attempt_failed" } });
      emit("payment_intent.payment_failed", intent);
      emit("checkout.session.async_payment_failed", of);
    },
    expire(id) {
      const of = open(session(id));
      Object.assign(of, { status: "expired", url: null });
      emit("checkout.session.expired", of);
    },
    refund(paymentIntent, amount, metadata = {}, status = "succeeded") {
      const of = chargeOf(paymentIntent);
      if (of.amount_refunded + amount > of.amount) throw new RangeError(`Refund amount (${amount}) is greater than unrefunded amount on charge (${of.amount - of.amount_refunded})`);
      const id = newId("re");
      const made: Refund = {
        id, object: "refund", amount, currency: of.currency, status, payment_intent: paymentIntent, charge: of.id, metadata, balance_transaction: move("refund", id, -amount, 0, of.currency).id,
        created: now(), reason: null,
      };
      books.refunds.set(id, made);
      of.amount_refunded += amount;
      of.refunded = of.amount_refunded === of.amount;
      emit("refund.created", made);
      emit("charge.refunded", of);
      return id;
    },
    moveRefund(id, status) {
      const of = found(books.refunds, id);
      if ((status === "failed" || status === "canceled") && of.status !== status) {
        chargeOf(of.payment_intent).amount_refunded -= of.amount;
        move("refund_failure", id, of.amount, 0, of.currency);
        of.failure_reason = "lost_or_stolen_card";
      }
      of.status = status;
      emit(status === "failed" ? "refund.failed" : "refund.updated", of);
    },
    dispute(paymentIntent, { amount, inquiry = false } = {}) {
      const of = chargeOf(paymentIntent);
      const id = newId("du");
      const made: Dispute = {
        id, object: "dispute", amount: amount ?? of.amount, currency: of.currency, status: inquiry ? "warning_needs_response" : "needs_response", reason: "fraudulent",
        payment_intent: paymentIntent, charge: of.id, balance_transactions: [], evidence_details: { due_by: now() + 7 * 86_400 }, created: now(), livemode: false, metadata: {},
      };
      books.disputes.set(id, made);
      of.disputed = true;
      emit("charge.dispute.created", made);
      if (!inquiry) {
        made.balance_transactions.push(move("adjustment", id, -made.amount, DISPUTE_FEE, made.currency));
        emit("charge.dispute.funds_withdrawn", made);
      }
      return id;
    },
    moveDispute(id, status) {
      const of = found(books.disputes, id);
      of.status = status;
      if (status === "won") {
        of.balance_transactions.push(move("adjustment", id, of.amount, 0, of.currency));
        emit("charge.dispute.funds_reinstated", of);
      }
      emit(status === "won" || status === "lost" || status === "warning_closed" ? "charge.dispute.closed" : "charge.dispute.updated", of);
    },
    fraudWarning(paymentIntent) {
      emit("radar.early_fraud_warning.created", { id: newId("issfr"), object: "radar.early_fraud_warning", charge: chargeOf(paymentIntent).id, payment_intent: paymentIntent, created: now(), livemode: false });
    },
  };
}

/** @throws RangeError */
export function found<T>(map: ReadonlyMap<string, T>, id: string): T {
  const value = map.get(id);
  if (!value) throw new RangeError(`No such object: '${id}'`);
  return value;
}

function open(session: Session): Session {
  if (session.status !== "open") throw new RangeError(`This Checkout Session is ${session.status}.`);
  return session;
}
