import { z } from "zod";
import { findUserByEmail, writeAudit, type UserView } from "#accounts/index.ts";
import { ManagementError } from "#management/errors.ts";
import { amountFields, nanoSchema, usdSchema, walletSchema } from "#management/json.ts";
import { route, type Call, type Route } from "#management/route.ts";
import { adjustWhenFree, InsufficientBalance, LedgerKeyReuse } from "#money/ledger.store.ts";
import type { Nano } from "#money/amount.ts";
import { parseSignedUsd } from "#money/parse-amount.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { jsonInteger, ledgerReason as reasonOf, walletView } from "#reports/index.ts";

/** May be negative; decimal text, or a JSON number taken by its digits. */
const signedUsdField = z.union([z.string(), z.number()]).transform((value, context): Nano => {
  try {
    const amount = parseSignedUsd(String(value));
    if (amount !== 0n) return amount;
    context.addIssue({ code: "custom", message: "must not be 0" });
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "is not an amount in USD" });
  }
  return z.NEVER;
});

const adjustment = z.strictObject({
  amount_usd: signedUsdField,
  reason: z.string().trim().min(1).max(500),
  idempotency_key: z.string().min(1).max(200),
});

export const userRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/users/{email}",
    permission: "users:read",
    summary: "A user with the wallet",
    response: z.strictObject({
      id: z.uuid(), email: z.string(), name: z.string().nullable(), role: z.string(), group: z.string(), status: z.string(), created_at: z.iso.datetime(), wallet: walletSchema,
    }),
    async handle({ deps, params }) {
      const user = await requireUser(deps.pool, params.email!);
      return {
        body: {
          id: user.id, email: user.email, name: user.name, role: user.role, group: user.groupName, status: user.status,
          created_at: user.createdAt.toISOString(), wallet: await walletBody(deps.pool, user.walletId),
        },
      };
    },
  }),
  route({
    method: "POST",
    path: "/users/{email}/adjustments",
    permission: "wallet:adjust",
    summary: "Gives credit (positive) or takes it away (negative, never below zero)",
    body: adjustment,
    response: z.strictObject({ id: z.string(), amount_nano_usd: nanoSchema, amount_usd: usdSchema, wallet: walletSchema }),
    handle: adjust,
  }),
];

async function adjust(call: Call<unknown, z.output<typeof adjustment>>) {
  const { deps, token, body, params } = call;
  const user = await requireUser(deps.pool, params.email!);
  const ask = {
    walletId: user.walletId, amount: body.amount_usd, key: `adjust:${token.id}:${body.idempotency_key}`,
    reason: `token ${token.name}: ${body.reason}`, actor: { type: "operator" as const, id: `token:${token.name}` },
  };
  try {
    const posted = await adjustWhenFree(deps.pool, ask, async (tx, { id, created }) => {
      if (!created && (await reasonOf(tx, id)) !== ask.reason) throw new LedgerKeyReuse("the reason is another one");
      await writeAudit(tx, deps.keys.auditKey, new Date(), [{
        actor: call.actor, action: "wallet.adjust", target: { type: "user", id: user.email },
        after: { amount_nano_usd: body.amount_usd.toString(), transaction: id, ...(!created && { repeated: true }) }, reason: body.reason, requestId: call.requestId,
      }]);
    });
    return { audited: true as const, body: { id: posted.id, ...amountFields("amount", body.amount_usd), wallet: await walletBody(deps.pool, user.walletId) } };
  } catch (error) {
    if (error instanceof LedgerKeyReuse) throw new ManagementError("idempotency_conflict", "This idempotency key was used for another adjustment.");
    if (error instanceof InsufficientBalance) throw new ManagementError("insufficient_balance", "The wallet does not hold that much.", await walletBody(deps.pool, user.walletId));
    throw error;
  }
}

/** @throws ManagementError not_found */
export async function requireUser(db: Queryable, email: string): Promise<UserView> {
  const user = await findUserByEmail(db, email);
  if (!user) throw new ManagementError("not_found", "There is no user with this e-mail.");
  return user;
}

export async function walletBody(db: Queryable, walletId: string) {
  const wallet = (await walletView(db, walletId))!;
  return { id: wallet.id, ...amountFields("balance", wallet.balanceNano), held_nano_usd: jsonInteger(wallet.heldNano) };
}
