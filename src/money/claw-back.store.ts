import { nano, type Nano } from "#money/amount.ts";
import { walletAccount } from "#money/chart.ts";
import { lockedWallet, post } from "#money/ledger.store.ts";
import type { LedgerActor, Line } from "#money/ledger.ts";
import type { Queryable } from "#platform/db/queryable.ts";

type Lot = { id: string; remaining: bigint };

/**
 * Lines that take credit back from a wallet whether it is there or not: bought credit first, then lots (the given one
 * before the others, which go in spend order), then debt. Lots are shortened here; the lines must be posted in the same transaction.
 *
 * @param client inside a transaction
 */
export async function clawBackLines(client: Queryable, ask: Readonly<{ walletId: string; amount: bigint; firstLot?: string }>): Promise<Readonly<{ lines: readonly Line[]; debt: Nano }>> {
  const wallet = await lockedWallet(client, ask.walletId);
  const paid = least(ask.amount, wallet.paid);
  const lots = await shortenLots(client, ask.walletId, ask.amount - paid, ask.firstLot);
  const debt = nano(ask.amount - paid - lots);
  const parts = [["paid", paid], ["lots", lots], ["debt", debt]] as const;
  return { debt, lines: parts.filter(([, amount]) => amount > 0n).map(([bucket, amount]) => ({ account: walletAccount(ask.walletId, bucket), amount: nano(amount) })) };
}

async function shortenLots(client: Queryable, walletId: string, amount: bigint, first: string | undefined): Promise<bigint> {
  if (amount === 0n) return 0n;
  const { rows } = await client.query<Lot>(
    `SELECT id, remaining_nano AS remaining FROM credit_lots WHERE wallet_id = $1 AND remaining_nano > 0
      ORDER BY (id = $2::uuid) DESC NULLS LAST, expires_at NULLS LAST, id FOR UPDATE`, [walletId, first ?? null]);
  let left = amount;
  for (const { id, remaining } of rows) {
    const taken = least(left, remaining);
    if (taken === 0n) break;
    await client.query("UPDATE credit_lots SET remaining_nano = remaining_nano - $2 WHERE id = $1", [id, taken]);
    left -= taken;
  }
  return amount - left;
}

/**
 * Takes a gift back as far as it is still there.
 *
 * @param client inside a transaction that holds the wallet's lock
 * @returns what was taken
 */
export async function clawBackLot(client: Queryable, ask: Readonly<{
  walletId: string; lotId: string; amount: bigint; /** What made it necessary, as part of the key: `refund:<id>`. */ cause: string;
  to: "expense:promo" | "expense:referral"; actor?: LedgerActor; ref?: Readonly<{ type: string; id: string }>;
}>): Promise<Nano> {
  const key = `clawback:${ask.lotId}:${ask.cause}`;
  const { rows: [before] } = await client.query<{ taken: bigint }>(
    `SELECT sum(e.amount_nano)::bigint AS taken FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id AND e.amount_nano > 0
      WHERE t.idempotency_key = $1 HAVING count(*) > 0`, [key]);
  if (before) return nano(before.taken);
  const { rows: [lot] } = await client.query<Lot>("SELECT id, remaining_nano AS remaining FROM credit_lots WHERE id = $1 FOR UPDATE", [ask.lotId]);
  const taken = nano(least(ask.amount, lot?.remaining ?? 0n));
  if (taken <= 0n) return nano(0n);
  await client.query("UPDATE credit_lots SET remaining_nano = remaining_nano - $2 WHERE id = $1", [ask.lotId, taken]);
  await post(client, {
    kind: "clawback", key, postings: [{ from: ask.to, to: walletAccount(ask.walletId, "lots"), amount: taken }],
    ...(ask.actor && { actor: ask.actor }), ...(ask.ref && { ref: ask.ref }),
  });
  return taken;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
