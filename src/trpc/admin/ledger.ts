import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { writeAudit } from "#accounts/index.ts";
import { explainWallet } from "#money/explain.store.ts";
import { INVARIANTS } from "#money/invariants.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { accountsOfWallet, findAccount, leasesByNode, listEntries, listTransactions, openHolds, readTransaction, readTrialBalance } from "#reports/ledger-explorer.store.ts";
import { lastInvariantRuns, lastWholeRun, runInvariants } from "#reports/invariant-runs.store.ts";
import { adminProcedure, router } from "#trpc/init.ts";

const limit = z.number().int().min(1).max(100).default(50);
const HISTORY = 30;

const unknown = (): TRPCError => new TRPCError({ code: "NOT_FOUND", message: "There is no such thing in the ledger." });

export const ledgerRouter = router({
  /** What each invariant says, and what the last runs found. */
  board: adminProcedure("ledger:totals").query(async ({ ctx }) => ({
    invariants: INVARIANTS.map(({ id, says }) => ({ id, says })),
    runs: await lastInvariantRuns(ctx.pool, HISTORY),
    wholeAt: (await lastWholeRun(ctx.pool)) ?? null,
  })),

  /** Runs all of them now and keeps the result. */
  check: adminProcedure("ledger:totals").mutation(async ({ ctx }) => {
    const run = await runInvariants(ctx.pool, ctx.user.email);
    const broken = run.results.filter(({ rows }) => rows > 0);
    await withTransaction(ctx.pool, (tx) => writeAudit(tx, ctx.keys.auditKey, new Date(ctx.clock.now()), [{
      actor: ctx.actor, action: "ledger.check", target: { type: "ledger", id: run.id }, after: { broken: broken.map(({ id }) => id) },
    }]));
    return run;
  }),

  trialBalance: adminProcedure("ledger:totals").query(({ ctx }) => readTrialBalance(ctx.pool)),

  /** Money that nodes hold for running work. */
  leases: adminProcedure("ledger:totals").query(async ({ ctx }) => ({ nodes: await leasesByNode(ctx.pool), holds: await openHolds(ctx.pool) })),

  transactions: adminProcedure("ledger:read")
    .input(z.strictObject({
      kind: z.string().max(40).optional(), wallet: z.uuid().optional(), key: z.string().trim().min(1).max(200).optional(), from: z.date().optional(), to: z.date().optional(),
      before: z.uuid().optional(), limit,
    }))
    .query(({ ctx, input: { wallet, ...filter } }) => listTransactions(ctx.pool, { ...filter, ...(wallet && { walletId: wallet }) })),

  transaction: adminProcedure("ledger:read").input(z.strictObject({ id: z.uuid() })).query(async ({ ctx, input }) => {
    const found = await readTransaction(ctx.pool, input.id);
    if (!found) throw unknown();
    return found;
  }),

  /** An account by number or code. */
  account: adminProcedure("ledger:read").input(z.strictObject({ id: z.string().trim().min(1).max(200) })).query(async ({ ctx, input }) => {
    const found = await findAccount(ctx.pool, input.id);
    if (!found) throw unknown();
    return found;
  }),

  entries: adminProcedure("ledger:read")
    .input(z.strictObject({ accountId: z.bigint(), before: z.bigint().optional(), limit }))
    .query(({ ctx, input: { accountId, ...page } }) => listEntries(ctx.pool, accountId, page)),

  walletAccounts: adminProcedure("ledger:read").input(z.strictObject({ wallet: z.uuid() })).query(({ ctx, input }) => accountsOfWallet(ctx.pool, input.wallet)),

  /** A wallet's columns beside its ledger accounts, and the first settlement that does not fit. */
  explain: adminProcedure("ledger:read").input(z.strictObject({ wallet: z.uuid() })).query(async ({ ctx, input }) => {
    const story = await explainWallet(ctx.pool, input.wallet);
    if (!story) throw unknown();
    return story;
  }),
});
