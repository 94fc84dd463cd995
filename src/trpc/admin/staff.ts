import { randomBytes } from "node:crypto";
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import {
  changeStaffRole, createInvite, createManagementToken, endSessions, generateSecret, listInvites, listManagementTokens, listStaff, permissionsOfRole,
  queueMail, revokeInvite, ROLES, STAFF_ROLES, revokeManagementToken, writeAudit, type AuditEvent,
} from "#accounts/index.ts";
import { parseCidr } from "#config/private-upstreams.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { adminProcedure, refusal, router, type Context } from "#trpc/init.ts";
import type { PoolClient } from "pg";

const staffRole = z.enum(STAFF_ROLES);
const done = z.strictObject({ done: z.literal(true) });
const unknown = () => new TRPCError({ code: "NOT_FOUND", message: "There is no such thing." });

const member = z.strictObject({
  id: z.string(), email: z.string(), name: z.string().nullable(), role: staffRole, status: z.enum(["active", "disabled"]),
  lastUsedAt: z.date().nullable(), createdAt: z.date(), you: z.boolean(),
});
const invite = z.strictObject({ id: z.string(), email: z.string().nullable(), role: z.enum(ROLES), expiresAt: z.date(), createdAt: z.date() });
const managementToken = z.strictObject({
  id: z.string(), name: z.string(), prefix: z.string(), suffix: z.string(), role: staffRole, status: z.enum(["active", "disabled", "revoked"]),
  cidrs: z.array(z.string()), expiresAt: z.date().nullable(), lastUsedAt: z.date().nullable(), createdAt: z.date(),
});

/** A change and its entry in the audit log, or neither. */
const audited = <T>(ctx: Context, work: (tx: PoolClient, write: (event: AuditEvent) => Promise<void>) => Promise<T>): Promise<T> =>
  withTransaction(ctx.pool, (tx) => work(tx, (event) => writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [event])));

export const staffRouter = router({
  list: adminProcedure("staff:read")
    .output(z.strictObject({ staff: z.array(member), invites: z.array(invite), tokens: z.array(managementToken) }))
    .query(async ({ ctx }) => {
      const [staff, invites, tokens] = await Promise.all([listStaff(ctx.pool), listInvites(ctx.pool, ctx.clock.now()), listManagementTokens(ctx.pool)]);
      return { staff: staff.map((each) => ({ ...each, you: each.id === ctx.user.id })), invites: [...invites], tokens: [...tokens] };
    }),

  /** What each role may do, for the plain list beside it. */
  roles: adminProcedure("staff:read")
    .output(z.record(z.string(), z.array(z.string())))
    .query(() => Object.fromEntries(STAFF_ROLES.map((role) => [role, [...permissionsOfRole(role)]]))),

  changeRole: adminProcedure("staff:write", { sudo: true })
    .input(z.strictObject({ id: z.uuid(), role: z.enum(ROLES), reason: z.string().trim().min(8).max(500) }))
    .output(done)
    .mutation(async ({ ctx, input: { id, role, reason } }) => {
      const change = await audited(ctx, async (tx, write) => {
        const outcome = await changeStaffRole(tx, ctx.user.id, id, role, ctx.clock.now());
        if (outcome.kind === "done") await write({ actor: ctx.actor, action: "staff.role", target: { type: "user", id }, before: { role: outcome.before }, after: { role }, reason });
        return outcome;
      });
      if (change.kind === "unknown") throw unknown();
      if (change.kind !== "done") throw refusal(change.kind, { code: "CONFLICT", message: "This role cannot be changed." });
      return { done: true };
    }),

  endSessions: adminProcedure("staff:write")
    .input(z.strictObject({ id: z.uuid() }))
    .output(z.strictObject({ ended: z.number() }))
    .mutation(({ ctx, input }) =>
      audited(ctx, async (tx, write) => {
        const ended = await endSessions(tx, input.id, ctx.clock.now(), input.id === ctx.user.id ? ctx.user.sid : undefined);
        await write({ actor: ctx.actor, action: "session.end_all", target: { type: "user", id: input.id }, after: { ended } });
        return { ended };
      })),

  /** Makes a link with which one person signs up in a role; with an address it is mailed and good for that address only. */
  invite: adminProcedure("staff:write", { sudo: true })
    .input(z.strictObject({ email: z.email().max(254).optional(), role: z.enum(ROLES), locale: z.enum(["en", "zh"]).default("en") }))
    .output(z.strictObject({ link: z.string() }))
    .mutation(async ({ ctx, input }) => {
      if (input.role !== "customer" && input.email === undefined) throw refusal("email", { code: "BAD_REQUEST", message: "Staff are invited by address." });
      const email = input.email?.toLowerCase();
      const secret = await audited(ctx, async (tx, write) => {
        const made = await createInvite(tx, ctx.keys.keyPepper, { email, role: input.role, createdBy: ctx.user.id }, ctx.clock.now());
        if (email !== undefined) await queueMail(tx, ctx.sealer, { to: email, locale: input.locale, content: { template: "invite", token: made.secret, role: input.role } });
        await write({ actor: ctx.actor, action: "staff.invite", target: { type: "invite", id: made.id }, after: { email, role: input.role } });
        return made.secret;
      });
      return { link: `${await ctx.baseUrl()}/sign-up#invite=${secret}` };
    }),

  revokeInvite: adminProcedure("staff:write")
    .input(z.strictObject({ id: z.uuid() }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      const revoked = await audited(ctx, async (tx, write) => {
        if (!(await revokeInvite(tx, input.id, ctx.clock.now()))) return false;
        await write({ actor: ctx.actor, action: "staff.invite_revoke", target: { type: "invite", id: input.id } });
        return true;
      });
      if (!revoked) throw unknown();
      return { done: true };
    }),

  /** Makes a management token. Its secret is in this answer and nowhere else, ever. */
  makeToken: adminProcedure("staff:write", { sudo: true })
    .input(z.strictObject({
      name: z.string().trim().min(1).max(64), role: staffRole,
      cidrs: z.array(z.string().refine((text) => parseCidr(text) !== undefined, "is no address or range")).max(50).default([]),
      expiresAt: z.date().nullable().default(null),
    }))
    .output(z.strictObject({ id: z.string(), secret: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const secret = generateSecret("mm-admin-", randomBytes);
      try {
        const id = await audited(ctx, async (tx, write) => {
          const made = await createManagementToken(tx, ctx.keys.keyPepper, { ...input, secret });
          await write({ actor: ctx.actor, action: "management_token.create", target: { type: "management_token", id: made }, after: { name: input.name, role: input.role, cidrs: input.cidrs, expiresAt: input.expiresAt } });
          return made;
        });
        return { id, secret };
      } catch (error) {
        if ((error as { code?: string }).code === "23505") throw refusal("name", { code: "CONFLICT", message: "There is a token of that name." });
        throw error;
      }
    }),

  revokeToken: adminProcedure("staff:write", { sudo: true })
    .input(z.strictObject({ id: z.uuid() }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      const revoked = await audited(ctx, async (tx, write) => {
        if (!(await revokeManagementToken(tx, input.id))) return false;
        await write({ actor: ctx.actor, action: "management_token.revoke", target: { type: "management_token", id: input.id } });
        return true;
      });
      if (!revoked) throw unknown();
      return { done: true };
    }),
});
