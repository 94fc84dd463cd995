import { nano, type Nano } from "#money/amount.ts";
import { valueNano } from "#money/order-amounts.ts";
import { applyProviderState, postSuspense, receivedNano, type Applied } from "#payments/apply-state.store.ts";
import { postProviderFee } from "#payments/credit-order.store.ts";
import type { PaymentTools } from "#payments/create-payments.ts";
import {
  addOrderEvent, findOrder, findOrderByKey, findOrderBySession, groupTopUpPpm, insertOrder, lockWallet, markStarted, moveOrder, recentOrders, startFailures, walletOfOrder,
  type EventSource, type Order,
} from "#payments/orders.store.ts";
import { ProviderRefused, ProviderUnsure, type OrderForProvider, type PaymentProvider, type ProviderState } from "#payments/provider.ts";
import { checkVelocity, offerOf, quoteTopUp, type TopUpOffer } from "#payments/top-up.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { isUuid } from "#platform/ids.ts";

/** How long a buyer may take at the provider's page; its own least is half an hour. */
const ORDER_LIFE_MS = 2 * 3_600_000;
const DAY_MS = 86_400_000;

/** Card payment is not set up. */
export class CardOff extends Error {
  override readonly name = "CardOff";
}

/** The same key was used for another amount. */
export class OrderKeyReuse extends Error {
  override readonly name = "OrderKeyReuse";
}

export type OrderAsk = Readonly<{
  userId: string;
  walletId: string;
  creditNano: Nano;
  /** The same key is the same order. */
  clientKey: string;
  source: EventSource;
  /** People have limits a day; scripts with a management token have not. */
  limited: boolean;
}>;

export type MadeOrder = Readonly<{ order: Order; /** Where to pay; undefined when the provider has not answered yet. */ url: string | undefined }>;

/** Sells credit: makes orders and brings them to what the provider says. */
export interface Cashier {
  offer(userId: string): Promise<TopUpOffer>;
  /**
   * Makes an order, or finds the one that the same key made, and starts its payment.
   * @throws CardOff, TopUpRefused, OrderKeyReuse, ProviderRefused
   */
  order(ask: OrderAsk): Promise<MadeOrder>;
  /** Asks the provider about an order and does what follows. @throws ProviderUnsure, ProviderRefused */
  check(orderId: string, source: EventSource): Promise<Applied | undefined>;
  /** A payment page has changed: finds whose it is. @throws ProviderUnsure, ProviderRefused */
  checkSession(provider: PaymentProvider, sessionId: string): Promise<Applied | undefined>;
  /** Where the buyer of an open order can pay. */
  payUrl(orderId: string): Promise<string | undefined>;
}

export function createCashier(tools: PaymentTools): Cashier {
  const { pool, clock, log } = tools;
  const offer = async (userId: string): Promise<TopUpOffer> => offerOf(await tools.settings(), await groupTopUpPpm(pool, userId));

  const providerOf = (order: Order): PaymentProvider => {
    const provider = tools.providers.get(order.provider);
    if (!provider || provider.livemode !== order.livemode) throw new ProviderRefused(`${order.provider} is not set up for this order`);
    return provider;
  };

  async function create(ask: OrderAsk, provider: PaymentProvider): Promise<Order> {
    const quote = quoteTopUp(await offer(ask.userId), ask.creditNano);
    const days = (await tools.settings())["payments.bonus_days"];
    return withTransaction(pool, async (tx) => {
      // The wallet's lock makes ten clicks at once one after the other, so that they also count against the day's limits.
      await lockWallet(tx, ask.walletId);
      const now = clock.now();
      const before = await findOrderByKey(tx, ask.userId, ask.clientKey);
      if (before) return before;
      if (ask.limited) checkVelocity(await recentOrders(tx, ask.userId, now), ask.creditNano, now);
      const id = await insertOrder(tx, {
        walletId: ask.walletId, userId: ask.userId, provider: provider.id, livemode: provider.livemode, creditNano: quote.creditNano, bonusNano: quote.bonusNano,
        bonusExpiresAt: quote.bonusNano > 0n ? new Date(now + days * DAY_MS) : null, currency: quote.currency, rate: quote.rate, amounts: quote.amounts,
        clientKey: ask.clientKey, expiresAt: new Date(now + ORDER_LIFE_MS), source: ask.source, nowMs: now,
      });
      return (await findOrder(tx, id!))!;
    });
  }

  /** Starts an order that is known to have none; what may have happened before is looked for first. */
  async function start(order: Order, provider: PaymentProvider, source: EventSource): Promise<string | undefined> {
    const failures = await startFailures(pool, order.id);
    try {
      if (failures > 0 && (await adopt(order, provider, source))) return (await provider.state((await findOrder(pool, order.id))!.sessionId!)).url;
      const settings = await tools.settings();
      const started = await provider.start(forProvider(order), failures + 1, { url: await tools.baseUrl(), shopName: settings["shop.name"], tax: settings["payments.tax"] });
      await withTransaction(pool, (tx) => markStarted(tx, order.id, started, source));
      return started.url;
    } catch (error) {
      if (error instanceof ProviderRefused) {
        log.error({ err: error, order: order.id }, "the provider refused an order");
        await withTransaction(pool, (tx) => moveOrder(tx, order, "failed", "system", { failure: error.message }));
        throw error;
      }
      if (!(error instanceof ProviderUnsure)) throw error;
      log.warn({ err: error, order: order.id }, "the provider did not answer");
      await withTransaction(pool, (tx) => addOrderEvent(tx, order.id, "start_failed", "system", { answered: error.answered, error: error.message }));
      return undefined;
    }
  }

  /** A start that was never answered may have happened all the same. */
  async function adopt(order: Order, provider: PaymentProvider, source: EventSource): Promise<boolean> {
    const found = await provider.find(forProvider(order));
    if (found !== undefined) await withTransaction(pool, (tx) => markStarted(tx, order.id, { sessionId: found }, source));
    return found !== undefined;
  }

  async function check(orderId: string, source: EventSource): Promise<Applied | undefined> {
    const order = await findOrder(pool, orderId);
    if (!order) return undefined;
    const provider = providerOf(order);
    if (order.sessionId !== null) return applyProviderState(pool, order.id, provider.id, await provider.state(order.sessionId), source, clock.now());
    if (await adopt(order, provider, source)) return check(orderId, source);
    if (order.state === "created" && order.expiresAt.getTime() < clock.now()) {
      await withTransaction(pool, async (tx) => {
        await lockWallet(tx, await walletOfOrder(tx, orderId));
        const now = await findOrder(tx, orderId, true);
        if (now?.state === "created" && now.sessionId === null) await moveOrder(tx, now, "expired", source, { reason: "never started" });
      });
      return { orderId, before: "created", after: "expired" };
    }
    return { orderId, before: order.state, after: order.state };
  }

  return {
    offer,
    check,
    async order(ask) {
      const provider = tools.providers.get("stripe");
      if (!provider) throw new CardOff("card payment is not set up");
      const before = await findOrderByKey(pool, ask.userId, ask.clientKey);
      if (before && before.creditNano !== ask.creditNano) throw new OrderKeyReuse("this key was used for another order");
      const order = before ?? (await create(ask, provider));
      if (order.creditNano !== ask.creditNano) throw new OrderKeyReuse("this key was used for another order");
      const url = order.state === "created" ? await start(order, provider, ask.source) : order.state === "open" ? (await provider.state(order.sessionId!)).url : undefined;
      return { order: (await findOrder(pool, order.id))!, url };
    },
    async checkSession(provider, sessionId) {
      const state = await provider.state(sessionId);
      const own = await findOrderBySession(pool, provider.id, sessionId);
      if (own) return applyProviderState(pool, own.id, provider.id, state, "webhook", clock.now());
      const named = state.orderRefs.find((ref): ref is string => ref !== null && isUuid(ref));
      if (named === undefined) return undefined;
      const order = await findOrder(pool, named);
      // An order whose start was never answered does not know its payment page yet.
      if (order?.sessionId === null) return applyProviderState(pool, order.id, provider.id, state, "webhook", clock.now());
      await stray(provider, state);
      return undefined;
    },
    async payUrl(orderId) {
      const order = await findOrder(pool, orderId);
      if (!order || order.sessionId === null || order.state !== "open") return undefined;
      return (await providerOf(order).state(order.sessionId)).url;
    },
  };

  /** Money that names an order it does not belong to. */
  async function stray(provider: PaymentProvider, state: ProviderState): Promise<void> {
    const { paymentId } = state;
    if (state.status !== "paid" || paymentId === undefined) return;
    log.error({ provider: provider.id, payment: paymentId, session: state.sessionId }, "money came that belongs to no order");
    const amount = receivedNano(state) ?? nano(0n);
    if (amount <= 0n) return;
    const ref = { type: "payment", id: paymentId };
    await withTransaction(pool, async (tx) => {
      await postSuspense(tx, { provider: provider.id, paymentId, amount, ref });
      if (state.fee?.currency === "USD") await postProviderFee(tx, { provider: provider.id, transactionId: state.fee.transactionId, amount: valueNano(state.fee.feeMinor, "USD", 1_000_000n), ref });
    });
  }
}

const forProvider = (order: Order): OrderForProvider => order;
