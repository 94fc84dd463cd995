import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";
import type { Cashier } from "#payments/cashier.ts";
import type { PaymentTools } from "#payments/create-payments.ts";
import { settleDispute } from "#payments/disputes.store.ts";
import { addOrderEvent, findOrder, leasedWalletOfOrder } from "#payments/orders.store.ts";
import { findRefund, hangingRefunds, orderOfPayment, paymentByProviderId, paymentOfOrder, restrictWallet, type Payment, type Refund } from "#payments/payments.store.ts";
import { ProviderRefused, ProviderUnsure, type PaymentProvider } from "#payments/provider.ts";
import { RefundRefused, requestRefund, type RefundAsk } from "#payments/refund-request.store.ts";
import { failRefund, settleRefund } from "#payments/refund-state.store.ts";
import { resolveReview, type ReviewAsk } from "#payments/review.store.ts";
import { notify } from "#platform/db/listen.ts";
import { withTransaction } from "#platform/db/tx.ts";

/** How long a refund waits for nodes to return what they have leased of the wallet. */
const RETURN_WAIT_MS = 3_000;
const HANGING_A_RUN = 50;

/** Money on its way back, and money that somebody else takes back. */
export interface Refunds {
  /**
   * Takes the credit, then tells the provider. A provider that does not answer is asked again by the job.
   * @param within runs in the transaction that takes the credit (audit entry)
   * @throws RefundRefused
   */
  request(ask: RefundAsk, within?: (tx: PoolClient, refund: Refund) => Promise<void>): Promise<Refund>;
  /** Brings every refund of a payment to the provider's state. */
  syncPayment(provider: PaymentProvider, providerPaymentId: string): Promise<void>;
  syncDispute(provider: PaymentProvider, disputeId: string): Promise<void>;
  /** The card's bank suspects fraud: nothing more is spent until somebody has looked. */
  noteFraudWarning(provider: PaymentProvider, providerPaymentId: string): Promise<void>;
  /** Ends a review: the money that came is credited, or goes back. @throws RefundRefused, ProviderRefused, ProviderUnsure */
  resolve(ask: ReviewAsk, within?: (tx: PoolClient) => Promise<void>): Promise<void>;
  /** Takes up refunds that nobody has heard the end of. */
  resume(): Promise<void>;
}

export function createRefunds(tools: PaymentTools, cashier: Cashier): Refunds {
  const { pool, log } = tools;

  async function request(ask: RefundAsk, within: (tx: PoolClient, refund: Refund) => Promise<void>): Promise<Refund> {
    for (const deadline = performance.now() + RETURN_WAIT_MS; ;) {
      try {
        return await withTransaction(pool, async (tx) => {
          const refund = await requestRefund(tx, ask);
          await within(tx, refund);
          return refund;
        });
      } catch (error) {
        if (!(error instanceof RefundRefused) || error.problem !== "too_much" || performance.now() > deadline || !(await askForLeases(ask.orderId))) throw error;
        await sleep(50);
      }
    }
  }

  /** @returns false when no node holds anything of the wallet */
  async function askForLeases(orderId: string): Promise<boolean> {
    const walletId = await leasedWalletOfOrder(pool, orderId);
    if (walletId === undefined) return false;
    await notify(pool, "lease_wanted", walletId);
    return true;
  }

  async function send(refundId: string, provider: PaymentProvider): Promise<void> {
    const refund = (await findRefund(pool, refundId))!;
    const payment = (await paymentOf(refund))!;
    if (refund.status !== "requested") return syncPayment(provider, payment.providerPaymentId);
    try {
      const theirs = await provider.refund({ id: refund.id, paymentId: payment.providerPaymentId, amountMinor: refund.amountMinor });
      await withTransaction(pool, (tx) => settleRefund(tx, payment, theirs, "system"));
    } catch (error) {
      if (error instanceof ProviderRefused) await withTransaction(pool, (tx) => failRefund(tx, payment, refund.id, error.message));
      else if (error instanceof ProviderUnsure) await lookFor(provider, payment, error);
      else throw error;
    }
  }

  /** The provider stumbled; it may have done it all the same, and would repeat its error to the same key. */
  async function lookFor(provider: PaymentProvider, payment: Payment, error: ProviderUnsure): Promise<void> {
    log.warn({ err: error, payment: payment.providerPaymentId }, "the provider did not answer a refund");
    if (error.answered) await syncPayment(provider, payment.providerPaymentId).catch(() => undefined);
  }

  async function paymentOf(refund: Refund): Promise<Payment | undefined> {
    const orderId = await orderOfPayment(pool, refund.paymentId);
    return orderId === undefined ? undefined : paymentOfOrder(pool, orderId);
  }

  /** The payment; an order that has not been credited yet is credited first. */
  async function paymentFor(provider: PaymentProvider, providerPaymentId: string): Promise<Payment | undefined> {
    const known = await paymentByProviderId(pool, provider.id, providerPaymentId);
    if (known) return known;
    const orderId = await provider.orderOfPayment(providerPaymentId);
    if (orderId === undefined) return undefined;
    await cashier.check(orderId, "webhook");
    return paymentByProviderId(pool, provider.id, providerPaymentId);
  }

  async function syncPayment(provider: PaymentProvider, providerPaymentId: string): Promise<void> {
    const payment = await paymentFor(provider, providerPaymentId);
    if (!payment) return;
    for (const theirs of await provider.refunds(providerPaymentId)) {
      await withTransaction(pool, (tx) => settleRefund(tx, payment, theirs, "webhook"));
    }
  }

  return {
    syncPayment,
    async request(ask, within = async () => undefined) {
      const refund = await request(ask, within);
      const payment = await paymentOf(refund);
      const provider = payment && tools.providers.get(payment.provider);
      if (provider && refund.status === "requested") {
        await send(refund.id, provider).catch((error: unknown) => log.error({ err: error, refund: refund.id }, "a refund could not be sent; it is tried again"));
      }
      return (await findRefund(pool, refund.id))!;
    },
    async syncDispute(provider, disputeId) {
      const dispute = await provider.dispute(disputeId);
      const payment = dispute.paymentId === undefined ? undefined : await paymentFor(provider, dispute.paymentId);
      if (!payment) return;
      const policy = (await tools.settings())["payments.dispute"];
      await withTransaction(pool, (tx) => settleDispute(tx, payment, dispute, policy, "webhook"));
      log.warn({ dispute: dispute.id, status: dispute.status }, "a payment is disputed");
    },
    async noteFraudWarning(provider, providerPaymentId) {
      const payment = await paymentFor(provider, providerPaymentId);
      const order = payment && (await findOrder(pool, payment.orderId));
      if (!order) return;
      log.error({ order: order.id }, "the card's bank suspects fraud");
      await withTransaction(pool, async (tx) => {
        await restrictWallet(tx, order.walletId);
        await addOrderEvent(tx, order.id, "fraud_warning", "webhook");
        await notify(tx, "wallet", order.walletId);
      });
    },
    resolve: (ask, within = async () => undefined) => resolveReview(pool, tools.providers, ask, within),
    async resume() {
      for (const { id, provider: name } of await hangingRefunds(pool, HANGING_A_RUN)) {
        const provider = tools.providers.get(name);
        if (provider) await send(id, provider).catch((error: unknown) => log.warn({ err: error, refund: id }, "a refund hangs"));
      }
    },
  };
}
