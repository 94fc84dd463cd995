import type { Pool, PoolClient } from "pg";
import { nano, type Nano } from "#money/amount.ts";
import { creditWallet, lockedWallet, post } from "#money/ledger.store.ts";
import type { LedgerActor } from "#money/ledger.ts";
import { addOrderEvent, findOrder, moveOrder, type Order } from "#payments/orders.store.ts";
import { ProviderRefused, type PaymentProvider } from "#payments/provider.ts";
import { RefundRefused } from "#payments/refund-request.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { withTransaction } from "#platform/db/tx.ts";

export type ReviewAsk = Readonly<{ orderId: string; how: "credit" | "return"; reason: string; actor: LedgerActor }>;

/** Money of an order that did not match and waits for a decision. */
export type HeldMoney = Readonly<{ provider: string; paymentId: string; amountNano: Nano; receivedMinor: bigint; currency: string }>;

/** What was received for an order in review; undefined when nothing that could be valued. */
export async function heldMoney(db: Queryable, order: Pick<Order, "id">): Promise<HeldMoney | undefined> {
  const { rows: [seen] } = await db.query<{ provider: string; payment: string | null; minor: string | null; currency: string | null }>(
    `SELECT detail->>'provider' AS provider, detail->>'payment' AS payment, detail->>'received_minor' AS minor, detail->>'received_currency' AS currency
       FROM order_events WHERE order_id = $1 AND kind = 'review' ORDER BY id DESC LIMIT 1`, [order.id]);
  if (!seen?.payment) return undefined;
  const { rows: [held] } = await db.query<{ amount: bigint }>(
    `SELECT sum(e.amount_nano)::bigint AS amount FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id AND e.amount_nano > 0
      WHERE t.idempotency_key = $1 HAVING count(*) > 0`, [`suspense:${seen.provider}:${seen.payment}`]);
  return held && { provider: seen.provider, paymentId: seen.payment, amountNano: nano(held.amount), receivedMinor: BigInt(seen.minor ?? "0"), currency: seen.currency ?? "" };
}

/**
 * P21a: money that matched no order is given to the customer as it came, or sent back. The order itself ends as failed;
 * what was done stands on its timeline.
 */
export async function resolveReview(pool: Pool, providers: ReadonlyMap<string, PaymentProvider>, ask: ReviewAsk, within: (tx: PoolClient) => Promise<void>): Promise<void> {
  const order = await findOrder(pool, ask.orderId);
  if (!order) throw new RefundRefused("not_found");
  const held = await heldMoney(pool, order);
  if (order.state !== "review") throw new RefundRefused("nothing_left");
  if (ask.how === "return" && held) {
    const provider = providers.get(held.provider);
    if (!provider) throw new ProviderRefused("the provider is not set up");
    // Before the books: should this process end in between, the same key gives the same answer the next time.
    const sent = await provider.refund({ id: `review-${order.id}`, paymentId: held.paymentId, amountMinor: held.receivedMinor });
    if (sent.status === "failed" || sent.status === "canceled") throw new ProviderRefused(sent.failure ?? "the provider did not send the money back");
  }
  await withTransaction(pool, async (tx) => {
    await lockedWallet(tx, order.walletId);
    const now = (await findOrder(tx, order.id, true))!;
    if (now.state !== "review") throw new RefundRefused("nothing_left");
    if (held) await release(tx, now, held, ask);
    await addOrderEvent(tx, now.id, "resolved", "staff", { how: ask.how, reason: ask.reason, amount_nano: held?.amountNano.toString() ?? "0" });
    await moveOrder(tx, now, "failed", "staff", { resolved: ask.how });
    await tx.query("UPDATE orders SET next_check_at = NULL WHERE id = $1", [now.id]);
    await within(tx);
  });
}

async function release(tx: PoolClient, order: Order, held: HeldMoney, ask: ReviewAsk): Promise<void> {
  const common = {
    kind: "suspense_resolved", key: `suspense:${held.paymentId}:resolved`, actor: ask.actor, ref: { type: "order", id: order.id }, reason: ask.reason,
  } as const;
  if (ask.how === "credit") {
    await creditWallet(tx, { ...common, walletId: order.walletId, bucket: "paid", amount: held.amountNano, from: `suspense:${held.provider}` });
    return;
  }
  await post(tx, { ...common, postings: [{ from: `psp:${held.provider}:clearing`, to: `suspense:${held.provider}`, amount: held.amountNano }] });
}
