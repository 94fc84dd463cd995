import { setTimeout as sleep } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import { nano, type Nano } from "#money/amount.ts";
import { describeAccount, walletAccount, type AccountCode, type Bucket, type CreditBucket } from "#money/chart.ts";
import { draw, type OpenLot, type Purse } from "#money/draw.ts";
import {
  checkLines, creditLines, InsufficientBalance, LedgerError, LedgerKeyReuse, linesHash, negated, toLines, walletDeltas,
  type LedgerActor, type Line, type Posting, type TransferKind,
} from "#money/ledger.ts";
import { plainArray } from "#money/pg-arrays.ts";
import { sha256Hex } from "#money/sha256.ts";
import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import type { Step } from "#platform/db/together.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";

export { InsufficientBalance, LedgerError, LedgerKeyReuse } from "#money/ledger.ts";

export type PostAsk = Readonly<{
  kind: TransferKind;
  /** Idempotency key; the same key is the same movement for ever. */
  key: string;
  /** One of the two. */
  lines?: readonly Line[];
  postings?: readonly Posting[];
  actor?: LedgerActor;
  ref?: Readonly<{ type: string; id: string }>;
  /** At least 8 characters for manual adjustments. */
  reason?: string;
  meta?: Readonly<Record<string, unknown>>;
  reversesId?: string;
  /** What was asked for, where the lines depend on the wallet's state at the time; compared on a second use of the key. */
  intent?: string;
}>;

/** Of the wallet that a statement updates: while a dispute is open, paying a debt does not lift its restriction. */
export const OPEN_DISPUTE = `EXISTS (SELECT 1 FROM orders o JOIN payments p ON p.order_id = o.id JOIN disputes d ON d.payment_id = p.id
  WHERE o.wallet_id = wallets.id AND d.outcome IS NULL AND d.status NOT LIKE 'warning%')`;

export type Posted = Readonly<{ id: string; /** False: the key had been used for the same movement before. */ created: boolean }>;

/**
 * Writes one ledger transaction and moves the wallets' columns with it. Lots are the caller's, in the same transaction.
 *
 * @param client inside a transaction
 * @throws LedgerKeyReuse when the key stands for another movement
 * @throws LedgerError when the lines do not balance
 */
export async function post(client: Queryable, ask: PostAsk): Promise<Posted> {
  const lines = ask.lines ?? toLines(ask.postings ?? []);
  checkLines(lines);
  const hash = ask.intent === undefined ? linesHash(ask.kind, lines) : intentHash(ask.kind, ask.intent);
  const deltas = walletDeltas(lines);
  if (deltas.size > 0) await lockWallets(client, [...deltas.keys()]);
  const id = uuidv7();
  const { rowCount } = await client.query(
    `INSERT INTO ledger_transactions (id, kind, idempotency_key, actor_type, actor_id, ref_type, ref_id, reverses_id, reason, meta)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (idempotency_key) DO NOTHING`,
    [id, ask.kind, ask.key, ask.actor?.type ?? "system", ask.actor?.id ?? null, ask.ref?.type ?? null, ask.ref?.id ?? null,
      ask.reversesId ?? null, ask.reason ?? null, JSON.stringify({ ...ask.meta, h: hash })],
  );
  if (rowCount === 0) return existing(client, ask.key, hash);
  await insertEntries(client, id, lines);
  for (const [walletId, delta] of deltas) {
    await client.query(
      `UPDATE wallets SET paid_nano = paid_nano + $2, lots_nano = lots_nano + $3, frozen_nano = frozen_nano + $4, debt_nano = debt_nano + $5,
              status = CASE WHEN status = 'restricted' AND debt_nano > 0 AND debt_nano + $5 = 0 AND NOT ${OPEN_DISPUTE} THEN 'active' ELSE status END,
              seq = seq + 1, updated_at = now() WHERE id = $1`,
      [walletId, delta.paid, delta.lots, delta.frozen, delta.debt],
    );
  }
  return { id, created: true };
}

/** The wallet of a user or organisation, made with its accounts when there is none. */
export async function ensureWallet(client: Queryable, owner: Readonly<{ type: "user" | "org"; id: string }>): Promise<string> {
  const { rows: [made] } = await client.query<{ id: string }>(
    "INSERT INTO wallets (id, owner_type, owner_id) VALUES ($1, $2, $3) ON CONFLICT (owner_type, owner_id) DO NOTHING RETURNING id",
    [uuidv7(), owner.type, owner.id],
  );
  if (made) {
    await accountIds(client, (["paid", "lots", "frozen", "debt"] as const).map((bucket) => walletAccount(made.id, bucket)));
    return made.id;
  }
  const { rows: [kept] } = await client.query<{ id: string }>("SELECT id FROM wallets WHERE owner_type = $1 AND owner_id = $2", [owner.type, owner.id]);
  return kept!.id;
}

export type LotAsk = Readonly<{
  kind: "plan" | "bonus" | "code" | "signup" | "referral" | "goodwill";
  sourceType: string;
  sourceId: string;
  /** Left out = never. */
  expiresAt?: Date;
}>;

export type CreditAsk = Readonly<{
  walletId: string;
  bucket: CreditBucket;
  /** Above 0. */
  amount: Nano;
  /** The account that the money comes from. */
  from: AccountCode;
  kind: TransferKind;
  key: string;
  /** Needed for the bucket `lots`. */
  lot?: LotAsk;
  actor?: LedgerActor;
  ref?: Readonly<{ type: string; id: string }>;
  reason?: string;
}>;

/**
 * Gives a wallet credit: its debt is paid first, the rest goes to the bucket. Nodes are told, so a customer who was
 * refused can go on at once.
 *
 * @param client inside a transaction
 * @throws LedgerKeyReuse, LedgerError
 */
export async function creditWallet(client: Queryable, ask: CreditAsk): Promise<Posted & { creditedNano: Nano }> {
  if (ask.amount <= 0n) throw new LedgerError(`${ask.key}: credit of ${ask.amount}`);
  if ((ask.bucket === "lots") !== (ask.lot !== undefined)) throw new LedgerError(`${ask.key}: a lot belongs to the bucket lots and to no other`);
  const intent = `${ask.walletId} ${ask.bucket} ${ask.from} ${ask.amount}`;
  const wallet = await lockedWallet(client, ask.walletId);
  const before = await findPosted(client, ask.key, intentHash(ask.kind, intent));
  if (before) return { ...before, creditedNano: nano(0n) };
  const { lines, credited } = creditLines(ask.walletId, ask.bucket, ask.amount, wallet.debt);
  const lotId = ask.lot && credited > 0n ? uuidv7() : undefined;
  const posted = await post(client, {
    ...ask, intent, lines: [{ account: ask.from, amount: ask.amount }, ...lines], ...(lotId && { meta: { lot: lotId } }),
  });
  if (lotId && ask.lot) await insertLot(client, lotId, ask.walletId, credited, ask.lot);
  await notify(client, "wallet", ask.walletId);
  return { ...posted, creditedNano: credited };
}

/** Credit that a file or an import grants once per (user, id). With an end it is a lot, else bought credit. */
export function grantCredit(client: Queryable, ask: Readonly<{
  userId: string; walletId: string; grantId: string; amount: Nano; expiresAt?: Date; actor?: LedgerActor;
}>): Promise<Posted & { creditedNano: Nano }> {
  const key = `grant:${ask.userId}:${ask.grantId}`;
  return creditWallet(client, {
    walletId: ask.walletId, amount: ask.amount, from: "equity:opening", kind: "opening", key, ref: { type: "user", id: ask.userId },
    ...(ask.actor && { actor: ask.actor }),
    ...(ask.expiresAt ? { bucket: "lots", lot: { kind: "goodwill", sourceType: "grant", sourceId: key, expiresAt: ask.expiresAt } } : { bucket: "paid" }),
  });
}

/** A welcome gift, once per user. */
export function giveSignUpCredit(client: Queryable, ask: Readonly<{ userId: string; walletId: string; amount: Nano; expiresAt?: Date }>): Promise<Posted & { creditedNano: Nano }> {
  return creditWallet(client, {
    walletId: ask.walletId, bucket: "lots", amount: ask.amount, from: "expense:promo", kind: "signup_gift", key: `signup:${ask.userId}`,
    ref: { type: "user", id: ask.userId },
    lot: { kind: "signup", sourceType: "signup", sourceId: ask.userId, ...(ask.expiresAt && { expiresAt: ask.expiresAt }) },
  });
}

export type AdjustAsk = Readonly<{
  walletId: string;
  /** Above 0 gives, below 0 takes. */
  amount: Nano;
  /** At least 8 characters. */
  reason: string;
  key: string;
  actor: LedgerActor;
  /** Taking may leave a debt. */
  allowDebt?: boolean;
}>;

/**
 * Corrects a balance by hand. Giving makes a lot that does not end; taking goes by the spend order and leaves alone what
 * nodes have leased.
 *
 * @param client inside a transaction
 * @throws InsufficientBalance when less is free and no debt is allowed
 * @throws LedgerKeyReuse, LedgerError
 */
export async function adjustWallet(client: Queryable, ask: AdjustAsk): Promise<Posted> {
  if (ask.reason.trim().length < 8) throw new LedgerError("a manual adjustment needs a reason of 8 characters or more");
  const common = { kind: "manual_adjustment", key: ask.key, actor: ask.actor, reason: ask.reason } as const;
  if (ask.amount > 0n) {
    const lot = { kind: "goodwill", sourceType: "adjustment", sourceId: ask.key } as const;
    return creditWallet(client, { ...common, walletId: ask.walletId, bucket: "lots", amount: ask.amount, from: "expense:goodwill", lot });
  }
  const amount = nano(-ask.amount);
  if (amount === 0n) throw new LedgerError(`${ask.key}: an adjustment of nothing`);
  const intent = `${ask.walletId} take ${amount}`;
  const wallet = await lockedWallet(client, ask.walletId);
  const before = await findPosted(client, ask.key, intentHash("manual_adjustment", intent));
  if (before) return before;
  const free = wallet.paid + wallet.lots - wallet.leased;
  if (!ask.allowDebt && (wallet.debt > 0n || free < amount)) throw new InsufficientBalance(amount, nano(free > 0n ? free : 0n));
  const lines = await takeFromWallet(client, ask.walletId, wallet, amount);
  const posted = await post(client, { ...common, intent, lines: [...lines, { account: "expense:goodwill", amount: nano(-amount) }] });
  await notify(client, "lease_wanted", ask.walletId);
  return posted;
}

/**
 * `adjustWallet` in a transaction of its own. When the money is there but leased by nodes, they are asked to return what
 * they do not need, and it is tried again for up to three seconds.
 *
 * @param within runs in the same transaction (audit entry)
 * @throws InsufficientBalance, LedgerKeyReuse, LedgerError
 */
export async function adjustWhenFree(pool: Pool, ask: AdjustAsk, within: (client: PoolClient, posted: Posted) => Promise<void> = async () => undefined): Promise<Posted> {
  for (const deadline = performance.now() + RETURN_WAIT_MS; ;) {
    try {
      return await withTransaction(pool, async (client) => {
        const posted = await adjustWallet(client, ask);
        await within(client, posted);
        return posted;
      });
    } catch (error) {
      if (!(error instanceof InsufficientBalance) || performance.now() > deadline) throw error;
      const { rows: [wallet] } = await pool.query<{ enough: boolean }>(
        "SELECT paid_nano + lots_nano >= $2 AND leased_nano > 0 AS enough FROM wallets WHERE id = $1", [ask.walletId, -ask.amount]);
      if (!wallet?.enough) throw error;
      await notify(pool, "lease_wanted", ask.walletId);
      await sleep(50);
    }
  }
}

/** How long taking money back waits for nodes to return leases they do not need. */
const RETURN_WAIT_MS = 3_000;

/**
 * Undoes a wrong posting by one with the lines negated; a transaction can be undone once.
 *
 * @param client inside a transaction
 * @throws InsufficientBalance when the money has been spent
 * @throws LedgerError for settlements (charges are given back by refunds) and unknown transactions
 */
export async function reverse(client: Queryable, ask: Readonly<{ transactionId: string; reason: string; actor: LedgerActor }>): Promise<Posted> {
  const { rows: [original] } = await client.query<{ kind: TransferKind; idempotency_key: string; meta: { lot?: string } }>(
    "SELECT kind, idempotency_key, meta FROM ledger_transactions WHERE id = $1", [ask.transactionId]);
  if (!original) throw new LedgerError("there is no such transaction");
  if (original.kind === "settlement" || original.kind === "reversal") throw new LedgerError(`a ${original.kind} is not reversed`);
  const { rows } = await client.query<{ account: AccountCode; amount: bigint }>(
    "SELECT a.code AS account, e.amount_nano AS amount FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE e.tx_id = $1 ORDER BY e.id", [ask.transactionId]);
  const lines = negated(rows.map(({ account, amount }) => ({ account, amount: nano(amount) })));
  const deltas = walletDeltas(lines);
  await lockWallets(client, [...deltas.keys()]);
  const key = `reverse:${original.idempotency_key}`;
  const before = await findPosted(client, key, linesHash("reversal", lines));
  if (before) return before;
  for (const [walletId, delta] of deltas) {
    const wallet = await lockedWallet(client, walletId);
    const short = (["paid", "lots"] as const).find((bucket) => wallet[bucket] + delta[bucket] < 0n);
    if (short) throw new InsufficientBalance(nano(-delta[short]), nano(wallet[short]));
    if (delta.lots < 0n) await shrinkLot(client, original.meta.lot, -delta.lots);
    if (delta.lots > 0n) await insertLot(client, uuidv7(), walletId, nano(delta.lots), { kind: "goodwill", sourceType: "reversal", sourceId: ask.transactionId });
  }
  const posted = await post(client, { kind: "reversal", key, lines, actor: ask.actor, reason: ask.reason, reversesId: ask.transactionId });
  for (const walletId of deltas.keys()) await notify(client, "wallet", walletId);
  return posted;
}

/** Ids of accounts by code; missing ones are made. */
export async function accountIds(client: Queryable, codes: readonly AccountCode[]): Promise<Map<AccountCode, bigint>> {
  const wanted = [...new Set(codes)].sort();
  const found = new Map<AccountCode, bigint>();
  const load = async (): Promise<void> => {
    const { rows } = await client.query<{ code: AccountCode; id: bigint }>("SELECT code, id FROM accounts WHERE code = ANY($1)", [wanted]);
    for (const { code, id } of rows) found.set(code, id);
  };
  await load();
  if (found.size === wanted.length) return found;
  const missing = wanted.filter((code) => !found.has(code)).map(describeAccount);
  await client.query(
    `INSERT INTO accounts (code, class, wallet_id, bucket) SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[]) ON CONFLICT DO NOTHING`,
    [missing.map(({ code }) => code), missing.map((account) => account.class), missing.map(({ walletId }) => walletId ?? null), missing.map(({ bucket }) => bucket ?? null)],
  );
  await load();
  return found;
}

/** All entries of one transaction, by one statement: the database checks their sum once a statement. None for none. */
export const entriesSteps = (transactionId: string, lines: readonly Line[], ids: ReadonlyMap<AccountCode, bigint>): readonly Step[] => (lines.length === 0 ? [] : [{
  name: "mm-entries",
  text: "INSERT INTO ledger_entries (tx_id, account_id, amount_nano) SELECT $1, a, n FROM unnest($2::bigint[], $3::bigint[]) AS t(a, n)",
  values: [transactionId, plainArray(lines.map(({ account }) => ids.get(account))), plainArray(lines.map(({ amount }) => amount))],
}]);

async function insertEntries(client: Queryable, transactionId: string, lines: readonly Line[]): Promise<void> {
  const ids = await accountIds(client, lines.map(({ account }) => account));
  for (const { text, values } of entriesSteps(transactionId, lines, ids)) await client.query(text, [...values!]);
}

export type WalletRow = Record<Bucket | "leased", bigint>;

/**
 * A wallet's columns, locked: the first lock that any writer of money takes.
 *
 * @throws LedgerError when there is no such wallet
 */
export async function lockedWallet(client: Queryable, walletId: string): Promise<WalletRow> {
  const { rows: [row] } = await client.query<WalletRow>(
    `SELECT paid_nano AS paid, lots_nano AS lots, frozen_nano AS frozen, debt_nano AS debt, leased_nano AS leased
       FROM wallets WHERE id = $1 FOR UPDATE`, [walletId]);
  if (!row) throw new LedgerError(`there is no wallet ${walletId}`);
  return row;
}

const lockWallets = (client: Queryable, ids: readonly string[]): Promise<unknown> =>
  client.query("SELECT 1 FROM wallets WHERE id = ANY($1) ORDER BY id FOR UPDATE", [ids]);

/** Debits in spend order, lots moved with them. */
async function takeFromWallet(client: Queryable, walletId: string, wallet: WalletRow, amount: bigint): Promise<readonly Line[]> {
  const { rows } = await client.query<{ id: string; remaining: bigint; expires: Date | null; now: Date }>(
    `SELECT id, remaining_nano AS remaining, expires_at AS expires, now() AS now FROM credit_lots
      WHERE wallet_id = $1 AND remaining_nano > 0 ORDER BY expires_at NULLS LAST, id FOR UPDATE`, [walletId]);
  const open: OpenLot[] = rows.map(({ id, remaining, expires }) => ({ id, remaining, ...(expires && { expiresAtMs: expires.getTime() }) }));
  const purse: Purse = { paid: wallet.paid, lots: wallet.lots, debt: wallet.debt, open };
  const drawn = new Map<string, bigint>();
  const parts = draw(purse, amount, rows[0]?.now.getTime() ?? 0, drawn);
  for (const [id, taken] of drawn) await client.query("UPDATE credit_lots SET remaining_nano = remaining_nano - $2 WHERE id = $1", [id, taken]);
  return (["lots", "paid", "debt"] as const)
    .filter((bucket) => parts[bucket] > 0n)
    .map((bucket) => ({ account: walletAccount(walletId, bucket), amount: parts[bucket] }));
}

const insertLot = (client: Queryable, id: string, walletId: string, amount: Nano, lot: LotAsk): Promise<unknown> =>
  client.query(
    `INSERT INTO credit_lots (id, wallet_id, kind, granted_nano, remaining_nano, expires_at, source_type, source_id)
     VALUES ($1, $2, $3, $4, $4, $5, $6, $7)`,
    [id, walletId, lot.kind, amount, lot.expiresAt ?? null, lot.sourceType, lot.sourceId],
  );

async function shrinkLot(client: Queryable, id: string | undefined, amount: bigint): Promise<void> {
  const { rowCount } = await client.query(
    "UPDATE credit_lots SET remaining_nano = remaining_nano - $2 WHERE id = $1 AND remaining_nano >= $2", [id ?? null, amount]);
  if (rowCount === 0) throw new InsufficientBalance(nano(amount), nano(0n));
}

const intentHash = (kind: TransferKind, intent: string): string => sha256Hex(`${kind} ${intent}`).slice(0, 32);

async function existing(client: Queryable, key: string, hash: string): Promise<Posted> {
  const found = await findPosted(client, key, hash);
  if (!found) throw new LedgerError(`the transaction ${key} vanished`);
  return found;
}

async function findPosted(client: Queryable, key: string, hash: string): Promise<Posted | undefined> {
  const { rows: [row] } = await client.query<{ id: string; h: string | null }>(
    "SELECT id, meta->>'h' AS h FROM ledger_transactions WHERE idempotency_key = $1", [key]);
  if (!row) return undefined;
  if (row.h !== hash) throw new LedgerKeyReuse(`the key ${key} was used for another movement`);
  return { id: row.id, created: false };
}
