import { TRPCError } from "@trpc/server";
import type { PoolClient } from "pg";
import { z } from "zod";
import {
  createUser, endSessions, findUserById, isStaff, normalEmail, passwordProblem, permissionsOfRole, requestReset, ROLES, updateApiKey, updateUser, writeAudit, type AuditEvent, type UserView,
} from "#accounts/index.ts";
import { listTransactions } from "#reports/ledger-explorer.store.ts";
import { findFilterId } from "#reports/request-log.store.ts";
import { isTimeZone, usage } from "#reports/index.ts";
import { listAuditOf, listLots, listNotes, listUserKeys, listUsers, listUserSessions, readUser } from "#reports/users.store.ts";
import { costNano } from "#reports/receipt.ts";
import { nano } from "#money/amount.ts";
import { previewAdjustment } from "#money/adjust-preview.store.ts";
import { adjustWhenFree, InsufficientBalance, LedgerKeyReuse } from "#money/ledger.store.ts";
import { liftRestriction, listOrders } from "#payments/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { adjustmentNeedsApproval, askedBefore, askSecondPerson, auditAlone, NeedsApproval } from "#trpc/admin/second-person.ts";
import { adminProcedure, refusal, router, type Context } from "#trpc/init.ts";

const SPEND_RANGE_MS = 100 * 86_400_000;
const NOTES_MAX = 50;
const id = z.strictObject({ id: z.uuid() });
const reason = z.string().trim().min(8).max(500);
const limit = z.number().int().min(1).max(100).default(50);
/** A billion dollars: above it somebody slipped on the keyboard. */
const AMOUNT_MAX = 1_000_000_000_000_000_000n;
const anyAmount = z.bigint().refine((amount) => amount < AMOUNT_MAX && -amount < AMOUNT_MAX);
const amountNano = anyAmount.refine((amount) => amount !== 0n);

const unknownUser = (): TRPCError => new TRPCError({ code: "NOT_FOUND", message: "There is no such user." });

/** A change and its entry in the audit log, or neither. */
const audited = <T>(ctx: Context, work: (tx: PoolClient, write: (event: AuditEvent) => Promise<void>) => Promise<T>): Promise<T> =>
  withTransaction(ctx.pool, (tx) => work(tx, (event) => writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [event])));

const target = (user: Pick<UserView, "id">) => ({ type: "user", id: user.id });

/** The user, when this member of staff may change him: nobody himself, and staff only by who makes staff. */
async function changeable(ctx: Context & { user: NonNullable<Context["user"]> }, userId: string): Promise<UserView> {
  const user = await findUserById(ctx.pool, userId);
  if (!user) throw unknownUser();
  if (user.id === ctx.user.id) throw refusal("self", { code: "FORBIDDEN", message: "Your own account is changed in your profile." });
  if (isStaff(user.role) && !permissionsOfRole(ctx.user.role).has("staff:write")) throw refusal("staff", { code: "FORBIDDEN", message: "Staff accounts are changed by the shop owner." });
  return user;
}

export const usersRouter = router({
  list: adminProcedure("users:read")
    .input(z.strictObject({
      text: z.string().trim().min(1).max(254).optional(), status: z.enum(["active", "unverified", "restricted", "disabled"]).optional(), group: z.string().max(100).optional(),
      role: z.enum(ROLES).optional(), money: z.enum(["negative", "low", "positive"]).optional(), createdFrom: z.date().optional(),
      sort: z.enum(["created", "balance", "spent"]).default("created"), descending: z.boolean().default(true), cursor: z.string().max(500).optional(), limit,
    }))
    .query(({ ctx, input }) => listUsers(ctx.pool, input)),

  get: adminProcedure("users:read").input(id).query(async ({ ctx, input }) => {
    const user = await readUser(ctx.pool, input.id);
    if (!user) throw unknownUser();
    const { cost30Pico, ...view } = user;
    return { ...view, cost30Nano: permissionsOfRole(ctx.user.role).has("costs:read") ? costNano(BigInt(cost30Pico)) : null };
  }),

  lots: adminProcedure("wallet:read").input(id).query(async ({ ctx, input }) => listLots(ctx.pool, (await userOf(ctx, input.id)).walletId, 100)),

  /** Ledger lines of one customer's wallet. */
  transactions: adminProcedure("wallet:read")
    .input(z.strictObject({ id: z.uuid(), before: z.uuid().optional(), limit }))
    .query(async ({ ctx, input }) => listTransactions(ctx.pool, { walletId: (await userOf(ctx, input.id)).walletId, ...(input.before && { before: input.before }), limit: input.limit })),

  /** One customer's orders; the list of all is for the till's people. */
  orders: adminProcedure("wallet:read")
    .input(z.strictObject({ id: z.uuid(), before: z.uuid().optional(), limit: z.number().int().min(1).max(50).default(10) }))
    .query(async ({ ctx, input }) => (await listOrders(ctx.pool, { userId: (await userOf(ctx, input.id)).id, limit: input.limit, ...(input.before && { before: input.before }) }))
      .map(({ id: orderId, number, createdAt, state, status, creditNano, payText, currency, provider }) => ({ id: orderId, number, createdAt, state, status, creditNano, payText, currency, provider }))),

  keys: adminProcedure("users:read")
    .input(z.strictObject({ id: z.uuid(), before: z.uuid().optional(), limit }))
    .query(({ ctx, input }) => listUserKeys(ctx.pool, input.id, input.limit, input.before)),

  sessions: adminProcedure("users:read").input(id).query(({ ctx, input }) => listUserSessions(ctx.pool, input.id, 50)),

  audit: adminProcedure("audit:read")
    .input(z.strictObject({ id: z.uuid(), before: z.bigint().optional(), limit }))
    .query(async ({ ctx, input }) => {
      const user = await userOf(ctx, input.id);
      return listAuditOf(ctx.pool, { targets: [user.id, user.email, user.walletId], actorId: user.id }, input.limit, input.before);
    }),

  /** What the account spent a day by model, as its owner sees it in the console. */
  spend: adminProcedure("requests:read")
    .input(z.strictObject({ id: z.uuid(), from: z.date(), to: z.date(), zone: z.string().max(64).refine(isTimeZone, "is not a time zone") })
      .refine(({ from, to }) => from < to && to.getTime() - from.getTime() <= SPEND_RANGE_MS, "the range is empty or too long"))
    .query(async ({ ctx, input: { id: userId, from, to, zone } }) =>
      usage(ctx.pool, { walletId: (await userOf(ctx, userId)).walletId, from, to, timeZone: zone, bucket: "day", group: "model", filter: {} })),

  /** What staff wrote down about the account, newest first. */
  notes: adminProcedure("users:read").input(id).query(({ ctx, input }) => listNotes(ctx.pool, input.id, NOTES_MAX)),

  /** A note for colleagues. It stands in the audit log, so it has an author and cannot be changed. */
  addNote: adminProcedure("users:disable")
    .input(z.strictObject({ id: z.uuid(), text: z.string().trim().min(1).max(2_000) }))
    .mutation(async ({ ctx, input }) => {
      const user = await userOf(ctx, input.id);
      await audited(ctx, (_tx, write) => write({ actor: ctx.actor, action: "user.note", target: target(user), reason: input.text }));
      return { added: true };
    }),

  create: adminProcedure("users:write")
    .input(z.strictObject({ email: z.email().max(254), name: z.string().trim().min(1).max(64).optional(), group: z.string().max(100), password: z.string().max(512).optional(), verified: z.boolean().default(true) }))
    .mutation(async ({ ctx, input }) => {
      const groupId = await findFilterId(ctx.pool, "group", input.group);
      if (!groupId) throw refusal("group", { code: "BAD_REQUEST", message: "There is no such group." });
      const problem = input.password === undefined ? undefined : passwordProblem(input.password, { role: "customer", email: normalEmail(input.email), shopName: "" });
      if (problem) throw refusal(`password:${problem}`, { code: "BAD_REQUEST", message: "This password cannot be taken." });
      const passwordHash = input.password === undefined ? undefined : await ctx.passwords.hash(input.password);
      try {
        return await audited(ctx, async (tx, write) => {
          const made = await createUser(tx, {
            email: input.email, role: "customer", groupId, verified: input.verified, ...(input.name !== undefined && { name: input.name }), ...(passwordHash !== undefined && { passwordHash }),
          });
          await write({ actor: ctx.actor, action: "user.create", target: target(made), after: { email: normalEmail(input.email), group: input.group } });
          return made;
        });
      } catch (error) {
        if ((error as { code?: string }).code === "23505") throw refusal("taken", { code: "CONFLICT", message: "There is an account with this address." });
        throw error;
      }
    }),

  /** The lines that an adjustment would post now, and whether it takes a second person. */
  previewAdjustment: adminProcedure("approvals:request")
    .input(z.strictObject({ id: z.uuid(), amountNano: anyAmount }))
    .query(async ({ ctx, input }) => {
      const user = await userOf(ctx, input.id);
      return { ...(await previewAdjustment(ctx.pool, user.walletId, input.amountNano))!, needsApproval: await adjustmentNeedsApproval(ctx, user.id, input.amountNano) };
    }),

  /**
   * Gives credit or takes it away, never below zero. The same key is the same adjustment, however often it is sent.
   * Past what the person may move alone it becomes a request to a second person.
   */
  adjust: adminProcedure("wallet:adjust", { sudo: true })
    .input(z.strictObject({ id: z.uuid(), amountNano, reason, idempotencyKey: z.uuid() }))
    .output(z.strictObject({ transactionId: z.string().nullable(), created: z.boolean(), approvalId: z.string().nullable() }))
    .mutation(async ({ ctx, input }) => {
      const user = await userOf(ctx, input.id);
      if (user.id === ctx.user.id) throw refusal("self", { code: "FORBIDDEN", message: "Nobody adjusts his own wallet." });
      const key = `adjust:${input.idempotencyKey}`;
      const ask = { walletId: user.walletId, amount: nano(input.amountNano), key, reason: input.reason, actor: { type: "operator" as const, id: ctx.user.id } };
      try {
        if (await askedBefore(ctx, key)) throw new NeedsApproval(input.amountNano);
        const posted = await adjustWhenFree(ctx.pool, ask, async (tx, { id: transaction, created }) => {
          if (!created) return;
          await auditAlone(tx, ctx, { act: "adjust", amountNano: input.amountNano, userId: user.id }, {
            action: "wallet.adjust", target: target(user), after: { amount_nano_usd: input.amountNano.toString(), transaction }, reason: input.reason,
          });
        });
        return { transactionId: posted.id, created: posted.created, approvalId: null };
      } catch (error) {
        if (error instanceof NeedsApproval) {
          const asked = await askSecondPerson(ctx, { kind: "adjustment", userId: user.id, subject: user.id, amountNano: input.amountNano, reason: input.reason, clientKey: key });
          return { transactionId: null, created: false, approvalId: asked.id };
        }
        if (error instanceof LedgerKeyReuse) throw refusal("key", { code: "CONFLICT", message: "This form was sent before with other values." });
        if (error instanceof InsufficientBalance) throw refusal("balance", { code: "CONFLICT", message: "The wallet does not hold that much." });
        throw error;
      }
    }),

  changeGroup: adminProcedure("users:write")
    .input(z.strictObject({ id: z.uuid(), group: z.string().max(100), /** The group that was on the screen. */ seen: z.string().max(100) }))
    .mutation(async ({ ctx, input }) => {
      const user = await changeable(ctx, input.id);
      if (user.groupName !== input.seen) throw refusal("changed", { code: "CONFLICT", message: "The group was changed meanwhile." });
      const groupId = await findFilterId(ctx.pool, "group", input.group);
      if (!groupId) throw refusal("group", { code: "BAD_REQUEST", message: "There is no such group." });
      await audited(ctx, async (tx, write) => {
        await updateUser(tx, user.id, { groupId });
        await write({ actor: ctx.actor, action: "user.group", target: target(user), before: { group: user.groupName }, after: { group: input.group } });
      });
      return { group: input.group };
    }),

  /** Switches an account off (sessions end, keys are refused within a second) or on again. */
  setStatus: adminProcedure("users:disable")
    .input(z.strictObject({ id: z.uuid(), status: z.enum(["active", "disabled"]), reason }))
    .mutation(async ({ ctx, input }) => {
      const user = await changeable(ctx, input.id);
      await audited(ctx, async (tx, write) => {
        await updateUser(tx, user.id, { status: input.status });
        if (input.status === "disabled") await endSessions(tx, user.id, ctx.clock.now());
        await write({ actor: ctx.actor, action: input.status === "disabled" ? "user.disable" : "user.enable", target: target(user), before: { status: user.status }, after: { status: input.status }, reason: input.reason });
      });
      return { status: input.status };
    }),

  /** Lets a customer go on whose keys were stopped by a disputed or suspicious payment. */
  liftRestriction: adminProcedure("refunds:write", { sudo: true })
    .input(z.strictObject({ id: z.uuid(), reason }))
    .mutation(async ({ ctx, input }) => {
      const user = await userOf(ctx, input.id);
      if (user.id === ctx.user.id) throw refusal("self", { code: "FORBIDDEN", message: "Somebody else decides about your wallet." });
      const lifted = await audited(ctx, async (tx, write) => {
        const outcome = await liftRestriction(tx, user.walletId);
        if (outcome === "lifted") await write({ actor: ctx.actor, action: "wallet.lift", target: target(user), before: { status: "restricted" }, after: { status: "active" }, reason: input.reason });
        return outcome;
      });
      if (lifted === "debt") throw refusal("debt", { code: "CONFLICT", message: "The account owes money; paying it lifts the restriction." });
      if (lifted !== "lifted") throw refusal("not_restricted", { code: "CONFLICT", message: "The account is not restricted." });
      return { status: "active" as const };
    }),

  endSessions: adminProcedure("users:disable").input(id).mutation(async ({ ctx, input }) => {
    const user = await changeable(ctx, input.id);
    return audited(ctx, async (tx, write) => {
      const ended = await endSessions(tx, user.id, ctx.clock.now());
      await write({ actor: ctx.actor, action: "session.end_all", target: target(user), after: { ended } });
      return { ended };
    });
  }),

  /** Mails a link for a new password to the account's own address. */
  sendReset: adminProcedure("users:mail").input(id).mutation(async ({ ctx, input }) => {
    const user = await changeable(ctx, input.id);
    await requestReset(ctx, user.email);
    await audited(ctx, (_tx, write) => write({ actor: ctx.actor, action: "user.send_reset", target: target(user) }));
    return { sent: true };
  }),

  revokeKey: adminProcedure("keys:revoke")
    .input(z.strictObject({ id: z.uuid(), keyId: z.uuid(), reason }))
    .mutation(async ({ ctx, input }) => {
      const user = await userOf(ctx, input.id);
      const key = (await listUserKeys(ctx.pool, user.id, 1_000)).find((each) => each.id === input.keyId);
      if (!key) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such key." });
      await audited(ctx, async (tx, write) => {
        await updateApiKey(tx, ctx.keys.keyPepper, key.id, { status: "revoked" });
        await write({ actor: ctx.actor, action: "key.revoke", target: { type: "user", id: user.id }, before: { key: key.name, status: key.status }, after: { status: "revoked" }, reason: input.reason });
      });
      return { status: "revoked" as const };
    }),
});

async function userOf(ctx: Context, userId: string): Promise<UserView> {
  const user = await findUserById(ctx.pool, userId);
  if (!user) throw unknownUser();
  return user;
}
