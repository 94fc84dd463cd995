import type { PoolClient } from "pg";
import {
  approvalByKey, ApprovalKeyReuse, endedApprovals, fileApproval, findUserById, limitAlone, listApprovers, loadSettings, movedAlone, permissionsOfRole, queueMail, writeAudit,
  type Approval, type ApprovalAsk, type AuditActor, type AuditEvent, type Role,
} from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { displayBalance } from "#money/format-amount.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { refusal, type Context } from "#trpc/init.ts";

export type Staff = Context & { user: SessionUser; actor: AuditActor };
export type Act = "adjust" | "refund";

/** More than one person may move alone: the act is undone with its transaction and becomes a request. */
export class NeedsApproval extends Error {
  override readonly name = "NeedsApproval";
  readonly amountNano: bigint;
  constructor(amountNano: bigint) {
    super("a second person is needed");
    this.amountNano = amountNano;
  }
}

/** What is moved, and whose it is; nobody's when it was moved before. */
export type Move = Readonly<{ act: Act; amountNano: bigint; userId?: string }>;

/**
 * Writes the act's audit entry, and undoes the act when it takes the person past what he may move alone, or when it is
 * his own money. The audit log is written by one transaction at a time, so two acts at once cannot both be the last that
 * fits.
 *
 * @throws NeedsApproval
 */
export async function auditAlone(tx: PoolClient, ctx: Staff, { act, amountNano, userId }: Move, event: Omit<AuditEvent, "actor"> & Required<Pick<AuditEvent, "target">>): Promise<void> {
  if (userId === ctx.user.id) throw new NeedsApproval(amountNano);
  const now = ctx.clock.now();
  await writeAudit(tx, ctx.keys.auditKey, new Date(now), [{ actor: ctx.actor, ...event }]);
  const limit = limitAlone(await loadSettings(tx), ctx.user.role, act);
  if (limit === undefined) return;
  if (await movedAlone(tx, { actorId: ctx.user.id, action: event.action, target: event.target }, now) > limit) throw new NeedsApproval(amountNano);
}

/** Would this adjustment need a second person now? For the form; the act itself decides anew. */
export async function adjustmentNeedsApproval(ctx: Staff, userId: string, amountNano: bigint): Promise<boolean> {
  const limit = limitAlone(await loadSettings(ctx.pool), ctx.user.role, "adjust");
  if (limit === undefined) return false;
  const before = await movedAlone(ctx.pool, { actorId: ctx.user.id, action: "wallet.adjust", target: { type: "user", id: userId } }, ctx.clock.now());
  return before + (amountNano < 0n ? -amountNano : amountNano) > limit;
}

type Settings = Awaited<ReturnType<typeof loadSettings>>;

/** Whether a role decides about this: the owner everything, others what they might do themselves. */
export function decides(settings: Settings, role: Role, { kind, amountNano }: Pick<Approval, "kind" | "amountNano">): boolean {
  if (!permissionsOfRole(role).has("approvals:decide")) return false;
  const limit = role === "owner" ? undefined : limitAlone(settings, role, kind === "adjustment" ? "adjust" : "refund");
  return limit === undefined || (amountNano < 0n ? -amountNano : amountNano) <= limit;
}

/** Tells everybody who may decide; nobody decides what he asked for himself, or about his own money. */
async function mailApprovers(tx: PoolClient, ctx: Staff, asked: Approval): Promise<void> {
  const settings = await loadSettings(tx);
  const customer = (await findUserById(tx, asked.userId))?.email ?? asked.userId;
  for (const { id, email, role, locale } of await listApprovers(tx)) {
    if (id === ctx.user.id || id === asked.userId || !decides(settings, role, asked)) continue;
    await queueMail(tx, ctx.sealer, {
      to: email, locale,
      content: { template: "approval", kind: asked.kind, amount: displayBalance(asked.amountNano), requester: ctx.user.email, customer, reason: asked.reason, until: asked.expiresAt.toISOString() },
    });
  }
}

/** Files the request, with its line in the audit log and a mail to whoever may decide it. The same key is the same request. */
export async function askSecondPerson(ctx: Staff, ask: Omit<ApprovalAsk, "requestedBy">): Promise<Approval> {
  const now = ctx.clock.now();
  try {
    return await withTransaction(ctx.pool, async (tx) => {
      const { created, ...filed } = await fileApproval(tx, { ...ask, requestedBy: ctx.user.id }, now);
      if (created) {
        await writeAudit(tx, ctx.keys.auditKey, new Date(now), [{
          actor: ctx.actor, action: "approval.request", target: { type: "user", id: ask.userId }, reason: ask.reason,
          after: { approval: filed.id, kind: ask.kind, subject: ask.subject, amount_nano_usd: ask.amountNano.toString() },
        }]);
        await mailApprovers(tx, ctx, filed);
      }
      return filed;
    });
  } catch (error) {
    if (error instanceof ApprovalKeyReuse) throw refusal("key", { code: "CONFLICT", message: "This form was sent before with other values." });
    throw error;
  }
}

/** A form that became a request stays one, however often it is sent and whatever the limit is by then. */
export const askedBefore = async (ctx: Staff, clientKey: string): Promise<boolean> => (await approvalByKey(ctx.pool, clientKey, ctx.clock.now())) !== undefined;

/** Asks for one request's charge to be given back; while one such request is open there is no other. */
export async function askChargeRefund(ctx: Staff, chargeId: string, charge: Readonly<{ userId: string; chargeNano: bigint }>, reason: string): Promise<string> {
  const clientKey = `charge:${chargeId}:${await endedApprovals(ctx.pool, "charge_refund", chargeId, ctx.clock.now())}`;
  return (await askSecondPerson(ctx, { kind: "charge_refund", userId: charge.userId, subject: chargeId, amountNano: charge.chargeNano, reason, clientKey })).id;
}
