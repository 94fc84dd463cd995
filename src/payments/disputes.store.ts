import type { PoolClient } from "pg";
import { nano, type Nano } from "#money/amount.ts";
import { walletAccount } from "#money/chart.ts";
import { clawBackLines, clawBackLot } from "#money/claw-back.store.ts";
import { lockedWallet, OPEN_DISPUTE, post } from "#money/ledger.store.ts";
import { creditLines, type Line } from "#money/ledger.ts";
import { shareOf, valueNano } from "#money/order-amounts.ts";
import { feeValue } from "#payments/credit-order.store.ts";
import { addOrderEvent, findOrder, tellOrder, type EventSource, type Order } from "#payments/orders.store.ts";
import { bonusLot, refundSums, restrictWallet, type Payment } from "#payments/payments.store.ts";
import { backLines } from "#payments/postings.ts";
import type { ProviderDispute, ProviderMovement } from "#payments/provider.ts";
import { sharesAtEnd } from "#payments/refund-state.store.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";

type Row = Readonly<{ id: string; status: string; creditNano: bigint; frozenNano: bigint; outcome: "won" | "lost" | "closed" | null; froze: boolean; lost: boolean }>;

/** The bank only asks, or the provider has settled it before it began: no money moves. */
const isInquiry = (status: string): boolean => status.startsWith("warning_") || status === "prevented";

/**
 * Brings a dispute to the provider's present truth: one posting per movement of the provider's account, one freeze, one
 * end. A dispute that is heard of only when it is over is opened and closed in one go.
 *
 * @param tx inside a transaction
 */
export async function settleDispute(tx: PoolClient, payment: Payment, theirs: ProviderDispute, policy: "freeze" | "restrict", source: EventSource): Promise<void> {
  const order = (await findOrder(tx, payment.orderId))!;
  await lockedWallet(tx, order.walletId);
  const id = await keep(tx, order, payment, theirs);
  const ref = { type: "dispute", id };
  for (const movement of theirs.movements) await bookMovement(tx, order, ref, theirs, movement);

  const before = await find(tx, id);
  if (!isInquiry(theirs.status) && !before.froze && before.outcome !== "lost") await freeze(tx, order, before, policy);
  if (isInquiry(theirs.status)) await closeInquiry(tx, before, theirs.status);
  else if (theirs.status === "won") await win(tx, order, await find(tx, id));
  else if (theirs.status === "lost") await lose(tx, order, payment, await find(tx, id), theirs);

  const { rowCount } = await tx.query("UPDATE disputes SET status = $2, reason = $3, evidence_due_at = $4 WHERE id = $1 AND (status <> $2 OR evidence_due_at IS DISTINCT FROM $4)",
    [id, theirs.status, theirs.reason ?? null, theirs.evidenceDueAt ?? null]);
  // Winning and losing have set the status by now, so what it was before decides.
  if (rowCount || before.status !== theirs.status) await addOrderEvent(tx, order.id, "dispute", source, { dispute: theirs.id, status: theirs.status, reason: theirs.reason, amount_minor: theirs.amountMinor.toString() });
  for (const channel of ["wallet", "lease_wanted"]) await notify(tx, channel, order.walletId);
  await tellOrder(tx, order.userId);
}

async function keep(tx: PoolClient, order: Order, payment: Payment, theirs: ProviderDispute): Promise<string> {
  const live = await refundSums(tx, payment.id, true);
  const amount = theirs.amountMinor < payment.amountMinor ? theirs.amountMinor : payment.amountMinor;
  const share = shareOf(order.creditNano, 0n, { amount, total: payment.amountMinor, takenAmount: 0n });
  const left = nano(order.creditNano - live.credit);
  await tx.query(
    `INSERT INTO disputes (id, payment_id, provider_dispute_id, status, reason, amount_minor, currency, credit_nano, opened_at) VALUES ($1, $2, $3, 'new', $4, $5, $6, $7, $8)
     ON CONFLICT (provider_dispute_id) DO NOTHING`,
    [uuidv7(), payment.id, theirs.id, theirs.reason ?? null, theirs.amountMinor, theirs.currency, share < left ? share : left, theirs.openedAt]);
  const { rows } = await tx.query<{ id: string }>("SELECT id FROM disputes WHERE provider_dispute_id = $1 FOR UPDATE", [theirs.id]);
  return rows[0]!.id;
}

async function find(tx: PoolClient, id: string): Promise<Row> {
  const { rows } = await tx.query<Row>(
    `SELECT id, status, credit_nano AS "creditNano", frozen_nano AS "frozenNano", outcome,
            EXISTS (SELECT 1 FROM ledger_transactions WHERE idempotency_key = 'dispute:' || disputes.id || ':freeze') OR status NOT IN ('new') AND status NOT LIKE 'warning%' AS froze,
            EXISTS (SELECT 1 FROM ledger_transactions WHERE idempotency_key = 'dispute:' || disputes.id || ':lost') AS lost
       FROM disputes WHERE id = $1`, [id]);
  return rows[0]!;
}

/** P9 and P11: what the provider took from us or gave back, each once by its own number. */
async function bookMovement(tx: PoolClient, order: Order, ref: Readonly<{ type: string; id: string }>, theirs: ProviderDispute, movement: ProviderMovement): Promise<void> {
  const taken = movement.amountMinor < 0n;
  const size = taken ? -movement.amountMinor : movement.amountMinor;
  const amount = valueNano(movement.currency === order.currency ? size : theirs.amountMinor, order.currency, order.rate);
  // A fee above 0 was taken; one below 0 came back.
  const fee = feeValue(order, movement.feeMinor < 0n ? -movement.feeMinor : movement.feeMinor, movement.currency) ?? nano(0n);
  const signedAmount = taken ? amount : -amount;
  const signedFee = movement.feeMinor < 0n ? -fee : fee;
  const lines: Line[] = [
    { account: `psp:${order.provider}:disputed`, amount: nano(signedAmount) }, { account: "expense:dispute", amount: nano(signedFee) },
    { account: `psp:${order.provider}:clearing`, amount: nano(-signedAmount - signedFee) },
  ];
  const moving = lines.filter((line) => line.amount !== 0n);
  if (moving.length === 0) return;
  await post(tx, { kind: "dispute_funds", key: `dispute:${ref.id}:txn:${movement.id}`, lines: moving, actor: { type: "provider", id: order.provider }, ref });
}

/** P10: what the wallet still has of the disputed credit cannot be spent until the end. */
async function freeze(tx: PoolClient, order: Order, dispute: Row, policy: "freeze" | "restrict"): Promise<void> {
  const wallet = await lockedWallet(tx, order.walletId);
  const frozen = nano(dispute.creditNano < wallet.paid ? dispute.creditNano : wallet.paid);
  if (frozen > 0n) {
    await post(tx, {
      kind: "dispute_freeze", key: `dispute:${dispute.id}:freeze`, intent: `${order.walletId}`, actor: { type: "provider", id: order.provider }, ref: { type: "dispute", id: dispute.id },
      lines: [{ account: walletAccount(order.walletId, "paid"), amount: frozen }, { account: walletAccount(order.walletId, "frozen"), amount: nano(-frozen) }],
    });
    await tx.query("UPDATE disputes SET frozen_nano = $2 WHERE id = $1", [dispute.id, frozen]);
  }
  // From here on the dispute counts as open, which keeps the restriction until its end.
  await tx.query("UPDATE disputes SET status = 'needs_response' WHERE id = $1", [dispute.id]);
  if (policy === "restrict") await restrictWallet(tx, order.walletId);
}

async function closeInquiry(tx: PoolClient, dispute: Row, status: string): Promise<void> {
  if (dispute.outcome === null && (status === "warning_closed" || status === "prevented")) await close(tx, dispute.id, "closed");
}

/** P11a; and after an appeal, P12 taken back. */
async function win(tx: PoolClient, order: Order, dispute: Row): Promise<void> {
  if (dispute.outcome === "won") return;
  if (dispute.lost) await takeLossBack(tx, order, dispute);
  else if (dispute.frozenNano > 0n) {
    const { debt } = await lockedWallet(tx, order.walletId);
    await post(tx, {
      kind: "dispute_unfreeze", key: `dispute:${dispute.id}:unfreeze`, intent: order.walletId, actor: { type: "provider", id: order.provider }, ref: { type: "dispute", id: dispute.id },
      lines: [{ account: walletAccount(order.walletId, "frozen"), amount: nano(dispute.frozenNano) }, ...creditLines(order.walletId, "paid", dispute.frozenNano, debt).lines],
    });
  }
  await close(tx, dispute.id, "won");
  await tx.query(`UPDATE wallets SET status = 'active', updated_at = now() WHERE id = $1 AND status = 'restricted' AND debt_nano = 0 AND NOT ${OPEN_DISPUTE}`, [order.walletId]);
}

/** P12: the credit is taken for good, from what was frozen and from what else there is; the rest is owed. */
async function lose(tx: PoolClient, order: Order, payment: Payment, dispute: Row, theirs: ProviderDispute): Promise<void> {
  if (dispute.outcome === "lost") return;
  const ref = { type: "dispute", id: dispute.id };
  const lot = await bonusLot(tx, order.id);
  if (lot) {
    const live = await refundSums(tx, payment.id, true);
    const share = shareOf(order.bonusNano, live.bonus, { amount: theirs.amountMinor, total: payment.amountMinor, takenAmount: live.amount });
    await clawBackLot(tx, { walletId: order.walletId, lotId: lot.id, amount: share, cause: `dispute:${dispute.id}`, to: "expense:promo", ref });
  }
  const rest = dispute.creditNano - dispute.frozenNano;
  const claw = await clawBackLines(tx, { walletId: order.walletId, amount: rest, ...(lot && { firstLot: lot.id }) });
  const frozen: Line[] = dispute.frozenNano > 0n ? [{ account: walletAccount(order.walletId, "frozen"), amount: nano(dispute.frozenNano) }] : [];
  const shares = { ...(await sharesAtEnd(tx, order, payment, theirs.amountMinor, dispute.creditNano)), clearing: await disputedValue(tx, order, dispute.id, theirs) };
  await post(tx, {
    kind: "dispute_lost", key: `dispute:${dispute.id}:lost`, intent: `${order.walletId} ${dispute.creditNano}`,
    lines: backLines(`psp:${order.provider}:disputed`, [...frozen, ...claw.lines], shares), actor: { type: "provider", id: order.provider }, ref,
  });
  await close(tx, dispute.id, "lost");
  if (claw.debt > 0n) await restrictWallet(tx, order.walletId);
  else await tx.query(`UPDATE wallets SET status = 'active', updated_at = now() WHERE id = $1 AND status = 'restricted' AND debt_nano = 0 AND NOT ${OPEN_DISPUTE}`, [order.walletId]);
}

/** What stands as disputed in the books because of this dispute, so that it comes to zero whatever the units. */
async function disputedValue(tx: Queryable, order: Order, disputeId: string, theirs: ProviderDispute): Promise<Nano> {
  const { rows } = await tx.query<{ sum: bigint }>(
    `SELECT coalesce(sum(e.amount_nano), 0)::bigint AS sum FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id JOIN accounts a ON a.id = e.account_id
      WHERE t.ref_type = 'dispute' AND t.ref_id = $1 AND a.code = $2`, [disputeId, `psp:${order.provider}:disputed`]);
  const sum = rows[0]!.sum;
  return nano(sum > 0n ? sum : valueNano(theirs.amountMinor, order.currency, order.rate));
}

/** An appeal was won: the lines of the loss with their signs turned, the credit to the wallet as it is now. */
async function takeLossBack(tx: PoolClient, order: Order, dispute: Row): Promise<void> {
  const { debt } = await lockedWallet(tx, order.walletId);
  const { rows } = await tx.query<{ account: Line["account"]; amount: bigint; tx_id: string }>(
    `SELECT a.code AS account, e.amount_nano AS amount, e.tx_id FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id JOIN accounts a ON a.id = e.account_id
      WHERE t.idempotency_key = $1`, [`dispute:${dispute.id}:lost`]);
  const others = rows.filter(({ account }) => !account.startsWith("wallet:")).map(({ account, amount }) => ({ account, amount: nano(-amount) }));
  await post(tx, {
    kind: "reversal", key: `dispute:${dispute.id}:appeal_won`, intent: order.walletId, reversesId: rows[0]!.tx_id,
    lines: [...others, ...creditLines(order.walletId, "paid", dispute.creditNano, debt).lines], actor: { type: "provider", id: order.provider }, ref: { type: "dispute", id: dispute.id },
    reason: "the appeal was won",
  });
}

const close = (tx: Queryable, id: string, outcome: "won" | "lost" | "closed"): Promise<unknown> =>
  tx.query("UPDATE disputes SET outcome = $2, frozen_nano = 0, closed_at = now(), status = CASE WHEN $2 = 'closed' THEN status ELSE $2 END WHERE id = $1", [id, outcome]);
