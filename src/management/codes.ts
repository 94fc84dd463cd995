import { randomBytes } from "node:crypto";
import { z } from "zod";
import { writeAudit } from "#accounts/index.ts";
import { ManagementError } from "#management/errors.ts";
import { amountFields, fromCursor, listSchema, nanoSchema, page, timeSchema, usdSchema, walletSchema } from "#management/json.ts";
import { route, type Call, type Route } from "#management/route.ts";
import { requireUser, walletBody } from "#management/users.ts";
import { codeHash, createCode, findCode, generateCode, hintOf, listCodes, RedeemError, redeemCode, updateCode, type CodeView } from "#payments/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { isUuid } from "#platform/ids.ts";
import { codeField } from "#store/index.ts";

const query = z.strictObject({ cursor: z.string().optional(), limit: z.coerce.number().int().min(1).max(500).default(100) });

const codeSchema = z.strictObject({
  id: z.uuid(), hint: z.string(), amount_nano_usd: nanoSchema, amount_usd: usdSchema, uses: z.int(), used: z.int(), per_user: z.int(),
  status: z.string(), expires: timeSchema.nullable(), created_at: timeSchema,
});
/** As in the store file; without `code` one is made. */
const newCode = codeField.partial({ code: true });

export const codeRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/codes",
    permission: "codes:read",
    summary: "Redeem codes, newest first; the code itself is known only to who made it",
    query,
    response: listSchema(codeSchema),
    async handle({ deps, query: asked }) {
      const after = asked.cursor === undefined ? undefined : fromCursor(asked.cursor);
      if (after !== undefined && !isUuid(after)) throw new ManagementError("invalid_request", "The cursor is not one of ours.");
      const { rows, next_cursor } = page(await listCodes(deps.pool, asked.limit + 1, after), asked.limit, ({ id }) => id);
      return { body: { data: rows.map(codeBody), next_cursor } };
    },
  }),
  route({
    method: "POST",
    path: "/codes",
    permission: "codes:write",
    summary: "Makes a code; the answer is the only one that shows it",
    body: newCode,
    response: codeSchema.extend({ code: z.string() }),
    handle: create,
  }),
  route({
    method: "POST",
    path: "/codes/{code}/redemptions",
    permission: "codes:redeem",
    summary: "Redeems a code for a user",
    body: z.strictObject({ user: z.string() }),
    response: z.strictObject({ id: z.uuid(), credit_nano_usd: nanoSchema, credit_usd: usdSchema, wallet: walletSchema }),
    handle: redeem,
  }),
];

async function create({ deps, actor, body, requestId }: Call<unknown, z.output<typeof newCode>>) {
  const code = body.code ?? generateCode(randomBytes);
  const hash = codeHash(deps.keys.codePepper, code);
  if (!hash) throw new ManagementError("invalid_request", "The code holds neither letters nor digits.");
  const made = await withTransaction(deps.pool, async (tx) => {
    if (await findCode(tx, hash)) throw new ManagementError("already_exists", "There is such a code already.");
    const hint = hintOf(code);
    const id = await createCode(tx, {
      hash, hint, name: hint, amountNano: body.amount, uses: body.uses ?? 1, perUser: body.per_user ?? 1, ...(body.expires && { expiresAt: body.expires }),
    });
    if (body.enabled === false) await updateCode(tx, { id, batchId: "" }, { status: "disabled" });
    await writeAudit(tx, deps.keys.auditKey, new Date(), [{
      actor, action: "code.create", target: { type: "code", id }, after: { hint, amount_nano_usd: body.amount.toString(), uses: body.uses ?? 1 }, requestId,
    }]);
    return (await findCode(tx, hash))!;
  }).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === "23505") throw new ManagementError("already_exists", "There is such a code already.");
    throw error;
  });
  return { audited: true as const, status: 201, body: { code, ...codeBody(made) } };
}

async function redeem({ deps, actor, token, params, body, requestId }: Call<unknown, { user: string }>) {
  const user = await requireUser(deps.pool, body.user);
  try {
    const ask = { code: params.code!, userId: user.id, walletId: user.walletId, actor: { type: "operator" as const, id: `token:${token.name}` } };
    const redemption = await redeemCode(deps.pool, deps.keys.codePepper, ask, (tx, done, code) =>
      writeAudit(tx, deps.keys.auditKey, new Date(), [{
        actor, action: "code.redeem", target: { type: "user", id: user.email }, after: { code: code.hint, credit_nano_usd: done.creditNano.toString() }, requestId,
      }]));
    return {
      audited: true as const,
      body: { id: redemption.id, ...amountFields("credit", redemption.creditNano), wallet: await walletBody(deps.pool, user.walletId) },
    };
  } catch (error) {
    if (error instanceof RedeemError) throw new ManagementError(error.code, error.message);
    throw error;
  }
}

const codeBody = (code: CodeView) => ({
  id: code.id, hint: code.hint, ...amountFields("amount", code.amountNano), uses: code.uses, used: code.used, per_user: code.perUser,
  status: code.status, expires: code.expiresAt?.toISOString() ?? null, created_at: code.createdAt.toISOString(),
});
