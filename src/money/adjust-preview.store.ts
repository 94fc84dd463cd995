import { nano } from "#money/amount.ts";
import { walletAccount } from "#money/chart.ts";
import { draw } from "#money/draw.ts";
import { creditLines, type Line } from "#money/ledger.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type AdjustPreview = Readonly<{
  /** As they would be posted now. */
  lines: readonly Line[];
  beforeNano: bigint; afterNano: bigint;
  /** What can be taken: money less leases of running nodes (which return what they do not need). */
  takeableNano: bigint;
  /** Taking so much would leave a debt, which an adjustment never does. */
  tooMuch: boolean;
}>;

/** What `adjustWallet` would post, without posting it. Undefined when there is no such wallet. */
export async function previewAdjustment(db: Queryable, walletId: string, amount: bigint): Promise<AdjustPreview | undefined> {
  const { rows: [wallet] } = await db.query<{ paid: bigint; lots: bigint; debt: bigint; now: Date }>(
    "SELECT paid_nano AS paid, lots_nano AS lots, debt_nano AS debt, now() AS now FROM wallets WHERE id = $1", [walletId]);
  if (!wallet) return undefined;
  const before = wallet.paid + wallet.lots - wallet.debt;
  const takeableNano = wallet.debt > 0n ? 0n : wallet.paid + wallet.lots;
  const view = { beforeNano: before, afterNano: before + amount, takeableNano, tooMuch: amount < 0n && -amount > takeableNano };
  if (amount === 0n) return { ...view, lines: [] };
  if (amount > 0n) return { ...view, lines: [{ account: "expense:goodwill", amount: nano(amount) }, ...creditLines(walletId, "lots", amount, wallet.debt).lines] };
  const { rows: lots } = await db.query<{ id: string; remaining: bigint; expires: Date | null }>(
    `SELECT id, remaining_nano AS remaining, expires_at AS expires FROM credit_lots WHERE wallet_id = $1 AND remaining_nano > 0 ORDER BY expires_at NULLS LAST, id`, [walletId]);
  const open = lots.map(({ id, remaining, expires }) => ({ id, remaining, ...(expires && { expiresAtMs: expires.getTime() }) }));
  const parts = draw({ paid: wallet.paid, lots: wallet.lots, debt: wallet.debt, open }, -amount, wallet.now.getTime(), new Map());
  const taken = (["lots", "paid", "debt"] as const).filter((bucket) => parts[bucket] > 0n).map((bucket): Line => ({ account: walletAccount(walletId, bucket), amount: parts[bucket] }));
  return { ...view, lines: [...taken, { account: "expense:goodwill", amount: nano(amount) }] };
}
