import { setTimeout as sleep } from "node:timers/promises";
import type { ChargeRecord } from "#money/charge.ts";
import { failureKind } from "#money/settlement-errors.ts";
import type { SettledBatch } from "#money/settlement.store.ts";
import { uuidv7 } from "#platform/ids.ts";
import type { Log } from "#platform/log.ts";

/** One finished request on its way into the database. */
export type SettleItem = {
  readonly record: ChargeRecord;
  /** When it was handed over, by the monotonic clock. */
  readonly sinceMs: number;
};

/** The database's side of a settlement; each call uses a connection of its own. */
export interface SettleStore {
  settle(settlementId: string, records: readonly ChargeRecord[]): Promise<SettledBatch>;
  isSettled(settlementId: string): Promise<boolean>;
  existing(ids: readonly string[]): Promise<ReadonlySet<string>>;
  bury(record: ChargeRecord, error: string): Promise<void>;
  makePartitions(): Promise<unknown>;
}

export type SettlerOptions<Item extends SettleItem> = Readonly<{
  store: SettleStore;
  log: Log;
  monotonic: () => number;
  /** Answers wait for the commit, so that batches had better not linger. */
  isAwaited: boolean;
  /** After a batch is in the database. `undefined` when it is, but the answer was lost. */
  onBatch: (batch: SettledBatch | undefined, items: readonly Item[]) => void;
  /** Called when a request is in the database, or put aside there: exactly once. */
  onSettled: (item: Item) => void;
}>;

/**
 * A batch begins when so many wait, or so long after the first of them; and is never larger than that. In a rush it is
 * larger and comes more seldom: each has costs of its own, and bursts of the database's take turns with the relay.
 */
const BATCH = { full: 4_096, lingerMs: 20, longestLingerMs: 200 } as const;
/** Requests a millisecond from which on batches linger longer and longer. */
const RUSH = 3;
/** Pauses after failures: conflicts end by themselves, a database takes a second to restart. */
const RETRY_MS = { first: 10, longest: 1_000 } as const;
const ALARM_TRIES = 5;
const PARKED_MS = 5_000;

/** Brings finished requests into the database in batches, one at a time; never gives one up. */
export interface Settler<Item extends SettleItem> {
  push(item: Item): void;
  /** Requests not in the database yet, those without a partition included. */
  readonly backlog: number;
  /** The last try found no database. */
  readonly away: boolean;
  /** How long the oldest of them has waited since the database last came back; parked ones don't count. */
  oldestMs(): number;
  /** Runs work between two batches. */
  between<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing waits, or at the deadline with what is left in the journal. */
  drain(deadlineMs: number): Promise<void>;
  stop(): void;
}

export function createSettler<Item extends SettleItem>({ store, log, monotonic, isAwaited, onBatch, onSettled }: SettlerOptions<Item>): Settler<Item> {
  let waiting: Item[] = [];
  let inBatch: readonly Item[] = [];
  let parked: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  let parkTimer: NodeJS.Timeout | undefined;
  let stopped = false;
  let lane: Promise<unknown> = Promise.resolve();
  let scheduled = false;
  let lingerMs: number = BATCH.lingerMs;
  let isAway = false;
  let backSinceMs = -Infinity;
  const stop = new AbortController();

  /** One thing at a time on the settlement's connection. */
  function inLane<T>(work: () => Promise<T>): Promise<T> {
    const result = lane.then(work);
    lane = result.catch(() => undefined);
    return result;
  }

  function schedule(): void {
    if (scheduled || stopped || waiting.length === 0) return;
    scheduled = true;
    clearTimeout(timer);
    timer = undefined;
    void inLane(async () => {
      scheduled = false;
      inBatch = waiting.length <= BATCH.full ? waiting : waiting.slice(0, BATCH.full);
      waiting = waiting.length <= BATCH.full ? [] : waiting.slice(BATCH.full);
      if (!isAwaited) lingerMs = Math.min(BATCH.longestLingerMs, Math.max(BATCH.lingerMs, inBatch.length / RUSH));
      await settleAll(inBatch);
      inBatch = [];
      arm();
    });
  }

  /** Batches grow under load, as each has costs of its own: what came during one waits for its own time or a full batch. */
  function arm(): void {
    if (waiting.length >= BATCH.full) schedule();
    else if (waiting.length > 0 && timer === undefined && !scheduled) timer = setTimeout(schedule, lingerMs);
  }

  async function settleAll(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const settlementId = uuidv7();
    let left = items;
    for (let tries = 0, pauseMs: number = RETRY_MS.first; !stopped; tries++, pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest)) {
      try {
        if (left.length === 0) return;
        // After a lost answer the ledger says whether the batch got through.
        if (tries > 0 && await store.isSettled(settlementId)) return finish(left, undefined);
        return finish(left, await store.settle(settlementId, left.map(({ record }) => record)));
      } catch (error) {
        const kind = failureKind(error);
        if (kind === "duplicate") {
          const rest = await withoutExisting(left).catch(() => left);
          if (rest.length < left.length) left = rest;
          else if (tries >= ALARM_TRIES) return split(left, error);
          continue;
        }
        if (kind === "no-partition" || kind === "refused") return split(left, error);
        isAway = kind === "away";
        if (tries === ALARM_TRIES) log.error({ err: error, batch: left.length }, "settlement waits for the database");
        await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  }

  async function withoutExisting(items: readonly Item[]): Promise<readonly Item[]> {
    const existing = await store.existing(items.map(({ record }) => record.id));
    const there = items.filter(({ record }) => existing.has(record.id));
    if (there.length === 0) return items;
    log.warn({ requests: there.length }, "requests were settled before; they are left out");
    finish(there, undefined);
    return items.filter(({ record }) => !existing.has(record.id));
  }

  /** Halving finds the request that the database refuses; the others settle. */
  async function split(items: readonly Item[], error: unknown): Promise<void> {
    if (items.length > 1) {
      const middle = items.length >> 1;
      await settleAll(items.slice(0, middle));
      await settleAll(items.slice(middle));
      return;
    }
    if (failureKind(error) === "no-partition") return park(items[0]!);
    const message = error instanceof Error ? error.message : String(error);
    log.error({ err: error, request: items[0]!.record.id, wallet: items[0]!.record.walletId }, "a charge cannot be settled and is put aside");
    await bury(items[0]!, message);
  }

  async function bury(item: Item, message: string): Promise<void> {
    for (let pauseMs: number = RETRY_MS.first; !stopped; pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest)) {
      try {
        await store.bury(item.record, message);
        return finish([item], undefined);
      } catch (error) {
        log.error({ err: error, request: item.record.id }, "a charge can be neither settled nor put aside yet");
        await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  }

  function park(item: Item): void {
    if (parked.length === 0) log.error({ request: item.record.id }, "the month of a charge has no partition; it waits");
    parked.push(item);
    parkTimer ??= setTimeout(() => void unpark(), PARKED_MS).unref();
  }

  async function unpark(): Promise<void> {
    parkTimer = undefined;
    await inLane(async () => {
      await store.makePartitions().catch((error: unknown) => log.error({ err: error }, "partitions cannot be made"));
      inBatch = parked;
      parked = [];
      await settleAll(inBatch);
      inBatch = [];
      arm();
    });
  }

  function finish(items: readonly Item[], batch: SettledBatch | undefined): void {
    if (isAway) backSinceMs = monotonic();
    isAway = false;
    // The charges are in the database whatever the listeners do: an error here must not settle them again.
    try {
      onBatch(batch, items);
      for (const item of items) onSettled(item);
    } catch (error) {
      log.fatal({ err: error }, "the books in memory no longer follow the settlement");
    }
  }

  return {
    push(item) {
      waiting.push(item);
      if (waiting.length >= BATCH.full) schedule();
      else timer ??= scheduled ? undefined : setTimeout(schedule, lingerMs);
    },
    get backlog() {
      return waiting.length + inBatch.length + parked.length;
    },
    get away() {
      return isAway;
    },
    oldestMs: () => {
      const oldest = inBatch[0] ?? waiting[0];
      return oldest ? monotonic() - Math.max(oldest.sinceMs, backSinceMs) : 0;
    },
    between: inLane,
    async drain(deadlineMs) {
      clearTimeout(parkTimer);
      if (parked.length > 0) await Promise.race([unpark(), sleep(deadlineMs - monotonic())]);
      while (waiting.length + inBatch.length > 0 && monotonic() < deadlineMs) {
        schedule();
        await Promise.race([lane, sleep(Math.max(0, deadlineMs - monotonic()))]);
      }
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(parkTimer);
      stop.abort();
    },
  };
}
