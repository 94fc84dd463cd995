import type { Pool, PoolClient } from "pg";
import type { Nano } from "#money/amount.ts";
import { creditWallet } from "#money/ledger.store.ts";
import { codeHash, findCode, type CodeView } from "#payments/codes.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";

/** Why a code was not taken. Customers are told the same for all of them; staff may see which. */
export type RedeemProblem = "code_not_found" | "code_disabled" | "code_expired" | "code_used" | "code_used_by_user";

export class RedeemError extends Error {
  override readonly name = "RedeemError";
  readonly code: RedeemProblem;
  constructor(code: RedeemProblem) {
    super(MESSAGE[code]);
    this.code = code;
  }
}

const MESSAGE: Readonly<Record<RedeemProblem, string>> = {
  code_not_found: "There is no such code.",
  code_disabled: "The code has been switched off.",
  code_expired: "The code has expired.",
  code_used: "The code has been used up.",
  code_used_by_user: "The user has redeemed this code as often as it allows.",
};

export type Redemption = Readonly<{ id: string; creditNano: Nano; walletId: string; /** End of a gift; undefined = none. */ expiresAt: Date | undefined }>;

const DAY_MS = 86_400_000;

/**
 * Redeems a code once for a user: counts the use and credits the wallet in one transaction, so parallel calls
 * can neither share a use nor lose one. `within` runs in the same transaction (audit entry).
 *
 * @throws RedeemError when the code cannot be redeemed; nothing has changed then
 */
export function redeemCode(
  pool: Pool,
  codePepper: Buffer,
  ask: Readonly<{ code: string; userId: string; walletId: string; actor: Readonly<{ type: "user" | "operator"; id: string }> }>,
  within: (tx: PoolClient, redemption: Redemption, code: CodeView) => Promise<void> = async () => undefined,
): Promise<Redemption> {
  const hash = codeHash(codePepper, ask.code);
  if (!hash) return Promise.reject(new RedeemError("code_not_found"));
  return withTransaction(pool, async (tx) => {
    // wallet before code: the order in which every writer of money locks
    await tx.query("SELECT 1 FROM wallets WHERE id = $1 FOR UPDATE", [ask.walletId]);
    const code = await findCode(tx, hash);
    if (!code) throw new RedeemError("code_not_found");
    const redemption = { id: uuidv7(), creditNano: code.amountNano, walletId: ask.walletId, expiresAt: creditEnd(code) };
    await countUse(tx, code, ask, redemption.id);
    await creditWallet(tx, {
      walletId: ask.walletId,
      bucket: code.bucket,
      amount: code.amountNano,
      from: code.bucket === "paid" ? "psp:external:clearing" : "expense:promo",
      kind: "code",
      key: `redeem:${redemption.id}`,
      actor: ask.actor,
      ref: { type: "redemption", id: redemption.id },
      ...(code.bucket === "lots" && { lot: { kind: "code", sourceType: "redemption", sourceId: redemption.id, ...(redemption.expiresAt && { expiresAt: redemption.expiresAt }) } }),
    });
    await within(tx, redemption, code);
    return redemption;
  });
}

function creditEnd(code: CodeView): Date | undefined {
  if (code.bucket === "paid") return undefined;
  return code.lotTtlDays === null ? code.expiresAt ?? undefined : new Date(Date.now() + code.lotTtlDays * DAY_MS);
}

/** The guarded update is what makes a use exclusive; the count by user is safe behind the wallet's lock. */
async function countUse(tx: PoolClient, code: CodeView, ask: { userId: string; walletId: string }, redemptionId: string): Promise<void> {
  if (code.status !== "active") throw new RedeemError("code_disabled");
  const { rows } = await tx.query<{ expired: boolean; mine: number; n: number }>(
    `SELECT coalesce(b.expires_at <= now(), false) OR coalesce(b.starts_at > now(), false) AS expired,
            (SELECT count(*)::int FROM redemptions r WHERE r.batch_id = b.id AND r.user_id = $2) AS mine,
            (SELECT coalesce(max(n), 0)::int FROM redemptions r WHERE r.code_id = $3 AND r.user_id = $2) AS n
       FROM redeem_batches b WHERE b.id = $1`,
    [code.batchId, ask.userId, code.id],
  );
  const { expired, mine, n } = rows[0]!;
  if (expired) throw new RedeemError("code_expired");
  if (mine >= code.perUser) throw new RedeemError(code.used >= code.uses ? "code_used" : "code_used_by_user");
  const { rowCount } = await tx.query(
    "UPDATE redeem_codes SET uses = uses + 1 WHERE id = $1 AND uses < max_uses AND status = 'active'",
    [code.id],
  );
  if (rowCount === 0) throw new RedeemError("code_used");
  await tx.query(
    "INSERT INTO redemptions (id, code_id, batch_id, user_id, wallet_id, n) VALUES ($1, $2, $3, $4, $5, $6)",
    [redemptionId, code.id, code.batchId, ask.userId, ask.walletId, n + 1],
  );
}
