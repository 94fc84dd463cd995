import { nano, type Nano } from "#money/amount.ts";
import { walletAccount } from "#money/chart.ts";
import { lockedWallet, post, type Posted } from "#money/ledger.store.ts";
import { LedgerError, type LedgerActor, type Line } from "#money/ledger.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidMs, uuidv7 } from "#platform/ids.ts";

/** The least that credit lasts which replaces gifts: the lots that it came from may have ended since. */
const REPLACEMENT_DAYS = 30;
const DAY_MS = 86_400_000;

type ChargeRow = Readonly<{ walletId: string; userId: string; charge: bigint; lots: bigint; paid: bigint; debt: bigint }>;
type Drawn = Readonly<{ bucket: "debt" | "paid" | "lots"; amount: bigint }>;

export type UsageRefund = Posted & Readonly<{ walletId: string; userId: string; refundedNano: Nano }>;

/**
 * Gives the charge of one request back, once: what had become debt pays debt, what was paid is paid again, and what came
 * out of gifts is a gift again, for as long as the longest of the gifts that there were then, at least 30 days.
 *
 * @param client inside a transaction
 * @throws LedgerError when there is no such charge or it cost nothing
 */
export async function refundCharge(client: Queryable, ask: Readonly<{ chargeId: string; reason: string; actor: LedgerActor }>): Promise<UsageRefund> {
  const charge = await findCharge(client, ask.chargeId);
  if (!charge || charge.charge === 0n) throw new LedgerError("there is no such charge to give back");
  const wallet = await lockedWallet(client, charge.walletId);
  const { rows: [before] } = await client.query<{ id: string }>("SELECT id FROM ledger_transactions WHERE idempotency_key = $1", [`usage_refund:${ask.chargeId}`]);
  const whole = { walletId: charge.walletId, userId: charge.userId, refundedNano: nano(charge.charge) };
  if (before) return { ...whole, id: before.id, created: false };

  const { lines, lots } = backLines(charge, wallet.debt);
  const posted = await post(client, {
    kind: "usage_refund", key: `usage_refund:${ask.chargeId}`, intent: `${charge.walletId} ${charge.charge}`,
    lines: [{ account: "revenue:usage", amount: nano(charge.charge) }, ...lines],
    actor: ask.actor, ref: { type: "charge", id: ask.chargeId }, reason: ask.reason,
  });
  if (lots > 0n) {
    await client.query(
      `INSERT INTO credit_lots (id, wallet_id, kind, granted_nano, remaining_nano, expires_at, source_type, source_id)
       SELECT $1, $2, 'goodwill', $3, $3, CASE WHEN bool_or(expires_at IS NULL) THEN NULL ELSE greatest(max(expires_at), now() + $4::int * interval '1 day') END,
              'usage_refund', $5
         FROM credit_lots WHERE wallet_id = $2 AND created_at <= $6`,
      [uuidv7(), charge.walletId, lots, REPLACEMENT_DAYS, ask.chargeId, new Date(uuidMs(ask.chargeId))]);
  }
  await notify(client, "wallet", charge.walletId);
  return { ...whole, ...posted };
}

/** Whose charge it is and how much; undefined where there is nothing to give back. */
export async function chargeOf(db: Queryable, chargeId: string): Promise<Readonly<{ userId: string; chargeNano: Nano }> | undefined> {
  const charge = await findCharge(db, chargeId);
  return charge && charge.charge > 0n ? { userId: charge.userId, chargeNano: nano(charge.charge) } : undefined;
}

/** The charge's parts in reverse order, each paying the wallet's present debt before it reaches its bucket. */
function backLines(charge: ChargeRow, debtNow: bigint): { lines: readonly Line[]; lots: bigint } {
  const parts: readonly Drawn[] = [{ bucket: "debt", amount: charge.debt }, { bucket: "paid", amount: charge.paid }, { bucket: "lots", amount: charge.lots }];
  let debt = debtNow;
  let repaid = 0n;
  const reach = { paid: 0n, lots: 0n };
  for (const { bucket, amount } of parts) {
    const toDebt = amount < debt ? amount : debt;
    debt -= toDebt;
    repaid += toDebt;
    // A debt that has been paid since was paid with bought credit.
    reach[bucket === "lots" ? "lots" : "paid"] += amount - toDebt;
  }
  const lines = [["debt", repaid], ["paid", reach.paid], ["lots", reach.lots]] as const;
  return {
    lots: reach.lots,
    lines: lines.filter(([, amount]) => amount > 0n).map(([bucket, amount]) => ({ account: walletAccount(charge.walletId, bucket), amount: nano(-amount) })),
  };
}

/** The id carries the time, which says the partition. */
async function findCharge(client: Queryable, id: string): Promise<ChargeRow | undefined> {
  const { rows: [row] } = await client.query<ChargeRow>(
    `SELECT wallet_id AS "walletId", user_id AS "userId", charge_nano AS charge, lots_nano AS lots, paid_nano AS paid, debt_nano AS debt
       FROM charges WHERE id = $1 AND at = mm_uuid_ms($1) AND at > $2`, [id, new Date(uuidMs(id) - DAY_MS)]);
  return row;
}
