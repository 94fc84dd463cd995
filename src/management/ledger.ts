import { z } from "zod";
import { ManagementError } from "#management/errors.ts";
import { fromCursor, listSchema, nanoSchema, page, timeSchema } from "#management/json.ts";
import { route, type Route } from "#management/route.ts";
import { isUuid } from "#platform/ids.ts";
import { jsonInteger, listLedgerTransactions } from "#reports/index.ts";

const query = z.strictObject({
  wallet: z.uuid().optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const transactionSchema = z.strictObject({
  id: z.uuid(), kind: z.string(), idempotency_key: z.string(), posted_at: timeSchema, actor: z.strictObject({ type: z.string(), id: z.string().nullable() }),
  reference: z.strictObject({ type: z.string(), id: z.string().nullable() }).nullable(), reason: z.string().nullable(),
  entries: z.array(z.strictObject({ account: z.string(), amount_nano_usd: nanoSchema })),
});

export const ledgerRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/ledger/transactions",
    permission: "ledger:read",
    summary: "Ledger transactions, newest first; the entries of each sum to zero (debit positive)",
    query,
    response: listSchema(transactionSchema),
    async handle({ deps, query: asked }) {
      const before = asked.cursor === undefined ? undefined : fromCursor(asked.cursor);
      if (before !== undefined && !isUuid(before)) throw new ManagementError("invalid_request", "The cursor is not one of ours.");
      const found = await listLedgerTransactions(deps.pool, {
        ...(asked.wallet !== undefined && { walletId: asked.wallet }), ...(before !== undefined && { before }), limit: asked.limit + 1,
      });
      const { rows, next_cursor } = page(found, asked.limit, ({ id }) => id);
      return {
        body: {
          data: rows.map((transaction) => ({
            id: transaction.id,
            kind: transaction.kind,
            idempotency_key: transaction.idempotencyKey,
            posted_at: transaction.postedAt.toISOString(),
            actor: { type: transaction.actorType, id: transaction.actorId },
            reference: transaction.refType === null ? null : { type: transaction.refType, id: transaction.refId },
            reason: transaction.reason,
            entries: transaction.entries.map(({ account, amountNano }) => ({ account, amount_nano_usd: jsonInteger(amountNano) })),
          })),
          next_cursor,
        },
      };
    },
  }),
  route({
    method: "GET",
    path: "/ledger/check",
    permission: "ledger:read",
    summary: "Every money invariant with its number of offending rows; all are 0 in a sound ledger",
    response: z.strictObject({ ok: z.boolean(), data: z.array(z.strictObject({ id: z.string(), rows: z.int() })) }),
    async handle({ deps }) {
      const data = (await deps.checkInvariants(deps.pool)).map(({ id, rows }) => ({ id, rows }));
      return { body: { ok: data.every(({ rows }) => rows === 0), data } };
    },
  }),
];
