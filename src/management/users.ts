import { z } from "zod";
import { findUserByEmail, writeAudit, type UserView } from "#accounts/index.ts";
import { runOnce } from "#management/idempotency.store.ts";
import { ManagementError } from "#management/errors.ts";
import { amountFields, nanoSchema, usdSchema, walletSchema } from "#management/json.ts";
import { route, type Call, type Route } from "#management/route.ts";
import { adjustWallet, InsufficientBalanceError } from "#money/ledger.store.ts";
import { nano, type Nano } from "#money/amount.ts";
import { parseUsd } from "#money/parse-amount.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { jsonInteger, walletView } from "#reports/index.ts";

/** May be negative; decimal text, or a JSON number taken by its digits. */
const signedUsdField = z.union([z.string(), z.number()]).transform((value, context): Nano => {
  const text = String(value).trim();
  try {
    const amount = text.startsWith("-") ? nano(-parseUsd(text.slice(1))) : parseUsd(text);
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
  const key = `adjust:${token.id}:${body.idempotency_key}`;
  try {
    const id = await runOnce(deps.pool, { actorId: `token:${token.id}`, key, input: [user.id, body.amount_usd.toString(), body.reason] }, async (tx) => {
      const posted = await adjustWallet(tx, {
        walletId: user.walletId, amount: body.amount_usd, key, reason: `token ${token.name}: ${body.reason}`, actor: { type: "operator", id: `token:${token.name}` },
      });
      await writeAudit(tx, deps.keys.auditKey, new Date(), [{
        actor: call.actor, action: "wallet.adjust", target: { type: "user", id: user.email },
        after: { amount_nano_usd: body.amount_usd.toString(), transaction: posted.id }, reason: body.reason, requestId: call.requestId,
      }]);
      return posted.id;
    });
    return { audited: true as const, body: { id, ...amountFields("amount", body.amount_usd), wallet: await walletBody(deps.pool, user.walletId) } };
  } catch (error) {
    if (!(error instanceof InsufficientBalanceError)) throw error;
    throw new ManagementError("insufficient_balance", "The wallet does not hold that much.", (await walletBody(deps.pool, user.walletId)));
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
