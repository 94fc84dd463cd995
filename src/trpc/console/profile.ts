import { z } from "zod";
import { agreeToLegal, cancelClosing, changePassword, exportAccount, HOUR_MS, isStaff, isTimeZone, legalInForce, LEGAL_PAGES, listAgreements, MINUTE_MS, readProfile, renewByPassword, requestClosing, requestEmailChange, resendVerification, updateProfile, type Rate } from "#accounts/index.ts";
import { consoleProcedure, refusal, router, type Context } from "#trpc/init.ts";

/** Guesses of a password inside a session, and mails and files that it may ask for. */
const GUESSES: readonly Rate[] = [{ most: 5, perMs: 15 * MINUTE_MS }];
const MAILS: readonly Rate[] = [{ most: 1, perMs: MINUTE_MS }, { most: 10, perMs: HOUR_MS }];
const EXPORTS: readonly Rate[] = [{ most: 10, perMs: HOUR_MS }];

const profile = z.strictObject({
  email: z.string(), name: z.string().nullable(), role: z.string(), locale: z.string(), timeZone: z.string(),
  theme: z.enum(["system", "light", "dark"]), density: z.enum(["comfortable", "compact"]),
  verified: z.boolean(), createdAt: z.date(), closingAt: z.date().nullable(), pendingEmail: z.string().nullable(),
});

const patch = z.strictObject({
  name: z.string().trim().max(64).transform((name) => name || null).nullable().optional(),
  locale: z.enum(["en", "zh"]).optional(),
  timeZone: z.string().max(64).refine(isTimeZone, "is not a time zone").optional(),
  theme: z.enum(["system", "light", "dark"]).optional(),
  density: z.enum(["comfortable", "compact"]).optional(),
});

function limit(ctx: Context & { user: { id: string } }, what: string, rates: readonly Rate[]): void {
  const wait = ctx.throttle.take(`${what}:${ctx.user.id}`, rates, ctx.clock.now());
  if (wait > 0) throw refusal(`wait:${Math.ceil(wait / 1_000)}`, { code: "TOO_MANY_REQUESTS", message: `Try again in ${Math.ceil(wait / 1_000)} s.` });
}

const wrong = () => refusal("wrong-password", { code: "FORBIDDEN", message: "That is not your password." });
const done = z.strictObject({ done: z.literal(true) });

export const profileRouter = router({
  get: consoleProcedure("profile:read")
    .output(profile)
    .query(async ({ ctx }) => {
      const found = await readProfile(ctx.pool, ctx.user.id, ctx.clock.now());
      if (!found) throw refusal("gone", { code: "NOT_FOUND", message: "This account is gone." });
      return { ...found };
    }),

  update: consoleProcedure("profile:write")
    .input(patch)
    .output(profile)
    .mutation(async ({ ctx, input }) => {
      await updateProfile(ctx.pool, ctx.user.id, {
        ...(input.name !== undefined && { name: input.name }), ...(input.locale && { locale: input.locale }), ...(input.timeZone && { timeZone: input.timeZone }),
        ...(input.theme && { theme: input.theme }), ...(input.density && { density: input.density }),
      });
      return { ...(await readProfile(ctx.pool, ctx.user.id, ctx.clock.now()))! };
    }),

  /** The legal pages that hold, and the versions of them that this person agreed to. */
  agreements: consoleProcedure("profile:read").query(async ({ ctx }) => {
    const [inForce, agreed] = await Promise.all([legalInForce(ctx.pool, ctx.clock.now()), listAgreements(ctx.pool, ctx.user.id)]);
    return LEGAL_PAGES.flatMap((page) => {
      const own = agreed.filter((each) => each.page === page);
      const current = inForce.get(page);
      return own.length > 0 || current !== undefined ? [{ page, current: current ?? null, agreed: own.map(({ version, at }) => ({ version, at })) }] : [];
    });
  }),

  /** Agrees to the terms and the privacy policy as they stand now. */
  agree: consoleProcedure("profile:write")
    .output(z.record(z.string(), z.number()))
    .mutation(({ ctx }) => agreeToLegal(ctx.pool, ctx.user.id, ["terms", "privacy"], ctx.clock.now())),

  /** Gives the password again; heavy acts are open for ten minutes then. */
  renew: consoleProcedure("profile:write")
    .input(z.strictObject({ password: z.string().min(1).max(512) }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      limit(ctx, "password", GUESSES);
      if (!(await renewByPassword(ctx, ctx.user, input.password))) throw wrong();
      return { done: true };
    }),

  changePassword: consoleProcedure("profile:write")
    .input(z.strictObject({ current: z.string().min(1).max(512), next: z.string().min(1).max(512) }))
    .output(z.strictObject({ ended: z.number() }))
    .mutation(async ({ ctx, input }) => {
      limit(ctx, "password", GUESSES);
      const outcome = await changePassword(ctx, ctx.user, { ...input, ip: ctx.ip });
      if (outcome.kind === "wrong") throw wrong();
      if (outcome.kind === "password") throw refusal(`password:${outcome.problem}`, { code: "BAD_REQUEST", message: "This password cannot be taken." });
      return { ended: outcome.ended };
    }),

  /** Mails both addresses; says nothing about whether the new one has an account. */
  changeEmail: consoleProcedure("profile:write", { sudo: true })
    .input(z.strictObject({ email: z.email().max(254) }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      limit(ctx, "mail", MAILS);
      await requestEmailChange(ctx, ctx.user, input.email);
      return { done: true };
    }),

  /** Mails the link that confirms the address. */
  sendVerification: consoleProcedure("profile:write")
    .output(done)
    .mutation(async ({ ctx }) => {
      limit(ctx, "mail", MAILS);
      await resendVerification(ctx, ctx.user.email);
      return { done: true };
    }),

  /** What the shop keeps about this person, as one document. */
  exportData: consoleProcedure("data:read", { sudo: true })
    .output(z.record(z.string(), z.unknown()))
    .mutation(({ ctx }) => {
      limit(ctx, "export", EXPORTS);
      return exportAccount(ctx.pool, ctx.user.id);
    }),

  /** Closes the account in three days; the typed address shows that it is meant. */
  close: consoleProcedure("data:write", { sudo: true })
    .input(z.strictObject({ email: z.string().max(254) }))
    .output(z.strictObject({ on: z.date() }))
    .mutation(async ({ ctx, input }) => {
      if (isStaff(ctx.user.role)) throw refusal("staff", { code: "FORBIDDEN", message: "Accounts of the staff are closed by taking their role away." });
      if (input.email.trim().toLowerCase() !== ctx.user.email) throw refusal("email", { code: "BAD_REQUEST", message: "Type your own address." });
      return { on: await requestClosing(ctx, ctx.user, { ip: ctx.ip }) };
    }),

  keep: consoleProcedure("data:write")
    .output(done)
    .mutation(async ({ ctx }) => {
      await cancelClosing(ctx, ctx.user, { ip: ctx.ip });
      return { done: true };
    }),
});

