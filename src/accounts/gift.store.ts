import { GIFT_LIFE_MS, mailboxOf } from "#accounts/gift.ts";
import { networkOf } from "#accounts/network.ts";
import type { Nano } from "#money/amount.ts";
import { giveSignUpCredit } from "#money/ledger.store.ts";
import { hmac } from "#platform/crypto/hash.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type GiftAsk = Readonly<{ userId: string; email: string; amountNano: Nano; ip: string | undefined }>;

/**
 * Gives the welcome credit, at most once a user, a mailbox, and a network and day. Inside a transaction.
 *
 * @returns what was credited; 0 when there is no gift or it was given before
 */
export async function giveGift(tx: Queryable, pepper: Buffer, ask: GiftAsk, nowMs: number): Promise<bigint> {
  if (ask.amountNano <= 0n) return 0n;
  const now = new Date(nowMs);
  const { rowCount } = await tx.query(
    "INSERT INTO sign_up_gifts (user_id, mail_key, network, day, given_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
    [ask.userId, hmac(pepper, `gift:${mailboxOf(ask.email)}`), networkOf(ask.ip) ?? null, now.toISOString().slice(0, 10), now],
  );
  if (rowCount === 0) return 0n;
  const { rows } = await tx.query<{ id: string }>("SELECT id FROM wallets WHERE owner_type = 'user' AND owner_id = $1", [ask.userId]);
  const wallet = rows[0];
  if (!wallet) throw new Error("this user has no wallet");
  const given = await giveSignUpCredit(tx, { userId: ask.userId, walletId: wallet.id, amount: ask.amountNano, expiresAt: new Date(nowMs + GIFT_LIFE_MS) });
  return given.creditedNano;
}
