import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import type { ChargeRecord } from "#money/charge.ts";
import type { ReplayStore } from "#money/journal-replay.ts";
import { leasesOf, returnAll } from "#money/lease.store.ts";
import { isSilent, reapNode } from "#money/nodes.store.ts";
import { createSettler, type SettleStore } from "#money/settlement.ts";
import {
  buryRecord, deadLetters, existingCharges, isSettled, makePartitions, settleBatch, type BatchAsk, type KnownRows,
} from "#money/settlement.store.ts";
import { withClient } from "#money/with-client.store.ts";
import { withTransaction } from "#platform/db/tx.ts";
import type { Log } from "#platform/log.ts";

export type BillingStoreOptions = Readonly<{
  pool: Pool;
  settlePool: Pool;
  lowBalanceNano: () => bigint;
  fault?: BatchAsk["fault"];
}>;

/** A batch takes 40 ms, and waits for the locks of others at most as long as a statement may run. */
const SETTLE_TIMEOUT_MS = 15_000;

/** The settlement's and the replay's ways into the database. */
export function createBillingStore({ pool, settlePool, lowBalanceNano, fault }: BillingStoreOptions): {
  settle(nodeId: () => string, hasBudgetLeases: () => boolean): SettleStore;
  replay(log: Log): ReplayStore;
  leasesOf(nodeId: string): Promise<Map<string, bigint>>;
  /** Gives all leases back and forgets the node. */
  release(nodeId: string): Promise<void>;
} {
  const known: KnownRows = { cards: new Set(), accounts: new Map() };

  const settle = (nodeId: () => string, hasBudgetLeases: () => boolean): SettleStore => ({
    settle: (settlementId, records) => withClient(settlePool, SETTLE_TIMEOUT_MS, (client) => settleBatch(client, {
      settlementId, records, nodeId: nodeId(), known, hasBudgetLeases: hasBudgetLeases(), lowBalanceNano: lowBalanceNano(), ...(fault && { fault }),
    })),
    isSettled: (settlementId) => withClient(settlePool, SETTLE_TIMEOUT_MS, (client) => isSettled(client, settlementId)),
    existing: (ids) => withClient(settlePool, SETTLE_TIMEOUT_MS, (client) => existingCharges(client, ids)),
    bury: (record, error) => withClient(settlePool, SETTLE_TIMEOUT_MS, (client) => buryRecord(client, record, error)),
    makePartitions: () => makePartitions(settlePool),
  });

  return {
    settle,
    leasesOf: (nodeId) => leasesOf(pool, nodeId),
    release: (nodeId) => withTransaction(pool, async (client) => {
      await client.query("SELECT 1 FROM relay_nodes WHERE id = $1 FOR UPDATE", [nodeId]);
      await returnAll(client, nodeId);
      await client.query("DELETE FROM relay_nodes WHERE id = $1", [nodeId]);
    }),
    replay: (log) => ({
      async known(ids) {
        const found = await existingCharges(pool, ids);
        for (const id of await deadLetters(pool, ids)) found.add(id);
        return found;
      },
      settle: (nodeId, records) => settleNow(settle(() => nodeId, () => true), records, log),
      isSilent: async (nodeId) => await isSilent(pool, nodeId) ?? true,
      async reap(nodeId) {
        await reapNode(pool, nodeId, true);
      },
    }),
  };
}

/** Runs records through a settler of their own, with all its care for duplicates and poison. */
async function settleNow(store: SettleStore, records: readonly ChargeRecord[], log: Log): Promise<void> {
  const monotonic = (): number => performance.now();
  const settler = createSettler({ store, log, monotonic, isAwaited: false, onBatch: () => undefined, onSettled: () => undefined });
  for (const record of records) settler.push({ record, sinceMs: monotonic() });
  while (settler.backlog > 0) {
    await settler.drain(monotonic() + 60_000);
    if (settler.backlog > 0) {
      log.error({ left: settler.backlog }, "the replay waits for the database");
      await sleep(1_000);
    }
  }
  settler.stop();
}
