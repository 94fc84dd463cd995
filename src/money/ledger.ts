import { sha256Hex } from "#money/sha256.ts";
import { nano, type Nano } from "#money/amount.ts";
import { describeAccount, walletAccount, type AccountCode, type Bucket, type CreditBucket } from "#money/chart.ts";

/** Why money moved. Closed, so that the ledger screen can explain every line. */
export type TransferKind =
  | "topup" | "topup_bonus" | "code" | "signup_gift" | "opening" | "settlement" | "usage_refund"
  | "refund_request" | "refund_done" | "refund_failed" | "refund_undone"
  | "dispute_funds" | "dispute_freeze" | "dispute_unfreeze" | "dispute_lost"
  | "clawback" | "lot_expiry" | "manual_adjustment" | "referral" | "plan" | "psp_fee" | "payout" | "writeoff"
  | "suspense" | "suspense_resolved" | "transfer" | "upstream_trueup" | "upstream_paid" | "reversal";

/** One entry of a transaction: a debit above 0, a credit below. */
export type Line = Readonly<{ account: AccountCode; amount: Nano }>;

/** Money leaves `from` (credit) and reaches `to` (debit); always positive. */
export type Posting = Readonly<{ from: AccountCode; to: AccountCode; amount: Nano }>;

/** Who caused it. */
export type LedgerActor = Readonly<{ type: "system" | "user" | "operator" | "provider"; id?: string }>;

/** Lines that cannot be posted. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
}

/** The same idempotency key was used before for another movement. */
export class LedgerKeyReuse extends Error {
  override readonly name = "LedgerKeyReuse";
}

/** Less is there than was to be taken. */
export class InsufficientBalance extends Error {
  override readonly name = "InsufficientBalance";
  readonly neededNano: Nano;
  readonly availableNano: Nano;
  constructor(neededNano: Nano, availableNano: Nano) {
    super(`the wallet has ${availableNano} of the ${neededNano} nano-USD that were to be taken`);
    this.neededNano = neededNano;
    this.availableNano = availableNano;
  }
}

/**
 * Postings as lines: one per account, none of 0.
 *
 * @throws LedgerError on a posting that is not positive
 */
export function toLines(postings: readonly Posting[]): readonly Line[] {
  const sums = new Map<AccountCode, bigint>();
  const add = (account: AccountCode, amount: bigint): void => { sums.set(account, (sums.get(account) ?? 0n) + amount); };
  for (const { from, to, amount } of postings) {
    if (amount <= 0n) throw new LedgerError(`${from} -> ${to} moves ${amount}`);
    add(from, -amount);
    add(to, amount);
  }
  return [...sums].filter(([, amount]) => amount !== 0n).map(([account, amount]) => ({ account, amount: nano(amount) }));
}

/** @throws LedgerError when lines do not sum to zero, or one is 0 or doubled */
export function checkLines(lines: readonly Line[]): void {
  let sum = 0n;
  for (const { account, amount } of lines) {
    if (amount === 0n) throw new LedgerError(`${account} moves nothing`);
    sum += amount;
  }
  if (sum !== 0n) throw new LedgerError(`the lines sum to ${sum}`);
  if (new Set(lines.map(({ account }) => account)).size < lines.length) throw new LedgerError("an account has two lines");
}

/** Says whether two uses of one idempotency key mean the same; kept in the transaction's `meta.h`. */
export function linesHash(kind: TransferKind, lines: readonly Line[]): string {
  const sorted = lines.map(({ account, amount }) => `${account}=${amount}`).sort();
  return sha256Hex(JSON.stringify([kind, ...sorted])).slice(0, 32);
}

export const negated = (lines: readonly Line[]): readonly Line[] =>
  lines.map(({ account, amount }) => ({ account, amount: nano(-amount) }));

export type WalletDelta = Readonly<{ paid: bigint; lots: bigint; frozen: bigint; debt: bigint }>;

/** What the lines change in each wallet's columns. A debit of a purse lowers it; a debit of `debt` raises what is owed. */
export function walletDeltas(lines: readonly Line[]): ReadonlyMap<string, WalletDelta> {
  const deltas = new Map<string, Record<Bucket, bigint>>();
  for (const { account, amount } of lines) {
    const { walletId, bucket } = describeAccount(account);
    if (walletId === undefined || bucket === undefined) continue;
    const delta = deltas.get(walletId) ?? { paid: 0n, lots: 0n, frozen: 0n, debt: 0n };
    delta[bucket] += bucket === "debt" ? amount : -amount;
    deltas.set(walletId, delta);
  }
  return deltas;
}

/**
 * Credit goes to debt first, the rest to the bucket: money can never lie beside a debt.
 *
 * @returns lines of the wallet (credits) and what reached the bucket
 */
export function creditLines(walletId: string, bucket: CreditBucket, amount: bigint, debt: bigint): Readonly<{ lines: readonly Line[]; credited: Nano }> {
  const repaid = amount < debt ? amount : debt;
  const credited = nano(amount - repaid);
  const lines: Line[] = [];
  if (repaid > 0n) lines.push({ account: walletAccount(walletId, "debt"), amount: nano(-repaid) });
  if (credited > 0n) lines.push({ account: walletAccount(walletId, bucket), amount: nano(-credited) });
  return { lines, credited };
}
