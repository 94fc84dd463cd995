import type { Pool, PoolClient } from "pg";
import type { Nano } from "#money/amount.ts";
import { lockedWallet, post } from "#money/ledger.store.ts";
import { valueNano } from "#money/order-amounts.ts";
import { creditOrder, feeValue, noteProviderFee, postProviderFee } from "#payments/credit-order.store.ts";
import { judge, nextCheck, type Check, type OrderState } from "#payments/order-state.ts";
import { addOrderEvent, findOrder, markStarted, moveOrder, setNextCheck, walletOfOrder, type EventSource, type Order } from "#payments/orders.store.ts";
import type { ProviderState } from "#payments/provider.ts";
import { withTransaction } from "#platform/db/tx.ts";

export type Applied = Readonly<{ orderId: string; before: OrderState; after: OrderState; reason?: string }>;

/**
 * Brings an order to the provider's present truth: the only way in which an order changes after it was made. Webhook,
 * poller, return page and staff all come here. What was done before is not done again, in whatever order truths arrive.
 *
 * @returns undefined when there is no such order
 */
export function applyProviderState(pool: Pool, orderId: string, provider: string, state: ProviderState, source: EventSource, nowMs: number): Promise<Applied | undefined> {
  return withTransaction(pool, async (tx) => {
    const walletId = await walletOfOrder(tx, orderId);
    if (walletId === undefined) return undefined;
    const wallet = await lockedWallet(tx, walletId);
    const order = (await findOrder(tx, orderId, true))!;
    if (order.sessionId === null && state.orderRefs.every((ref) => ref === order.id)) {
      await markStarted(tx, order.id, { sessionId: state.sessionId, ...(state.customerId !== null && { customerId: state.customerId }) }, source);
    }
    const current = (await findOrder(tx, orderId))!;
    const applied = await act(tx, current, wallet.debt, provider, state, source);
    await setNextCheck(tx, order.id, nextCheck({ ...current, state: applied.after }, nowMs));
    return applied;
  });
}

async function act(tx: PoolClient, order: Order, debt: bigint, provider: string, state: ProviderState, source: EventSource): Promise<Applied> {
  const verdict = judge(order, provider, state);
  const done = (after: OrderState, reason?: string): Applied => ({ orderId: order.id, before: order.state, after, ...(reason !== undefined && { reason }) });
  switch (verdict.do) {
    case "nothing":
      if (order.state === "paid" && state.fee) await noteProviderFee(tx, order, state.fee);
      return done(order.state);
    case "move":
      await moveOrder(tx, order, verdict.to, source, state.failure === undefined ? {} : { failure: state.failure });
      return done(verdict.to);
    case "credit":
      await creditOrder(tx, order, debt, state, verdict.checks, source);
      return done("paid");
    case "review": {
      const reason = reasonOf(verdict.checks);
      const known = order.state === "review" && order.reviewReason === reason;
      if (!known) await holdInSuspense(tx, order, provider, state);
      await noteHeldFee(tx, order, provider, state);
      if (known) return done("review", reason);
      await moveOrder(tx, order, "review", source, { reason, checks: verdict.checks, provider, received_minor: (state.amountMinor + state.taxMinor).toString(), received_currency: state.currency, payment: state.paymentId });
      return done("review", reason);
    }
  }
}

const reasonOf = (checks: readonly Check[]): string => checks.filter(({ ok }) => !ok).map(({ what, ours, theirs }) => `${what}: ${ours} | ${theirs}`).join("; ");

/** Money that does not match is not the customer's yet: it is kept apart until a person decides. */
async function holdInSuspense(tx: PoolClient, order: Order, provider: string, state: ProviderState): Promise<void> {
  if (state.paymentId === undefined) return;
  const value = receivedNano(state, order);
  if (value === undefined || value <= 0n) {
    await addOrderEvent(tx, order.id, "unvalued", "system", { currency: state.currency });
    return;
  }
  await postSuspense(tx, { provider, paymentId: state.paymentId, amount: value, ref: { type: "order", id: order.id } });
}

/** What the provider kept of money that is held: it may tell so later than that the money came. */
async function noteHeldFee(tx: PoolClient, order: Order, provider: string, { fee }: ProviderState): Promise<void> {
  if (fee) await postProviderFee(tx, { provider, transactionId: fee.transactionId, amount: feeValue(order, fee.feeMinor, fee.currency), ref: { type: "order", id: order.id } });
}

/** P21: money came without a valid order. */
export const postSuspense = (tx: PoolClient, ask: Readonly<{ provider: string; paymentId: string; amount: Nano; ref: Readonly<{ type: string; id: string }> }>): Promise<unknown> =>
  post(tx, {
    kind: "suspense", key: `suspense:${ask.provider}:${ask.paymentId}`, actor: { type: "provider", id: ask.provider }, ref: ask.ref,
    postings: [{ from: `suspense:${ask.provider}`, to: `psp:${ask.provider}:clearing`, amount: ask.amount }],
  });

/** What the money that came is worth; undefined where no rate is known. */
export function receivedNano(state: ProviderState, order?: Pick<Order, "currency" | "rate">): Nano | undefined {
  const total = state.amountMinor + state.taxMinor;
  if (order && state.currency === order.currency) return valueNano(total, order.currency, order.rate);
  if (state.currency === "USD") return valueNano(total, "USD", 1_000_000n);
  const { fee } = state;
  if (fee?.currency === "USD") return valueNano(fee.netMinor + fee.feeMinor, "USD", 1_000_000n);
  return undefined;
}
