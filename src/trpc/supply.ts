import { TRPCError } from "@trpc/server";
import type { Permission } from "#accounts/index.ts";
import { ActRefused, type RefusalCode } from "#catalog/index.ts";
import type { Sealer, StaffMember } from "#channels/index.ts";
import type { ChannelTests } from "#relay/index.ts";
import { adminProcedure, type Demands } from "#trpc/init.ts";

/** What acts on channels, models and prices need besides the database. */
export type Supply = Readonly<{
  auditKey: Buffer;
  sealer: Sealer;
  /** Short mark by which an upstream key is known again. */
  fingerprint(secret: string): string;
  tests: ChannelTests;
  nowMs(): number;
}>;

const STATUS: Readonly<Record<RefusalCode, TRPCError["code"]>> = {
  not_found: "NOT_FOUND", changed_meanwhile: "CONFLICT", name_taken: "CONFLICT", alias_taken: "CONFLICT", wildcard_plain: "BAD_REQUEST", invalid: "BAD_REQUEST", below_cost: "PRECONDITION_FAILED",
  begun_already: "PRECONDITION_FAILED", in_the_past: "BAD_REQUEST", default_group: "PRECONDITION_FAILED", in_use: "PRECONDITION_FAILED", nothing_to_do: "BAD_REQUEST",
};

/** For acts of the staff: refusals become answers whose message is the refusal's code, which the page has a sentence for. */
export const supplyProcedure = (permission: Permission, demands?: Demands) =>
  adminProcedure(permission, demands).use(async ({ ctx, next }) => {
    const { supply, user, ip } = ctx;
    if (!supply) throw new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "not_ready" });
    const by: StaffMember = { actor: { type: "user", id: user.id, session: user.sid, ...(ip !== undefined && { ip }) }, auditKey: supply.auditKey, nowMs: supply.nowMs() };
    const result = await next({ ctx: { ...ctx, supply, by } });
    if (!result.ok && result.error.cause instanceof ActRefused) {
      const { code, message } = result.error.cause;
      throw new TRPCError({ code: STATUS[code], message, cause: result.error.cause });
    }
    return result;
  });
