import type { PoolClient } from "pg";
import { nano, type Nano } from "#money/amount.ts";
import { walletAccount } from "#money/chart.ts";
import { clawBackLines, clawBackLot } from "#money/claw-back.store.ts";
import { lockedWallet, post, type WalletRow } from "#money/ledger.store.ts";
import type { LedgerActor } from "#money/ledger.ts";
import { amountFor, shareOf } from "#money/order-amounts.ts";
import { addOrderEvent, findOrder, tellOrder, walletOfOrder, type Order } from "#payments/orders.store.ts";
import { bonusLot, findRefund, paymentOfOrder, refundByKey, refundSums, restrictWallet, type Payment, type Refund } from "#payments/payments.store.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

export type RefundProblem = "not_paid" | "disputed" | "nothing_left" | "too_much" | "key_reuse" | "not_found";

/** The refund is not possible; with the most that is. */
export class RefundRefused extends Error {
  override readonly name = "RefundRefused";
  readonly problem: RefundProblem;
  readonly maxNano: Nano;
  readonly maxMinor: bigint;
  constructor(problem: RefundProblem, maxNano: Nano = nano(0n), maxMinor = 0n) {
    super(MESSAGE[problem]);
    this.problem = problem;
    this.maxNano = maxNano;
    this.maxMinor = maxMinor;
  }
}

const MESSAGE: Readonly<Record<RefundProblem, string>> = {
  not_paid: "Nothing has been paid for this order.",
  disputed: "The payment is disputed; its provider decides.",
  nothing_left: "There is nothing left of this payment to give back.",
  too_much: "The customer has spent more than would be left.",
  key_reuse: "This key was used for another refund.",
  not_found: "There is no such order.",
};

export type RefundAsk = Readonly<{
  orderId: string;
  /** By credit, by what was paid, or all that is unused. */
  amount: Readonly<{ creditNano: bigint }> | Readonly<{ amountMinor: bigint }> | "all";
  reason: string;
  clientKey: string;
  actor: LedgerActor;
  actorId?: string;
  /** The customer may be left with a debt. */
  allowDebt: boolean;
}>;

/** What of an order can go back now. */
export type Refundable = Readonly<{ leftNano: Nano; leftMinor: bigint; maxNano: Nano; maxMinor: bigint; totalMinor: bigint }>;

/**
 * P7: takes the credit from the wallet and notes the refund, before the provider is asked. The same key is the same refund.
 *
 * @param tx inside a transaction
 * @throws RefundRefused
 */
export async function requestRefund(tx: PoolClient, ask: RefundAsk): Promise<Refund> {
  const walletId = await walletOfOrder(tx, ask.orderId);
  if (walletId === undefined) throw new RefundRefused("not_found");
  const wallet = await lockedWallet(tx, walletId);
  const before = await refundByKey(tx, ask.clientKey);
  const order = (await findOrder(tx, ask.orderId, true))!;
  const payment = await paymentOfOrder(tx, order.id);
  if (!payment) throw new RefundRefused("not_paid");
  if (before) return sameRefund(before, payment, ask);
  if (await openDispute(tx, payment.id)) throw new RefundRefused("disputed");
  const can = await refundableOf(tx, order, payment, wallet);
  const { credit, amount } = await sharesOf(tx, order, payment, ask.amount, can);
  if (amount <= 0n || amount > can.leftMinor || credit > can.leftNano) throw new RefundRefused("nothing_left", can.maxNano, can.maxMinor);
  if (credit > can.maxNano && !ask.allowDebt) throw new RefundRefused("too_much", can.maxNano, can.maxMinor);

  const id = uuidv7();
  const lot = await bonusLot(tx, order.id);
  const ref = { type: "order", id: order.id };
  const bonus = lot && order.bonusNano > 0n
    ? await clawBackLot(tx, { walletId, lotId: lot.id, amount: await bonusShare(tx, order, payment, amount), cause: `refund:${id}`, to: "expense:promo", actor: ask.actor, ref })
    : nano(0n);
  await tx.query(
    `INSERT INTO refunds (id, payment_id, source, status, credit_nano, amount_minor, bonus_nano, reason, actor_id, client_key)
     VALUES ($1, $2, 'operator', 'requested', $3, $4, $5, $6, $7, $8)`,
    [id, payment.id, credit, amount, bonus, ask.reason, ask.actorId ?? null, ask.clientKey]);
  if (credit > 0n) await take(tx, order, id, credit, lot?.id, ask);
  await addOrderEvent(tx, order.id, "refund_requested", "staff", { refund: id, amount_minor: amount.toString(), credit_nano: credit.toString(), reason: ask.reason });
  await notify(tx, "lease_wanted", walletId);
  await tellOrder(tx, order.userId);
  return (await findRefund(tx, id))!;
}

async function take(tx: PoolClient, order: Order, refundId: string, credit: Nano, lotId: string | undefined, ask: RefundAsk): Promise<void> {
  const { lines, debt } = ask.allowDebt
    ? await clawBackLines(tx, { walletId: order.walletId, amount: credit, ...(lotId !== undefined && { firstLot: lotId }) })
    : { lines: [{ account: walletAccount(order.walletId, "paid"), amount: credit }], debt: 0n };
  await post(tx, {
    kind: "refund_request", key: `refund:${refundId}:request`, intent: `${order.walletId} ${credit}`, lines: [...lines, { account: "refunds:pending", amount: nano(-credit) }],
    actor: ask.actor, ref: { type: "order", id: order.id }, reason: ask.reason, meta: { refund: refundId },
  });
  if (debt > 0n) await restrictWallet(tx, order.walletId);
}

function sameRefund(before: Refund, payment: Payment, ask: RefundAsk): Refund {
  const same = before.paymentId === payment.id && (ask.amount === "all"
    || ("creditNano" in ask.amount ? before.creditNano === ask.amount.creditNano : before.amountMinor === ask.amount.amountMinor));
  if (!same) throw new RefundRefused("key_reuse");
  return before;
}

/** What can go back of an order: what is left of it, what the wallet still has, and what no node has leased. */
export async function refundable(db: Queryable, orderId: string): Promise<Refundable | undefined> {
  const order = await findOrder(db, orderId);
  const payment = order && (await paymentOfOrder(db, order.id));
  if (!order || !payment) return undefined;
  const { rows: [wallet] } = await db.query<WalletRow>(
    "SELECT paid_nano AS paid, lots_nano AS lots, frozen_nano AS frozen, debt_nano AS debt, leased_nano AS leased FROM wallets WHERE id = $1", [order.walletId]);
  return refundableOf(db, order, payment, { ...wallet!, leased: 0n });
}

async function refundableOf(db: Queryable, order: Order, payment: Payment, wallet: WalletRow): Promise<Refundable> {
  const live = await refundSums(db, payment.id, true);
  const leftNano = nano(order.creditNano - live.credit);
  const leftMinor = payment.amountMinor - live.amount;
  const free = wallet.paid + wallet.lots - wallet.debt - wallet.leased;
  const maxNano = nano([leftNano, wallet.paid, free].reduce((a, b) => (b < a ? b : a)));
  const max = maxNano > 0n ? maxNano : nano(0n);
  const maxMinor = max === 0n ? 0n : amountFor(max, { creditNano: order.creditNano, takenCredit: live.credit, total: payment.amountMinor, takenAmount: live.amount });
  return { leftNano, leftMinor, maxNano: max, maxMinor, totalMinor: payment.amountMinor };
}

async function sharesOf(db: Queryable, order: Order, payment: Payment, asked: RefundAsk["amount"], can: Refundable): Promise<{ credit: Nano; amount: bigint }> {
  const live = await refundSums(db, payment.id, true);
  if (asked === "all") return { credit: can.maxNano, amount: can.maxMinor };
  if ("creditNano" in asked) {
    const part = { creditNano: order.creditNano, takenCredit: live.credit, total: payment.amountMinor, takenAmount: live.amount };
    return { credit: nano(asked.creditNano), amount: asked.creditNano <= 0n ? 0n : amountFor(asked.creditNano, part) };
  }
  return { credit: shareOf(order.creditNano, live.credit, { amount: asked.amountMinor, total: payment.amountMinor, takenAmount: live.amount }), amount: asked.amountMinor };
}

/** The part of an order's bonus that goes with an amount of its payment. */
async function bonusShare(db: Queryable, order: Order, payment: Payment, amount: bigint): Promise<Nano> {
  const live = await refundSums(db, payment.id, true);
  return shareOf(order.bonusNano, live.bonus, { amount, total: payment.amountMinor, takenAmount: live.amount });
}

async function openDispute(db: Queryable, paymentId: string): Promise<boolean> {
  const { rowCount } = await db.query("SELECT 1 FROM disputes WHERE payment_id = $1 AND outcome IS NULL AND status NOT LIKE 'warning%'", [paymentId]);
  return (rowCount ?? 0) > 0;
}
