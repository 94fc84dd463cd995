import type { Pool } from "pg";
import type { Admitted } from "#money/admission.ts";
import { nano, type Nano } from "#money/amount.ts";
import type { Ask, DurableHold, DurableWork, Refusal } from "#money/billing.ts";
import { parkHold } from "#money/durable-hold.store.ts";
import type { LeaseBroker } from "#money/lease-broker.ts";
import { giveUp } from "#money/lease.ts";
import { windowKey } from "#money/settle-batch.ts";
import { eachWindow } from "#money/windows.ts";
import type { Log } from "#platform/log.ts";

export type DurableDeps = Readonly<{
  pool: Pool;
  log: Log;
  broker: LeaseBroker;
  /** Sets the money aside on this node, as for any request. */
  admit: (ask: Ask) => Promise<Admitted | Refusal>;
}>;

const AWAY: Refusal = { refused: "billing-unavailable", retryAfterMs: 1_000 };

/**
 * Sets money aside for work that outlives this process: first on this node like any request's, so that nobody else
 * spends it meanwhile, then in the database in exchange for that part of the node's leases.
 */
export async function admitDurable({ pool, log, broker, admit }: DurableDeps, ask: Ask, work: DurableWork): Promise<DurableHold | Refusal> {
  const admitted = await admit(ask);
  if ("refused" in admitted) return admitted;
  const { scopes, mode } = admitted;
  const amount = nano(admitted.amount);
  try {
    const parked = await broker.spend(scopes, (nodeId) => parkHold(pool, {
      id: ask.requestId, walletId: ask.walletId, nodeId, amount, kind: work.kind, expiresAtMs: work.expiresAtMs, budgets: ask.budgets,
    }, (client) => work.write(client, amount)));
    return parked.short === undefined ? { heldNano: amount, ...(admitted.maxTokens !== undefined && { maxTokens: admitted.maxTokens }) } : refusalOf(ask, amount, parked.short, parked.freeNano);
  } catch (error) {
    log.error({ err: error, request: ask.requestId }, "money could not be set aside for a task");
    return AWAY;
  } finally {
    if (mode === "guarded-stream" || mode === "guarded-single") scopes[0]!.guarded -= 1;
    giveUp(scopes, amount);
  }
}

function refusalOf(ask: Ask, neededNano: Nano, short: string, freeNano: bigint): Refusal {
  const limit = eachWindow(ask.budgets).find(({ scope, period, startsAtMs }) => windowKey(scope, period, startsAtMs) === short);
  if (!limit) return { refused: "credit-exhausted", neededNano, availableNano: nano(freeNano), affordableMaxTokens: 0 };
  const { scope, period, limitNano, endsAtMs } = limit;
  return { refused: "budget-exceeded", scope, period, limitNano, spentNano: nano(limitNano - freeNano), ...(endsAtMs !== undefined && { resetsAtMs: endsAtMs }) };
}
