import { TRPCError } from "@trpc/server";
import type { PoolClient } from "pg";
import { z } from "zod";
import { decideApproval, findApproval, findUserById, listApprovals, loadSettings, permissionsOfRole, writeAudit, type Approval } from "#accounts/index.ts";
import { nano } from "#money/amount.ts";
import { adjustWhenFree, InsufficientBalance, LedgerError } from "#money/ledger.store.ts";
import { chargeOf, refundCharge } from "#money/usage-refund.store.ts";
import { parseRequestId, requestIdText } from "#platform/ids.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { told } from "#trpc/admin/orders.ts";
import { askChargeRefund, askSecondPerson, decides, type Staff } from "#trpc/admin/second-person.ts";
import { adminProcedure, refusal, router } from "#trpc/init.ts";

const ROWS = 50;
const reason = z.string().trim().min(8).max(500);
/** A billion dollars: above it somebody slipped on the keyboard. */
const AMOUNT_MAX = 1_000_000_000_000_000_000n;
const amountNano = z.bigint().refine((amount) => amount !== 0n && amount < AMOUNT_MAX && -amount < AMOUNT_MAX);

const view = z.strictObject({
  id: z.string(), kind: z.enum(["adjustment", "charge_refund", "order_refund"]), state: z.enum(["pending", "approved", "declined", "withdrawn", "expired"]),
  userId: z.string(), email: z.string().nullable(), subject: z.string(), amountNano: z.bigint(), allowDebt: z.boolean(), reason: z.string(),
  requester: z.string().nullable(), requestedAt: z.date(), expiresAt: z.date(), decider: z.string().nullable(), decidedAt: z.date().nullable(), note: z.string().nullable(),
  /** What the viewer may do with it now. */
  mayDecide: z.boolean(), mayWithdraw: z.boolean(),
});

const unknown = () => new TRPCError({ code: "NOT_FOUND", message: "There is no such request." });
const ended = () => refusal("ended", { code: "CONFLICT", message: "Somebody else was first, or its time is over." });

export const approvalsRouter = router({
  /** What waits for a second person, or what became of it. Whoever may not decide sees what he asked for himself. */
  list: adminProcedure("approvals:request")
    .input(z.strictObject({ waiting: z.boolean().default(true), cursor: z.uuid().nullish() }))
    .output(z.strictObject({ rows: z.array(view), next: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const all = permissionsOfRole(ctx.user.role).has("approvals:decide");
      const found = await listApprovals(ctx.pool, { waiting: input.waiting, limit: ROWS + 1, ...(!all && { requestedBy: ctx.user.id }), ...(input.cursor && { before: input.cursor }) }, ctx.clock.now());
      const settings = await loadSettings(ctx.pool);
      const rows = found.slice(0, ROWS).map((row) => toWire(row, ctx, settings));
      return { rows, next: found.length > ROWS ? rows.at(-1)!.id : null };
    }),

  /** Asks for an adjustment that somebody else is to make. The same key is the same request. */
  askAdjustment: adminProcedure("approvals:request")
    .input(z.strictObject({ id: z.uuid(), amountNano, reason, idempotencyKey: z.uuid() }))
    .output(z.strictObject({ approvalId: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const user = await findUserById(ctx.pool, input.id);
      if (!user) throw new TRPCError({ code: "NOT_FOUND", message: "There is no such user." });
      if (user.id === ctx.user.id) throw refusal("self", { code: "FORBIDDEN", message: "Nobody adjusts his own wallet." });
      const asked = await askSecondPerson(ctx, { kind: "adjustment", userId: user.id, subject: user.id, amountNano: input.amountNano, reason: input.reason, clientKey: `adjust:${input.idempotencyKey}` });
      return { approvalId: asked.id };
    }),

  /** Asks that the charge of one request be given back. */
  askRefund: adminProcedure("approvals:request")
    .input(z.strictObject({ requestId: z.string().max(40), reason }))
    .output(z.strictObject({ approvalId: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const chargeId = parseRequestId(input.requestId);
      const charge = chargeId === undefined ? undefined : await chargeOf(ctx.pool, chargeId);
      if (chargeId === undefined || !charge) throw new TRPCError({ code: "NOT_FOUND", message: "This request cost nothing, or there is none." });
      return { approvalId: await askChargeRefund(ctx, chargeId, charge, input.reason) };
    }),

  /** Does what was asked, or says no to it; nobody decides what he asked for himself. */
  decide: adminProcedure("approvals:decide", { sudo: true })
    .input(z.strictObject({ id: z.uuid(), approve: z.boolean(), note: z.string().trim().max(500).optional() }))
    .output(z.strictObject({ state: z.enum(["approved", "declined"]) }))
    .mutation(async ({ ctx, input }) => {
      const asked = await findApproval(ctx.pool, input.id, ctx.clock.now());
      if (!asked) throw unknown();
      if (asked.requestedBy === ctx.user.id || (input.approve && asked.userId === ctx.user.id)) throw refusal("own", { code: "FORBIDDEN", message: "Somebody else decides this." });
      if (asked.state !== "pending") throw ended();
      if (!decides(await loadSettings(ctx.pool), ctx.user.role, asked)) throw refusal("limit", { code: "FORBIDDEN", message: "This is more than you may move yourself." });
      if (input.approve) await approve(ctx, asked, input.note);
      else await withTransaction(ctx.pool, (tx) => close(tx, ctx, asked, "declined", input.note));
      return { state: input.approve ? "approved" : "declined" };
    }),

  /** Takes one's own request back. */
  withdraw: adminProcedure("approvals:request")
    .input(z.strictObject({ id: z.uuid() }))
    .output(z.strictObject({ done: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      const asked = await findApproval(ctx.pool, input.id, ctx.clock.now());
      if (asked?.requestedBy !== ctx.user.id) throw unknown();
      await withTransaction(ctx.pool, (tx) => close(tx, ctx, asked, "withdrawn"));
      return { done: true };
    }),
});

type Settings = Awaited<ReturnType<typeof loadSettings>>;

function toWire(asked: Approval, ctx: Staff, settings: Settings): z.infer<typeof view> {
  const { id, kind, state, userId, email, subject, amountNano: amount, input, reason: why, requester, requestedAt, expiresAt, decider, decidedAt, note } = asked;
  const waits = state === "pending", own = asked.requestedBy === ctx.user.id;
  return {
    id, kind, state, userId, email, subject: kind === "charge_refund" ? requestIdText(subject) : subject, amountNano: amount, allowDebt: input.allowDebt === true, reason: why,
    requester, requestedAt, expiresAt, decider, decidedAt, note, mayDecide: waits && !own && userId !== ctx.user.id && decides(settings, ctx.user.role, asked), mayWithdraw: waits && own,
  };
}

/** Ends the request in the transaction of what it causes. @throws when it ended before: what it causes is undone then */
async function close(tx: PoolClient, ctx: Staff, asked: Approval, status: "approved" | "declined" | "withdrawn", note?: string, result?: string): Promise<void> {
  const now = ctx.clock.now();
  if (!(await decideApproval(tx, { id: asked.id, status, by: ctx.user.id, ...(note && { note }), ...(result && { result }) }, now))) throw ended();
  await writeAudit(tx, ctx.keys.auditKey, new Date(now), [{
    actor: ctx.actor, action: `approval.${status}`, target: { type: "user", id: asked.userId }, reason: note || asked.reason,
    before: { requested_by: asked.requestedBy, requester: asked.requester, reason: asked.reason },
    after: { approval: asked.id, kind: asked.kind, subject: asked.subject, amount_nano_usd: asked.amountNano.toString(), ...(result && { result }) },
  }]);
}

/** The act itself, under the name of whoever asked; the audit log has both. */
async function approve(ctx: Staff, asked: Approval, note: string | undefined): Promise<void> {
  const { id, kind, subject, amountNano: amount, reason: why, requestedBy } = asked;
  const actor = { type: "operator", id: requestedBy } as const;
  const done = (tx: PoolClient, result: string): Promise<void> => close(tx, ctx, asked, "approved", note, result);
  try {
    if (kind === "adjustment") {
      const user = await findUserById(ctx.pool, subject);
      if (!user) throw unknown();
      await adjustWhenFree(ctx.pool, { walletId: user.walletId, amount: nano(amount), key: `adjust:approval:${id}`, reason: why, actor }, (tx, posted) => done(tx, posted.id));
    } else if (kind === "charge_refund") {
      await withTransaction(ctx.pool, async (tx) => {
        const refund = await refundCharge(tx, { chargeId: subject, reason: why, actor });
        if (!refund.created) throw refusal("repeated", { code: "CONFLICT", message: "This charge was given back before." });
        await done(tx, refund.id);
      });
    } else {
      const ask = { orderId: subject, amount: { creditNano: amount }, reason: why, clientKey: `approval:${id}`, actor, actorId: requestedBy, allowDebt: asked.input.allowDebt === true };
      await ctx.payments.refunds.request(ask, (tx, refund) => done(tx, refund.id));
    }
  } catch (error) {
    if (error instanceof InsufficientBalance) throw refusal("balance", { code: "CONFLICT", message: "The wallet does not hold that much." });
    if (error instanceof LedgerError) throw new TRPCError({ code: "NOT_FOUND", message: "There is nothing to give back." });
    throw told(error);
  }
}
