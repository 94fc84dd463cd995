import { TRPCError } from "@trpc/server";
import { randomBytes } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { z } from "zod";
import {
  BUDGET_PERIODS, changesOfKey, countOwnKeys, createApiKey, findOwnKey, generateSecret, KEY_SCOPES, KEY_STATES, keyHistory, limitsSchema, listOwnKeys, lockOwnKey, NAME_MAX,
  retireApiKey, rotateApiKey, scopesOfRole, updateApiKey, writeAudit, type ApiKeySettings, type AuditActor, type OwnKey,
} from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { createAddressSet } from "#platform/cidr.ts";
import type { DerivedKeys } from "#platform/crypto/secret.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { calendar, NO_USAGE, spendOfKeys, timeZoneOf, usageTotal } from "#reports/index.ts";
import { ownWallet } from "#trpc/console/own-wallet.ts";
import { consoleProcedure, router } from "#trpc/init.ts";

/** More would be a customer who makes keys by a loop; those he has retired do not count. */
const KEYS_MAX = 1_000;
const HOUR_MS = 3_600_000;
const OVERLAP_HOURS_MAX = 72;
const AMOUNT_MAX = 1_000_000_000_000_000_000n - 1n;

const ENDPOINTS = ["chat", "responses", "messages", "gemini", "embeddings", "images", "audio", "moderations", "rerank", "realtime", "tasks", "completions"] as const;

const isRange = (text: string): boolean => {
  try {
    createAddressSet([text]);
    return true;
  } catch {
    return false;
  }
};

const settings = {
  name: z.string().trim().min(1).max(NAME_MAX).regex(/^[^\p{Cc}\p{Cf}]*$/u),
  models: z.array(z.string().trim().min(1).max(200)).max(200),
  endpoints: z.array(z.enum(ENDPOINTS)),
  scopes: z.array(z.enum(KEY_SCOPES)),
  cidrs: z.array(z.string().trim().max(64).refine(isRange, "is not an address range")).max(50),
  limits: limitsSchema.pick({ rpm: true, tpm: true, concurrency: true }),
  budgets: z.array(z.strictObject({ per: z.enum(BUDGET_PERIODS), amountNano: z.bigint().min(0n).max(AMOUNT_MAX) }))
    .refine((list) => new Set(list.map(({ per }) => per)).size === list.length, "one limit for each period"),
  expiresAt: z.date().nullable(),
};
const createSchema = z.strictObject({ ...settings }).partial().required({ name: true });
const patchSchema = z.strictObject({ id: z.uuid(), ...settings }).partial().required({ id: true });
type Patch = Omit<z.output<typeof createSchema>, "name">;

const one = z.strictObject({ id: z.uuid() });

type Ctx = Readonly<{ pool: Pool; keys: DerivedKeys; user: SessionUser; actor: AuditActor }>;

export const keysRouter = router({
  /** Own keys, newest first, with what each spent today and this month in the customer's time zone. */
  list: consoleProcedure("keys:read")
    .input(z.strictObject({
      states: z.array(z.enum(KEY_STATES)).optional(), text: z.string().trim().max(64).optional(), unusedDays: z.int().min(1).max(3650).optional(),
      cursor: z.uuid().optional(), limit: z.int().min(1).max(100).default(25),
    }))
    .query(async ({ ctx, input }) => {
      const keys = await listOwnKeys(ctx.pool, ctx.user.id, {
        limit: input.limit + 1,
        ...(input.states?.length && { states: input.states }), ...(input.text && { text: input.text }), ...(input.cursor && { before: input.cursor }),
        ...(input.unusedDays && { unusedSince: new Date(Date.now() - input.unusedDays * 24 * HOUR_MS) }),
      });
      const page = keys.slice(0, input.limit);
      return { rows: await withSpend(ctx, page), next: keys.length > input.limit ? page.at(-1)!.id : null };
    }),

  get: consoleProcedure("keys:read").input(one).query(async ({ ctx, input }) => {
    const key = await findOwnKey(ctx.pool, ctx.user.id, input.id);
    if (!key) throw notFound();
    return (await withSpend(ctx, [key]))[0]!;
  }),

  /** What this user may allow a key beyond calls; customers nothing. */
  scopes: consoleProcedure("keys:read").query(({ ctx }) => scopesOfRole(ctx.user.role)),

  /** What was done to the key, and by whom. */
  history: consoleProcedure("keys:read").input(one).query(async ({ ctx, input }) => {
    if (!(await findOwnKey(ctx.pool, ctx.user.id, input.id))) throw notFound();
    return keyHistory(ctx.pool, input.id, 100);
  }),

  /** Makes a key. Its secret is in this answer and nowhere else. */
  create: consoleProcedure("keys:write").input(createSchema).mutation(({ ctx, input: { name, ...patch } }) => {
    if (patch.expiresAt && patch.expiresAt.getTime() <= Date.now()) throw new TRPCError({ code: "BAD_REQUEST", message: "The key would be expired at once." });
    demandScopes(ctx, patch);
    return changing(ctx, async (tx) => {
      if ((await countOwnKeys(tx, ctx.user.id)) >= KEYS_MAX) throw new TRPCError({ code: "PRECONDITION_FAILED", message: `You have ${KEYS_MAX} keys; revoke some first.` });
      const made = await makeKey(tx, ctx, name, stored(patch));
      await record(tx, ctx, "key.create", made.key.id, undefined, changesOfKey(made.key));
      return made;
    });
  }),

  update: consoleProcedure("keys:write").input(patchSchema).mutation(({ ctx, input: { id, name, ...patch } }) => {
    demandScopes(ctx, patch);
    return changing(ctx, (tx) => change(tx, ctx, id, "key.update", () => updateApiKey(tx, ctx.keys.keyPepper, id, { ...stored(patch), ...(name !== undefined && { name }) })));
  }),

  setEnabled: consoleProcedure("keys:write").input(z.strictObject({ id: z.uuid(), enabled: z.boolean() })).mutation(({ ctx, input: { id, enabled } }) =>
    changing(ctx, (tx) => change(tx, ctx, id, enabled ? "key.enable" : "key.disable", () =>
      updateApiKey(tx, ctx.keys.keyPepper, id, { status: enabled ? "active" : "disabled" })))),

  revoke: consoleProcedure("keys:write").input(one).mutation(({ ctx, input: { id } }) =>
    changing(ctx, (tx) => change(tx, ctx, id, "key.revoke", () => retireApiKey(tx, id, "revoked")))),

  /** A new secret; the old one is taken for some hours more, or not at all. */
  rotate: consoleProcedure("keys:write").input(z.strictObject({ id: z.uuid(), overlapHours: z.number().min(0).max(OVERLAP_HOURS_MAX) })).mutation(({ ctx, input }) =>
    changing(ctx, async (tx) => {
      const secret = generateSecret("sk-mm-", randomBytes);
      const key = await change(tx, ctx, input.id, "key.rotate", () =>
        rotateApiKey(tx, ctx.keys.keyPepper, input.id, secret, input.overlapHours > 0 ? new Date(Date.now() + input.overlapHours * HOUR_MS) : null));
      return { key, secret };
    })),

  /** "This key leaked": out of use everywhere within a second, and another with the same settings in its place. */
  leaked: consoleProcedure("keys:write").input(one).mutation(async ({ ctx, input: { id } }) => {
    const now = Date.now();
    const made = await changing(ctx, async (tx) => {
      const old = await lockOwnKey(tx, ctx.user.id, id);
      if (!old || isRetired(old)) throw notFound();
      await retireApiKey(tx, id, "leaked");
      const replacement = await makeKey(tx, ctx, old.name, settingsOf(old));
      await record(tx, ctx, "key.leaked", id, changesOfKey(old), { state: "leaked", replaced_by: replacement.key.id });
      return { ...replacement, lastUsedAt: old.lastUsedAt };
    });
    const { id: walletId } = await ownWallet(ctx);
    const lastDay = await usageTotal(ctx.pool, { walletId, from: new Date(now - 24 * HOUR_MS), to: new Date(), timeZone: "UTC", filter: { keyId: id } });
    return { ...made, lastDay };
  }),
});

const notFound = (): TRPCError => new TRPCError({ code: "NOT_FOUND", message: "There is no such key." });
/** @throws TRPCError when the key would get more than its owner's role holds */
function demandScopes({ user }: Ctx, { scopes }: Patch): void {
  const held = scopesOfRole(user.role);
  if (scopes && !scopes.every((scope) => held.includes(scope))) throw new TRPCError({ code: "FORBIDDEN", message: "Only the shop's operators may give a key these rights." });
}

const isRetired = ({ state }: OwnKey): boolean => state === "revoked" || state === "leaked";

/** Runs a change; a name that is taken is the customer's to solve. */
async function changing<T>({ pool }: Ctx, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  try {
    return await withTransaction(pool, work);
  } catch (error) {
    const { code, constraint } = error as { code?: string; constraint?: string };
    if (code === "23505" && constraint === "api_keys_user_id_name_key") throw new TRPCError({ code: "CONFLICT", message: "You have a key of that name." });
    throw error;
  }
}

/** One change of one own key with its line in the log. What has been retired stays so. */
async function change(tx: PoolClient, ctx: Ctx, id: string, action: string, act: () => Promise<void>): Promise<OwnKey> {
  const before = await lockOwnKey(tx, ctx.user.id, id);
  if (!before) throw notFound();
  if (isRetired(before)) throw new TRPCError({ code: "CONFLICT", message: "This key was taken out of use for good." });
  await act();
  const after = (await findOwnKey(tx, ctx.user.id, id))!;
  await record(tx, ctx, action, id, changesOfKey(before), changesOfKey(after));
  return after;
}

async function makeKey(tx: PoolClient, ctx: Ctx, name: string, fields: ApiKeySettings): Promise<{ key: OwnKey; secret: string }> {
  const secret = generateSecret("sk-mm-", randomBytes);
  const id = await createApiKey(tx, ctx.keys.keyPepper, { ...fields, userId: ctx.user.id, name, secret });
  return { key: (await findOwnKey(tx, ctx.user.id, id))!, secret };
}

const record = (tx: PoolClient, { keys, actor }: Ctx, action: string, id: string, before: unknown, after: unknown): Promise<void> =>
  writeAudit(tx, keys.auditKey, new Date(), [{ actor, action, target: { type: "key", id }, before, after }]);

const stored = ({ budgets, limits, models, endpoints, scopes, cidrs, expiresAt }: Patch): ApiKeySettings => ({
  ...(models && { models }), ...(endpoints && { endpoints }), ...(scopes && { scopes }), ...(cidrs && { cidrs }), ...(limits && { limits }), ...(expiresAt !== undefined && { expiresAt }),
  ...(budgets && { budgets: budgets.map(({ per, amountNano }) => ({ per, amount_nano: amountNano.toString() })) }),
});

const settingsOf = (key: OwnKey): ApiKeySettings => ({
  models: key.models, endpoints: key.endpoints, scopes: key.scopes, cidrs: key.cidrs, limits: key.limits, expiresAt: key.expiresAt,
  budgets: key.budgets.map(({ per, amountNano }) => ({ per, amount_nano: amountNano.toString() })),
});

async function withSpend(ctx: Ctx, keys: readonly OwnKey[]) {
  const [{ id: walletId }, timeZone] = await Promise.all([ownWallet(ctx), timeZoneOf(ctx.pool, ctx.user.id)]);
  const { now, day, month } = await calendar(ctx.pool, timeZone, 0);
  const ids = keys.map(({ id }) => id);
  const [today, thisMonth] = await Promise.all([day, month].map((from) => spendOfKeys(ctx.pool, { walletId, from, to: now, timeZone }, ids)));
  return keys.map((key) => ({
    ...key,
    todayNano: (today!.get(key.id) ?? NO_USAGE).chargeNano,
    monthNano: (thisMonth!.get(key.id) ?? NO_USAGE).chargeNano,
  }));
}
