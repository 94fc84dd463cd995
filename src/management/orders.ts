import { z } from "zod";
import { writeAudit } from "#accounts/index.ts";
import { ManagementError } from "#management/errors.ts";
import { amountFields, fromCursor, listSchema, nanoSchema, page, timeSchema, usdSchema } from "#management/json.ts";
import { route, type Call, type Route } from "#management/route.ts";
import { requireUser } from "#management/users.ts";
import type { Nano } from "#money/amount.ts";
import { formatUsd, parseUsd } from "#money/parse-amount.ts";
import {
  CardOff, listOrders, ORDER_STATUSES, orderKeyUsed, OrderKeyReuse, orderView, ProviderRefused, ProviderUnsure, RefundRefused, TopUpRefused, type OrderView,
} from "#payments/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { isUuid } from "#platform/ids.ts";

/** Above 0; decimal text, or a JSON number taken by its digits. */
const usdField = z.union([z.string(), z.number()]).transform((value, context): Nano => {
  try {
    const amount = parseUsd(String(value));
    if (amount > 0n) return amount;
    context.addIssue({ code: "custom", message: "must be above 0" });
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "is not an amount in USD" });
  }
  return z.NEVER;
});

const orderSchema = z.strictObject({
  id: z.uuid(), number: z.string(), user: z.string(), status: z.enum(ORDER_STATUSES), state: z.string(), credit_nano_usd: nanoSchema, credit_usd: usdSchema, bonus_nano_usd: nanoSchema, bonus_usd: usdSchema,
  refunded_nano_usd: nanoSchema, refunded_usd: usdSchema, currency: z.string(), pay_minor: z.string(), provider: z.string(), created_at: timeSchema, paid_at: timeSchema.nullable(), expires_at: timeSchema,
  invoice: z.string().nullable(),
});
const newOrder = z.strictObject({ user: z.string(), amount_usd: usdField, idempotency_key: z.string().min(1).max(150) });
const newRefund = z.strictObject({ amount_usd: usdField, reason: z.string().trim().min(1).max(500), idempotency_key: z.string().min(1).max(150) });
const query = z.strictObject({ user: z.string().optional(), status: z.enum(ORDER_STATUSES).optional(), cursor: z.string().optional(), limit: z.coerce.number().int().min(1).max(500).default(100) });

export const orderRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/orders",
    permission: "orders:read",
    summary: "Top-up orders, newest first",
    query,
    response: listSchema(orderSchema),
    handle: list,
  }),
  route({
    method: "POST",
    path: "/orders",
    permission: "orders:write",
    summary: "Makes a top-up order for a user; the same key is the same order. Without checkout_url the provider has not answered: ask again",
    body: newOrder,
    response: orderSchema.extend({ checkout_url: z.string().nullable() }),
    handle: create,
  }),
  route({
    method: "POST",
    path: "/orders/{id}/refunds",
    permission: "refunds:write",
    summary: "Takes credit of a paid order back and sends its part of the payment back; never more than is unspent",
    body: newRefund,
    response: z.strictObject({ id: z.uuid(), status: z.string(), credit_nano_usd: nanoSchema, credit_usd: usdSchema, amount_minor: z.string(), order: orderSchema }),
    handle: refund,
  }),
];

async function list({ deps, query: asked }: Call<z.output<typeof query>>) {
  const before = asked.cursor === undefined ? undefined : fromCursor(asked.cursor);
  if (before !== undefined && !isUuid(before)) throw new ManagementError("invalid_request", "The cursor is not one of ours.");
  const userId = asked.user === undefined ? undefined : (await requireUser(deps.pool, asked.user)).id;
  const found = await listOrders(deps.pool, {
    limit: asked.limit + 1, ...(userId !== undefined && { userId }), ...(before !== undefined && { before }), ...(asked.status !== undefined && { status: asked.status }),
  });
  const { rows, next_cursor } = page(found, asked.limit, ({ id }) => id);
  return { body: { data: rows.map(orderBody), next_cursor } };
}

async function create({ deps, actor, token, body, requestId }: Call<unknown, z.output<typeof newOrder>>) {
  const user = await requireUser(deps.pool, body.user);
  const clientKey = `token:${token.id}:${body.idempotency_key}`;
  const before = await orderKeyUsed(deps.pool, clientKey);
  if (before !== undefined && before !== user.id) throw conflict("order");
  try {
    const { order, url } = await deps.payments.cashier.order({
      userId: user.id, walletId: user.walletId, creditNano: body.amount_usd, clientKey, source: "staff", limited: false,
    });
    await withTransaction(deps.pool, (tx) => writeAudit(tx, deps.keys.auditKey, new Date(), [{
      actor, action: "order.create", target: { type: "order", id: order.id }, after: { user: user.email, amount_nano_usd: order.creditNano.toString(), ...(before !== undefined && { repeated: true }) }, requestId,
    }]));
    return { audited: true as const, status: before === undefined ? 201 : 200, body: { ...orderBody((await orderView(deps.pool, order.id))!), checkout_url: url ?? null } };
  } catch (error) {
    throw told(error);
  }
}

async function refund({ deps, actor, token, params, body, requestId }: Call<unknown, z.output<typeof newRefund>>) {
  const order = isUuid(params.id!) ? await orderView(deps.pool, params.id!) : undefined;
  if (!order) throw new ManagementError("not_found", "There is no such order.");
  const ask = {
    orderId: order.id, amount: { creditNano: body.amount_usd }, reason: `token ${token.name}: ${body.reason}`, clientKey: `token:${token.id}:${body.idempotency_key}`,
    actor: { type: "operator" as const, id: `token:${token.name}` }, allowDebt: false,
  };
  try {
    const done = await deps.payments.refunds.request(ask, (tx, made) => writeAudit(tx, deps.keys.auditKey, new Date(), [{
      actor, action: "order.refund", target: { type: "order", id: order.id }, reason: body.reason, requestId,
      after: { refund: made.id, credit_nano_usd: made.creditNano.toString(), amount_minor: made.amountMinor.toString() },
    }]));
    return {
      audited: true as const,
      body: { id: done.id, status: done.status, ...amountFields("credit", done.creditNano), amount_minor: done.amountMinor.toString(), order: orderBody((await orderView(deps.pool, order.id))!) },
    };
  } catch (error) {
    throw told(error);
  }
}

const orderBody = (order: OrderView) => ({
  id: order.id, number: order.number, user: order.email, status: order.status, state: order.state, ...amountFields("credit", order.creditNano), ...amountFields("bonus", order.bonusNano),
  ...amountFields("refunded", order.refundedNano), currency: order.currency, pay_minor: order.payMinor.toString(), provider: order.provider, created_at: order.createdAt.toISOString(),
  paid_at: order.paidAt?.toISOString() ?? null, expires_at: order.expiresAt.toISOString(), invoice: order.invoice,
});

const conflict = (what: string) => new ManagementError("idempotency_conflict", `This idempotency key was used for another ${what}.`);

function told(error: unknown): unknown {
  if (error instanceof CardOff) return new ManagementError("unavailable", "Card payment is not set up.");
  if (error instanceof TopUpRefused) return new ManagementError("invalid_request", error.message, { problem: error.problem });
  if (error instanceof OrderKeyReuse) return conflict("order");
  if (error instanceof ProviderRefused || error instanceof ProviderUnsure) return new ManagementError("provider_refused", "The payment provider did not take it.");
  if (!(error instanceof RefundRefused)) return error;
  if (error.problem === "key_reuse") return conflict("refund");
  if (error.problem === "too_much") return new ManagementError("insufficient_balance", error.message, { refundable_usd: formatUsd(error.maxNano), refundable_minor: error.maxMinor.toString() });
  return new ManagementError(error.problem === "not_found" ? "not_found" : "not_refundable", error.message, { problem: error.problem });
}
