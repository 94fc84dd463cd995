import { parentPort, workerData } from "node:worker_threads";
import { POOL_MAX, STATEMENT_TIMEOUT_MS } from "#config/defaults.ts";
import { decodeRecord } from "#money/journal-record.ts";
import type { RateCard } from "#money/rate-card.ts";
import { doneRecord } from "#money/settle-item.ts";
import { SETTLE_TIMEOUT_MS, settleBatch, type KnownRows } from "#money/settlement.store.ts";
import type { ThreadAnswer, ThreadJob } from "#money/settlement-thread.ts";
import { withClient } from "#money/with-client.store.ts";
import { createPool } from "#platform/db/pool.ts";

const port = parentPort;
if (!port) throw new Error("the settlement worker runs as a worker thread only");

const { databaseUrl } = workerData as { databaseUrl: string };
const pool = createPool(databaseUrl, { name: "settlement", max: POOL_MAX.settlementThread, statementTimeoutMs: STATEMENT_TIMEOUT_MS.jobs });
const known: KnownRows = { cards: new Set(), accounts: new Map() };
const cards = new Map<string, RateCard>();

async function settle({ cards: newCards, lines, ...terms }: ThreadJob): Promise<ThreadAnswer> {
  const { settlementId } = terms;
  try {
    for (const line of newCards) {
      const read = decodeRecord(line, cards);
      if (read.kind === "card") cards.set(read.card.id, read.card);
    }
    const records = lines.map((line) => doneRecord(line, cards));
    const batch = await withClient(pool, SETTLE_TIMEOUT_MS, (client) => settleBatch(client, { ...terms, records, known }));
    return { kind: "settled", settlementId, batch };
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    return { kind: "failed", settlementId, name, message, code };
  }
}

port.on("message", (job: ThreadJob | undefined) => {
  if (job) return void settle(job).then((answer) => port.postMessage(answer));
  port.close();
  void pool.end();
});

port.postMessage({ kind: "ready" } satisfies ThreadAnswer);
