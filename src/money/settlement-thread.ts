import { Worker } from "node:worker_threads";
import { encodeCard } from "#money/journal-record.ts";
import type { SettleItem } from "#money/settle-item.ts";
import type { BatchAsk, SettledBatch } from "#money/settlement.store.ts";
import type { Log } from "#platform/log.ts";

/** What a batch is besides its requests. */
export type BatchTerms = Pick<BatchAsk, "settlementId" | "nodeId" | "hasBudgetLeases" | "lowBalanceNano">;

export type ThreadJob = BatchTerms & Readonly<{
  /** Rate cards that the thread has not seen yet, as the journal writes them. */
  cards: readonly string[];
  /** The requests' journal lines. */
  lines: readonly string[];
}>;

export type ThreadAnswer =
  | Readonly<{ kind: "ready" }>
  | Readonly<{ kind: "settled"; settlementId: string; batch: SettledBatch }>
  /** Errors lose their class on the way: what the settler reads of them is carried by name. */
  | Readonly<{ kind: "failed"; settlementId: string; name: string; message: string; code: string | undefined }>;

export type ThreadOptions = Readonly<{
  databaseUrl: string;
  log: Log;
  monotonic: () => number;
  /** Batches smaller than this are not worth the way. */
  from?: number;
  /** So many of that size in a row, and the thread is started. */
  after?: number;
  idleMs?: number;
}>;

/** Takes large batches off the thread that serves requests. */
export interface SettlementThread {
  /** Whether it takes a batch of so many now. A busy node starts it by asking; a quiet one never does. */
  takes(count: number): boolean;
  /** As `settleBatch`. @throws what that throws, by name and code; an error without a code when the thread ended meanwhile */
  settle(terms: BatchTerms, items: readonly SettleItem[]): Promise<SettledBatch>;
  /** Whether it runs now. */
  readonly running: boolean;
  close(): Promise<void>;
}

/** The thread takes some 20 MB: a rush of a second does not start it, and a quiet quarter of a minute ends it. */
const DEFAULTS = { from: 48, after: 24, idleMs: 15_000 } as const;
/** After a crash; meanwhile batches are settled as ever. */
const CRASH_PAUSE_MS = 60_000;

/** Saying goodbye to a database that is away must not hold up the end of the process. */
const END_MS = 2_000;

type Waiting = Readonly<{ resolve: (batch: SettledBatch) => void; reject: (error: Error) => void }>;

/** One running thread, and what it knows. */
type Running = { readonly worker: Worker; ready: boolean; readonly cards: Set<string>; readonly exited: Promise<void> };

export function createSettlementThread(options: ThreadOptions): SettlementThread {
  const { databaseUrl, log, monotonic } = options;
  const { from, after, idleMs } = { ...DEFAULTS, ...options };
  const waiting = new Map<string, Waiting>();
  let running: Running | undefined;
  let largeInARow = 0;
  let notBeforeMs = -Infinity;
  let idle: NodeJS.Timeout | undefined;
  let closed = false;

  function start(): Running {
    const worker = new Worker(new URL("./settlement-worker.store.ts", import.meta.url), { workerData: { databaseUrl } });
    worker.unref();
    const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    const started: Running = { worker, ready: false, cards: new Set(), exited };
    worker.on("message", (answer: ThreadAnswer) => heard(started, answer));
    worker.on("error", (error) => {
      notBeforeMs = monotonic() + CRASH_PAUSE_MS;
      log.error({ err: error }, "the settlement's thread broke; batches are settled without it");
    });
    void exited.then(() => {
      if (running === started) running = undefined;
      // Whether the batch got through is told by the ledger.
      for (const { reject } of waiting.values()) reject(new Error("the settlement's thread has ended"));
      waiting.clear();
    });
    return started;
  }

  function heard(from: Running, answer: ThreadAnswer): void {
    if (answer.kind === "ready") {
      from.ready = true;
      return rest();
    }
    const asked = waiting.get(answer.settlementId);
    waiting.delete(answer.settlementId);
    rest();
    if (answer.kind === "settled") asked?.resolve(answer.batch);
    else asked?.reject(Object.assign(new Error(answer.message), { name: answer.name }, answer.code !== undefined && { code: answer.code }));
  }

  function rest(): void {
    idle = idle?.refresh() ?? setTimeout(() => {
      if (waiting.size === 0) void end();
    }, idleMs).unref();
  }

  /** Lets it close its connection. */
  async function end(): Promise<void> {
    const ending = running;
    running = undefined;
    largeInARow = 0;
    if (!ending) return;
    ending.worker.postMessage(undefined);
    const tooLong = setTimeout(() => void ending.worker.terminate(), END_MS);
    await ending.exited;
    clearTimeout(tooLong);
  }

  return {
    takes(count) {
      largeInARow = count >= from ? largeInARow + 1 : 0;
      if (largeInARow === 0 || closed) return false;
      if (running) return running.ready;
      if (largeInARow > after && monotonic() >= notBeforeMs) running = start();
      return false;
    },
    settle(terms, items) {
      const thread = running;
      if (!thread) return Promise.reject(new Error("the settlement's thread has ended"));
      const cards: string[] = [];
      for (const { card } of items) {
        if (thread.cards.has(card.id)) continue;
        thread.cards.add(card.id);
        cards.push(encodeCard(card));
      }
      const { promise, resolve, reject } = Promise.withResolvers<SettledBatch>();
      waiting.set(terms.settlementId, { resolve, reject });
      thread.worker.postMessage({ ...terms, cards, lines: items.map(({ json }) => json) } satisfies ThreadJob);
      return promise;
    },
    get running() {
      return running !== undefined;
    },
    async close() {
      closed = true;
      clearTimeout(idle);
      await end();
    },
  };
}
