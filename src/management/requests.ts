import { z } from "zod";
import { findUserByEmail } from "#accounts/index.ts";
import { ManagementError } from "#management/errors.ts";
import { fromCursor, listSchema, nanoSchema, page, timeSchema, wholeSchema } from "#management/json.ts";
import { findIds } from "#management/find-ids.store.ts";
import { route, type Route } from "#management/route.ts";
import { isUuid, parseRequestId } from "#platform/ids.ts";
import { findReceipt, jsonInteger, listReceipts, type Receipt } from "#reports/index.ts";

const instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => new Date(text));

const query = z.strictObject({
  user: z.string().optional().meta({ description: "E-mail" }),
  key: z.string().optional().meta({ description: "Id or name of a key, or the key itself" }),
  model: z.string().optional(),
  channel: z.string().optional().meta({ description: "Name or number" }),
  status: z.enum(["ok", "cancelled", "error"]).optional(),
  from: instant.optional(),
  to: instant.optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const usageSchema = z.strictObject({
  input: z.int(), cache_read: z.int(), cache_write_5m: z.int(), cache_write_1h: z.int(), output: z.int(), reasoning: z.int(),
  images: z.number(), seconds: z.number(), other: z.record(z.string(), z.number()).optional(),
});

const requestSchema = z.strictObject({
  id: z.string(), created_at: timeSchema, user: z.string().nullable(), key: z.strictObject({ id: z.string(), name: z.string().nullable() }).nullable(),
  wallet_id: z.uuid(), model: z.string(), model_asked: z.string().nullable(), channel: z.string().nullable(), group: z.string().nullable(), endpoint: z.string(),
  stream: z.boolean(), status: z.enum(["ok", "cancelled", "error"]), outcome: z.string(), http_status: z.int(), finish_reason: z.string().nullable(),
  error_code: z.string().nullable(), usage: usageSchema, usage_source: z.string(), charge_nano_usd: nanoSchema, cost_nano_usd: nanoSchema, hold_nano_usd: nanoSchema,
  drawn: z.strictObject({ lots_nano_usd: nanoSchema, paid_nano_usd: nanoSchema, debt_nano_usd: nanoSchema }), price_version: wholeSchema, flags: z.int(),
  multipliers: z.array(z.strictObject({ source: z.string(), name: z.string(), ppm: z.int() })),
  lines: z.array(z.strictObject({ item: z.string(), quantity: z.number(), unit_pico_usd: wholeSchema, amount_pico_usd: z.string(), amount_nano_usd: nanoSchema })),
  attempts: z.array(z.strictObject({
    n: z.int(), channel: z.string().nullable(), status: z.int().nullable(), error_class: z.string().nullable(), upstream_model: z.string().nullable(),
    latency_ms: z.int().nullable(), first_token_ms: z.int().nullable(), cost_nano_usd: nanoSchema,
  })),
  latency_ms: z.int().nullable(), first_token_ms: z.int().nullable(),
});

export const requestRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/requests",
    permission: "requests:read",
    summary: "Requests that reached a vendor, newest first",
    query,
    response: listSchema(requestSchema),
    async handle({ deps, query: asked }) {
      const user = asked.user === undefined ? undefined : await findUserByEmail(deps.pool, asked.user);
      const ids = await findIds(deps.pool, deps.keys.keyPepper, { key: asked.key, model: asked.model, channel: asked.channel, userId: user?.id });
      if (!ids || (asked.user !== undefined && !user)) return { body: { data: [], next_cursor: null } };
      const before = asked.cursor === undefined ? undefined : fromCursor(asked.cursor);
      if (before !== undefined && !isUuid(before)) throw new ManagementError("invalid_request", "The cursor is not one of ours.");
      const receipts = await listReceipts(deps.pool, {
        ...ids,
        ...(user && { userId: user.id }), ...(asked.status && { status: asked.status }), ...(asked.from && { from: asked.from }), ...(asked.to && { to: asked.to }),
        ...(before !== undefined && { before }), limit: asked.limit + 1,
      });
      const { rows, next_cursor } = page(receipts, asked.limit, ({ uuid }) => uuid);
      return { body: { data: rows.map(requestBody), next_cursor } };
    },
  }),
  route({
    method: "GET",
    path: "/requests/{id}",
    permission: "requests:read",
    summary: "One request by its x-request-id",
    response: requestSchema,
    async handle({ deps, params }) {
      const uuid = parseRequestId(params.id!);
      const receipt = uuid && (await findReceipt(deps.pool, uuid));
      if (!receipt) throw new ManagementError("not_found", "There is no such request, or it has not been settled yet.");
      return { body: requestBody(receipt) };
    },
  }),
];

function requestBody(receipt: Receipt) {
  return {
    id: receipt.id,
    created_at: receipt.at.toISOString(),
    user: receipt.userEmail,
    key: receipt.keyId === null ? null : { id: receipt.keyId, name: receipt.keyName },
    wallet_id: receipt.walletId,
    model: receipt.model,
    model_asked: receipt.modelAsked,
    channel: receipt.channel,
    group: receipt.group,
    endpoint: receipt.endpoint,
    stream: receipt.stream,
    status: receipt.status,
    outcome: receipt.outcome,
    http_status: receipt.httpStatus,
    finish_reason: receipt.finish,
    error_code: receipt.errorCode,
    usage: receipt.usage,
    usage_source: receipt.usageSource,
    charge_nano_usd: jsonInteger(receipt.chargeNano),
    cost_nano_usd: jsonInteger(receipt.costNano),
    hold_nano_usd: jsonInteger(receipt.holdNano),
    drawn: { lots_nano_usd: jsonInteger(receipt.paid.lots), paid_nano_usd: jsonInteger(receipt.paid.paid), debt_nano_usd: jsonInteger(receipt.paid.debt) },
    price_version: jsonInteger(receipt.priceVersion),
    flags: receipt.flags,
    multipliers: receipt.multipliers,
    lines: receipt.lines.map(({ item, quantity, unitPico, amountPico, amountNano }) => ({
      item, quantity, unit_pico_usd: jsonInteger(unitPico), amount_pico_usd: amountPico.toString(), amount_nano_usd: jsonInteger(amountNano),
    })),
    attempts: receipt.attempts.map((attempt) => ({
      n: attempt.n, channel: attempt.channel, status: attempt.status, error_class: attempt.errorClass, upstream_model: attempt.upstreamModel,
      latency_ms: attempt.latencyMs, first_token_ms: attempt.ttftMs, cost_nano_usd: jsonInteger(attempt.costNano),
    })),
    latency_ms: receipt.latencyMs,
    first_token_ms: receipt.ttftMs,
  };
}
