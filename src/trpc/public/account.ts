import { setTimeout as sleep } from "node:timers/promises";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { confirmEmailChange, DAY_MS, HOUR_MS, legalInForce, loadSettings, mailTokenWorks, MINUTE_MS, normalEmail, papersToAgree, passwordProblem, requestReset, resendVerification, resetPassword, senderOf, signUp, undoEmailChange, verifyEmail, type Rate } from "#accounts/index.ts";
import { publicProcedure, refusal, router, type Context } from "#trpc/init.ts";

const email = z.email().max(254);
const password = z.string().min(1).max(512);
const token = z.string().min(20).max(100);
const locale = z.enum(["en", "zh"]);

/** Accounts and mails that one sender, and one address, may ask for. */
const SIGN_UPS: readonly Rate[] = [{ most: 3, perMs: HOUR_MS }, { most: 10, perMs: DAY_MS }];
const MAILS_OF_ADDRESS: readonly Rate[] = [{ most: 1, perMs: MINUTE_MS }, { most: 5, perMs: DAY_MS }];
const MAILS_OF_SENDER: readonly Rate[] = [{ most: 10, perMs: HOUR_MS }];
const TRIES_OF_SENDER: readonly Rate[] = [{ most: 30, perMs: 10 * MINUTE_MS }];

/** Answers that must not tell a known address from an unknown one take at least so long. */
const EVEN_MS = 400;

/** @throws TOO_MANY_REQUESTS with the seconds to wait; the same for addresses that exist and that do not */
function limit(ctx: Context, key: string, rates: readonly Rate[]): void {
  const wait = ctx.throttle.take(key, rates, ctx.clock.now());
  if (wait > 0) throw refusal(`wait:${Math.ceil(wait / 1_000)}`, { code: "TOO_MANY_REQUESTS", message: `Try again in ${Math.ceil(wait / 1_000)} s.` });
}

function limitSender(ctx: Context, what: string, rates: readonly Rate[]): void {
  const sender = senderOf(ctx.ip);
  if (sender !== undefined) limit(ctx, `${what}:${sender}`, rates);
}

const evenly = async <T>(work: Promise<T>): Promise<T> => (await Promise.all([work, sleep(EVEN_MS)]))[0];

const from = (ctx: Context) => ({ ip: ctx.ip, userAgent: ctx.userAgent });
const gone = (): TRPCError => refusal("gone", { code: "NOT_FOUND", message: "This link has been used or has expired." });
const weak = (problem: string): TRPCError => refusal(`password:${problem}`, { code: "BAD_REQUEST", message: "This password cannot be taken." });

export const accountRouter = router({
  /** What the sign-up page has to ask for. */
  terms: publicProcedure
    .output(z.strictObject({ signUp: z.enum(["open", "invite", "closed"]), verifyEmail: z.boolean(), termsUrl: z.string().optional(), privacyUrl: z.string().optional() }))
    .query(async ({ ctx }) => {
      const settings = await loadSettings(ctx.pool);
      const { termsUrl, privacyUrl } = papersToAgree(settings, new Set((await legalInForce(ctx.pool, ctx.clock.now())).keys()));
      return { signUp: settings["shop.sign_up"], verifyEmail: settings["shop.verify_email"], ...(termsUrl && { termsUrl }), ...(privacyUrl && { privacyUrl }) };
    }),

  /** Makes an account. `check-mail` says nothing about whether the address had one. */
  signUp: publicProcedure
    .input(z.strictObject({ email, password, locale, timeZone: z.string().max(64).optional(), terms: z.boolean().default(false), invite: token.optional() }))
    .output(z.strictObject({ next: z.enum(["sign-in", "check-mail"]) }))
    .mutation(async ({ ctx, input }) => {
      // Before anything is counted: whoever has to think of a better password should not have to wait as well.
      const settings = await loadSettings(ctx.pool);
      const papers = papersToAgree(settings, new Set((await legalInForce(ctx.pool, ctx.clock.now())).keys()));
      if (papers.termsUrl !== undefined && !input.terms) throw refusal("terms", { code: "BAD_REQUEST", message: "An account needs consent to the terms." });
      const problem = passwordProblem(input.password, { role: "customer", email: normalEmail(input.email), shopName: settings["shop.name"] });
      if (problem) throw weak(problem);
      limitSender(ctx, "sign-up", SIGN_UPS);
      limit(ctx, `sign-up:${normalEmail(input.email)}`, [{ most: 1, perMs: MINUTE_MS }]);
      const outcome = await evenly(signUp(ctx, { ...input, ...from(ctx) }));
      if (outcome.kind === "password") throw weak(outcome.problem);
      if (outcome.kind === "taken") throw refusal("taken", { code: "CONFLICT", message: "There is an account with this address." });
      if (outcome.kind === "closed" || outcome.kind === "invite") throw refusal(outcome.kind, { code: "FORBIDDEN", message: "This shop takes no new accounts this way." });
      return { next: outcome.kind === "made" ? "sign-in" : "check-mail" };
    }),

  /** Confirms an address by the link in the mail. */
  verify: publicProcedure
    .input(z.strictObject({ token }))
    .output(z.strictObject({ verified: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      limitSender(ctx, "link", TRIES_OF_SENDER);
      if (!(await verifyEmail(ctx, input.token, from(ctx)))) throw gone();
      return { verified: true };
    }),

  /** Mails the link again; the same answer whoever asks. */
  resend: publicProcedure
    .input(z.strictObject({ email }))
    .output(z.strictObject({ sent: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      limitSender(ctx, "mail", MAILS_OF_SENDER);
      limit(ctx, `verify:${normalEmail(input.email)}`, MAILS_OF_ADDRESS);
      await evenly(resendVerification(ctx, input.email));
      return { sent: true };
    }),

  /** Mails a link for a new password; the same answer for addresses without an account. */
  requestReset: publicProcedure
    .input(z.strictObject({ email }))
    .output(z.strictObject({ sent: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      limitSender(ctx, "mail", MAILS_OF_SENDER);
      limit(ctx, `reset:${normalEmail(input.email)}`, MAILS_OF_ADDRESS);
      await evenly(requestReset(ctx, input.email));
      return { sent: true };
    }),

  /** Would a link for a new password work? A page asks before it shows a form. */
  resetWorks: publicProcedure
    .input(z.strictObject({ token }))
    .output(z.boolean())
    .query(({ ctx, input }) => {
      limitSender(ctx, "link", TRIES_OF_SENDER);
      return mailTokenWorks(ctx.pool, ctx.keys.keyPepper, "reset", input.token, ctx.clock.now());
    }),

  /** Sets a new password by the link in the mail; all sessions end. */
  reset: publicProcedure
    .input(z.strictObject({ token, password }))
    .output(z.strictObject({ done: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      limitSender(ctx, "link", TRIES_OF_SENDER);
      const outcome = await resetPassword(ctx, { ...input, ...from(ctx) });
      if (outcome.kind === "password") throw weak(outcome.problem);
      if (outcome.kind === "gone") throw gone();
      return { done: true };
    }),

  /** One of the two addresses confirms a change of address, or the old one undoes it. */
  confirmEmail: publicProcedure
    .input(z.strictObject({ token, kind: z.enum(["change_old", "change_new", "undo_change"]) }))
    .output(z.strictObject({ state: z.enum(["waiting", "done"]) }))
    .mutation(async ({ ctx, input: { token: secret, kind } }) => {
      limitSender(ctx, "link", TRIES_OF_SENDER);
      const state = kind === "undo_change" ? ((await undoEmailChange(ctx, secret, from(ctx))) ? "done" : "gone") : await confirmEmailChange(ctx, kind, secret, from(ctx));
      if (state === "gone") throw gone();
      return { state };
    }),
});
