import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { approvalByKey, writeAudit, type Approval } from "#accounts/index.ts";
import { minorText } from "#money/currencies.ts";
import {
  heldMoney, listDisputes, listOrders, listRefunds, orderHistory, orderView, ProviderRefused, ProviderUnsure, refundable, RefundRefused, type OrderState, type OrderView,
} from "#payments/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { askSecondPerson, auditAlone, NeedsApproval } from "#trpc/admin/second-person.ts";
import { adminProcedure, refusal, router } from "#trpc/init.ts";

const STATES = ["created", "open", "processing", "paid", "failed", "expired", "review"] as const satisfies readonly OrderState[];
const ROWS = 50;
const ROWS_MAX = 100;
const REASON = z.string().trim().min(8).max(500);

const view = z.strictObject({
  id: z.string(), number: z.string(), createdAt: z.date(), expiresAt: z.date(), userId: z.string(), email: z.string(), kind: z.string(), provider: z.string(), livemode: z.boolean(),
  state: z.enum(STATES), status: z.string(), creditNano: z.bigint(), bonusNano: z.bigint(), currency: z.string(), rate: z.bigint(), subtotalMinor: z.bigint(), discountMinor: z.bigint(),
  feeMinor: z.bigint(), payMinor: z.bigint(), taxMinor: z.bigint().nullable(), paidMinor: z.bigint(), refundedMinor: z.bigint(), refundedNano: z.bigint(), sessionId: z.string().nullable(),
  paymentId: z.string().nullable(), invoice: z.string().nullable(), reviewReason: z.string().nullable(), paidAt: z.date().nullable(), nextCheckAt: z.date().nullable(), failure: z.string().nullable(),
  payText: z.string(), subtotalText: z.string(), discountText: z.string(), feeText: z.string(), taxText: z.string().nullable(), paidText: z.string(), refundedText: z.string(),
});
const check = z.strictObject({ what: z.string(), ok: z.boolean(), ours: z.string(), theirs: z.string() });

const noOrder = () => new TRPCError({ code: "NOT_FOUND", message: "There is no such order." });

export const ordersRouter = router({
  /** Orders, newest first. `q` is the beginning of an e-mail, or an id or number of order, session or payment. */
  list: adminProcedure("orders:read")
    .input(z.strictObject({
      q: z.string().trim().max(200).optional(), states: z.array(z.enum(STATES)).max(7).optional(), user: z.uuid().optional(), from: z.date().optional(), to: z.date().optional(),
      cursor: z.uuid().nullish(), limit: z.number().int().min(1).max(ROWS_MAX).default(ROWS),
    }))
    .output(z.strictObject({ orders: z.array(view), next: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const { q, states, user, from, to, cursor, limit } = input;
      const found = await listOrders(ctx.pool, {
        limit: limit + 1, ...(q && { q }), ...(states?.length && { states }), ...(user && { userId: user }), ...(from && { from }), ...(to && { to }), ...(cursor && { before: cursor }),
      });
      const rows: OrderView[] = found.slice(0, limit);
      return { orders: rows, next: found.length > limit ? rows.at(-1)!.id : null };
    }),

  /** One order with all that is known about it. */
  get: adminProcedure("orders:read")
    .input(z.strictObject({ id: z.uuid() }))
    .query(async ({ ctx, input }) => {
      const order = await orderView(ctx.pool, input.id);
      if (!order) throw noOrder();
      const [history, refunds, disputes, can, held] = await Promise.all([
        orderHistory(ctx.pool, order.id), listRefunds(ctx.pool, { orderId: order.id, limit: ROWS_MAX }), listDisputes(ctx.pool, { orderId: order.id, limit: ROWS_MAX }),
        refundable(ctx.pool, order.id), heldMoney(ctx.pool, order),
      ]);
      const checked = history.events.findLast(({ detail }) => Array.isArray(detail.checks));
      return {
        order, ...history, refunds, disputes, refundable: can ? { ...can, maxText: minorText(can.maxMinor, order.currency) } : null, held: order.state === "review" ? held ?? null : null,
        checks: checked ? { at: checked.at, list: z.array(check).catch([]).parse(checked.detail.checks) } : null,
        providerOn: ctx.payments.card,
      };
    }),

  /** Asks the provider how the order stands, and does what follows. */
  check: adminProcedure("orders:write")
    .input(z.strictObject({ id: z.uuid() }))
    .output(z.strictObject({ before: z.string(), after: z.string() }))
    .mutation(async ({ ctx, input }) => {
      try {
        const applied = await ctx.payments.cashier.check(input.id, "staff");
        if (!applied) throw noOrder();
        await audit(ctx, { action: "order.check", target: { type: "order", id: input.id }, before: { state: applied.before }, after: { state: applied.after } });
        return { before: applied.before, after: applied.after };
      } catch (error) {
        throw told(error);
      }
    }),

  /** Ends a review: the money that came becomes the customer's credit, or goes back to where it came from. */
  resolve: adminProcedure("refunds:write", { sudo: true })
    .input(z.strictObject({ id: z.uuid(), how: z.enum(["credit", "return"]), reason: REASON }))
    .output(z.strictObject({ done: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      if ((await orderView(ctx.pool, input.id))?.userId === ctx.user.id) throw refusal("self", { code: "FORBIDDEN", message: "Somebody else decides about your own order." });
      const event = { action: "order.resolve", target: { type: "order", id: input.id }, after: { how: input.how }, reason: input.reason };
      try {
        await ctx.payments.refunds.resolve({ orderId: input.id, how: input.how, reason: input.reason, actor: { type: "operator", id: ctx.user.id } }, (tx) =>
          writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [{ actor: ctx.actor, ...event }]));
        return { done: true };
      } catch (error) {
        throw told(error);
      }
    }),

  /** Sends money of an order back; the credit is taken at once, a provider that refuses gives it back. */
  refund: adminProcedure("refunds:write", { sudo: true })
    .input(z.strictObject({
      id: z.uuid(), amount: z.union([z.literal("all"), z.strictObject({ creditNano: z.bigint().min(1n) }), z.strictObject({ amountMinor: z.bigint().min(1n) })]),
      reason: REASON, allowDebt: z.boolean().default(false), key: z.uuid(),
    }))
    .output(z.strictObject({ id: z.string(), status: z.string(), creditNano: z.bigint(), amountMinor: z.bigint(), approvalId: z.string().nullable() }))
    .mutation(async ({ ctx, input }) => {
      const order = await orderView(ctx.pool, input.id);
      if (!order) throw noOrder();
      const clientKey = `staff:${ctx.user.id}:${input.key}`;
      const ask = { orderId: input.id, amount: input.amount, reason: input.reason, clientKey, actor: { type: "operator", id: ctx.user.id } as const, actorId: ctx.user.id, allowDebt: input.allowDebt };
      try {
        const before = await approvalByKey(ctx.pool, clientKey, ctx.clock.now());
        if (before) return waiting(before);
        const { id, status, creditNano, amountMinor } = await ctx.payments.refunds.request(ask, (tx, refund) =>
          auditAlone(tx, ctx, { act: "refund", amountNano: refund.creditNano, userId: order.userId }, {
            action: "order.refund", target: { type: "order", id: input.id }, reason: input.reason,
            after: { refund: refund.id, credit_nano_usd: refund.creditNano.toString(), amount_minor: refund.amountMinor.toString(), ...(input.allowDebt && { debt_allowed: true }) },
          }));
        return { id, status, creditNano, amountMinor, approvalId: null };
      } catch (error) {
        if (!(error instanceof NeedsApproval)) throw told(error);
        return waiting(await askSecondPerson(ctx, {
          kind: "order_refund", userId: order.userId, subject: input.id, amountNano: error.amountNano, reason: input.reason, clientKey, ...(input.allowDebt && { input: { allowDebt: true } }),
        }));
      }
    }),
});

/** A refund that has become a request: nothing has been taken yet. */
const waiting = ({ id, amountNano }: Approval) => ({ id, status: "approval", creditNano: amountNano, amountMinor: 0n, approvalId: id });

type Staff = Parameters<Parameters<ReturnType<typeof adminProcedure>["query"]>[0]>[0]["ctx"];

/** For acts that are no change of the database themselves. */
async function audit(ctx: Staff, event: Omit<Parameters<typeof writeAudit>[3][number], "actor">): Promise<void> {
  await withTransaction(ctx.pool, (tx) => writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [{ actor: ctx.actor, ...event }]));
}

/** Errors of the till in words that a browser acts on. */
export function told(error: unknown): unknown {
  if (error instanceof RefundRefused) return refusal(`${error.problem}:${error.maxNano}`, { code: "CONFLICT", message: error.message });
  if (error instanceof ProviderRefused || error instanceof ProviderUnsure) return refusal("provider", { code: "BAD_GATEWAY", message: error.message });
  return error;
}
