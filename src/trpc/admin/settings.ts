import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { canonicalJson, isSettingPath, parseSetting, permissionsOfRole, saveSetting, storedSettings, writeAudit, type AuditEvent, type SettingPath } from "#accounts/index.ts";
import { maySeeSettings as maySee, settingFacts } from "#accounts/setting-facts.ts";
import { clearSetting, settingHistory, settingMarks } from "#accounts/settings.store.ts";
import { problemOfLogo, readPicture, SHOP_FILE_BYTES_MAX } from "#accounts/shop-file.ts";
import { saveShopFile } from "#accounts/shop-files.store.ts";
import { bumpConfig } from "#catalog/index.ts";
import { readEnv } from "#config/env.ts";
import { sha256Hex } from "#money/sha256.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { adminProcedure, refusal, router, type Context } from "#trpc/init.ts";

/** Settings that an environment variable overrides, with its value where that is no secret. */
function lockedBy(): ReadonlyMap<string, { variable: string; value: string }> {
  const { url } = readEnv();
  return new Map(url === undefined ? [] : [["shop.url", { variable: "MODELMART_URL", value: url }]]);
}

const path = z.string().refine(isSettingPath, "there is no such setting").transform((name) => name as SettingPath);
const change = z.strictObject({
  path,
  /** Null = back to the default. */
  value: z.unknown(),
  /** What the form showed when it was opened: somebody may have changed it since. */
  seen: z.unknown(),
});

type Change = Readonly<{ path: SettingPath; value?: unknown; seen?: unknown }>;

async function save(ctx: Context, actor: AuditEvent["actor"], changes: readonly Change[]): Promise<number> {
  const locked = lockedBy();
  return withTransaction(ctx.pool, async (tx) => {
    const stored = await storedSettings(tx);
    const events: AuditEvent[] = [];
    for (const { path: name, value, seen } of changes) {
      if (locked.has(name)) throw refusal("locked", { code: "CONFLICT", message: `${name} comes from ${locked.get(name)!.variable}.` });
      const before = stored.get(name);
      if (canonicalJson(before ?? null) !== canonicalJson(seen ?? null)) throw refusal(`changed:${name}`, { code: "CONFLICT", message: `${name} was changed meanwhile.` });
      const after = value === null || value === undefined ? undefined : checked(name, value);
      if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) continue;
      if (after === undefined) await clearSetting(tx, name);
      else await saveSetting(tx, name, after);
      events.push({ actor, action: after === undefined ? "setting.clear" : "setting.update", target: { type: "setting", id: name }, before: { value: before }, after: { value: after } });
    }
    if (events.length > 0) await bumpConfig(tx);
    await writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), events);
    return events.length;
  });
}

function checked(name: SettingPath, value: unknown): unknown {
  try {
    return parseSetting(name, value);
  } catch (error) {
    const said = error instanceof z.ZodError ? error.issues[0]?.message : undefined;
    throw refusal(`invalid:${name}`, { code: "BAD_REQUEST", message: `${name}: ${said ?? "is not what this setting takes"}` });
  }
}

export const settingsRouter = router({
  /** Every setting with its default, its value, who set it when, and the variable that overrides it. */
  list: adminProcedure("settings:read").query(async ({ ctx }) => {
    const [stored, marks] = await Promise.all([storedSettings(ctx.pool), settingMarks(ctx.pool)]);
    const locked = lockedBy();
    const markOf = new Map(marks.map((mark) => [mark.path, mark]));
    const held = permissionsOfRole(ctx.user.role);
    return settingFacts().filter(({ area }) => maySee(held, area)).map((facts) => ({
      ...facts, stored: stored.get(facts.path), set: stored.has(facts.path), at: markOf.get(facts.path)?.at ?? null, by: markOf.get(facts.path)?.by ?? null,
      locked: locked.get(facts.path) ?? null,
    }));
  }),

  save: adminProcedure("settings:write")
    .input(z.strictObject({ changes: z.array(change).min(1).max(200) }))
    .mutation(async ({ ctx, input }) => {
      const held = permissionsOfRole(ctx.user.role);
      if (input.changes.some(({ path: name }) => !maySee(held, name.split(".")[0]!))) throw new TRPCError({ code: "FORBIDDEN", message: "These settings are not yours to change." });
      return { saved: await save(ctx, ctx.actor, input.changes) };
    }),

  history: adminProcedure("settings:read").input(z.strictObject({ path })).query(({ ctx, input }) => {
    if (!maySee(permissionsOfRole(ctx.user.role), input.path.split(".")[0]!)) throw new TRPCError({ code: "FORBIDDEN", message: "These settings are not yours to see." });
    return settingHistory(ctx.pool, input.path, 20);
  }),

  /** Takes a small PNG or WebP; what its name or type say is not believed. */
  uploadLogo: adminProcedure("settings:write")
    .input(z.strictObject({ base64: z.base64().max(Math.ceil(SHOP_FILE_BYTES_MAX / 3) * 4 + 4) }))
    .mutation(async ({ ctx, input }) => {
      const content = Buffer.from(input.base64, "base64");
      const problem = problemOfLogo(content);
      const picture = readPicture(content);
      if (problem || !picture) throw refusal(problem ?? "not_a_picture", { code: "BAD_REQUEST", message: "A logo is a PNG or WebP picture of at most 128 kB and 16 to 1024 pixels a side." });
      const id = sha256Hex(input.base64).slice(0, 16);
      const before = (await storedSettings(ctx.pool)).get("brand.logo");
      await saveShopFile(ctx.pool, { id, kind: picture.kind, content });
      await save(ctx, ctx.actor, [{ path: "brand.logo", value: id, seen: before }]);
      return { id, width: picture.width, height: picture.height };
    }),

  /** What is switched by environment variables: names and whether they are set, never their values. */
  environment: adminProcedure("settings:read").query(({ ctx }) => {
    const held = permissionsOfRole(ctx.user.role);
    const env = readEnv();
    return [
      { area: "payments", variable: "STRIPE_SECRET_KEY", set: env.stripe.secretKey !== undefined },
      { area: "payments", variable: "STRIPE_WEBHOOK_SECRET", set: env.stripe.webhookSecret !== undefined },
      { area: "mail", variable: "SMTP_URL", set: env.smtpUrl !== undefined },
      { area: "shop", variable: "MODELMART_URL", set: env.url !== undefined },
      { area: "relay", variable: "REDIS_URL", set: env.redisUrl !== undefined },
      { area: "relay", variable: "ALLOW_PRIVATE_UPSTREAMS", set: env.allowPrivateUpstreams !== false },
    ].filter(({ area }) => maySee(held, area));
  }),
});
