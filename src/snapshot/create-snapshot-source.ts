import type { Pool } from "pg";
import { disableChannelKey, type Sealer } from "#channels/index.ts";
import { bumpConfig } from "#catalog/index.ts";
import type { Clock } from "#platform/clock.ts";
import type { Listener } from "#platform/db/listen.ts";
import { withTransaction } from "#platform/db/tx.ts";
import type { Log } from "#platform/log.ts";
import { buildSnapshot } from "#snapshot/build-snapshot.ts";
import { announceSnapshotRev, databaseNowMs, loadConfigRev, loadSnapshotRows } from "#snapshot/snapshot-rows.store.ts";
import type { Snapshot, SnapshotSource } from "#snapshot/snapshot.ts";

const DEBOUNCE_MS = 100; // one apply sends many notifications
const POLL_MS = 15_000; // finds what a lost notification would hide
const OFFSET_MS = 30_000;
const ANNOUNCE_MS = 1_000; // a node that registers anew has a row without revision
const OFFSET_ALARM_MS = 500;

export type SnapshotSourceDeps = Readonly<{
  pool: Pool;
  listener: Listener;
  sealer: Pick<Sealer, "open">;
  clock: Clock & { setOffset(ms: number): void };
  log: Log;
  /** Id of this relay node, when it is one: its row then says which revision it serves. */
  nodeId?: () => string | undefined;
}>;

export type LiveSnapshotSource = SnapshotSource & {
  /** Loads anew at once if the database has moved on: for a listener that had lost its connection. */
  refresh(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Loads the first snapshot and keeps it fresh: on `NOTIFY config`, and by a poll of the revision. A build that
 * fails leaves the old snapshot in force and is tried again at the next poll. Throws when the first one fails.
 */
export async function createSnapshotSource(deps: SnapshotSourceDeps): Promise<LiveSnapshotSource> {
  const { pool, clock, log } = deps;
  const open = deps.sealer.open.bind(deps.sealer);
  const now = (): number => clock.now();
  let closed = false;
  let debounce: NodeJS.Timeout | undefined;
  let announced = "";

  await measureOffset(deps);
  let current: Snapshot = buildSnapshot(await loadSnapshotRows(pool), open, now);

  const announce = async (): Promise<void> => {
    const node = deps.nodeId?.();
    if (node === undefined || announced === `${node} ${current.rev}`) return;
    const mark = `${node} ${current.rev}`;
    await announceSnapshotRev(pool, node, current.rev);
    announced = mark;
  };
  const reload = async (): Promise<void> => {
    await measureOffset(deps);
    const fresh = buildSnapshot(await loadSnapshotRows(pool), open, now);
    if (fresh.rev >= current.rev) current = fresh;
    await announce();
  };

  // one at a time; a request that comes while one runs is served by one more after it
  let running: Promise<void> | undefined;
  let again = false;
  const refreshNow = (): Promise<void> => {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await reload();
      } while (again && !closed);
    })().finally(() => { running = undefined; });
    return running;
  };
  const guarded = (what: string, work: () => Promise<unknown>): void => {
    if (closed) return;
    work().catch((error: unknown) => { if (!closed) log.error({ err: error }, `${what} failed; the old snapshot stays in force`); });
  };

  deps.listener.on("config", () => {
    debounce ??= setTimeout(() => {
      debounce = undefined;
      guarded("loading the snapshot", refreshNow);
    }, DEBOUNCE_MS);
  });
  const poll = setInterval(() => guarded("polling the revision", async () => {
    if ((await loadConfigRev(pool)) !== current.rev) await refreshNow();
  }), POLL_MS);
  const offset = setInterval(() => guarded("measuring the clock", () => measureOffset(deps)), OFFSET_MS);
  const announcer = setInterval(() => guarded("announcing the snapshot", announce), ANNOUNCE_MS);
  for (const timer of [poll, offset, announcer]) timer.unref();
  // What changed between the first load and now was told to nobody.
  await deps.listener.ready();
  if ((await loadConfigRev(pool)) !== current.rev) await refreshNow();
  await announce();

  return {
    get current() {
      return current;
    },
    refresh: refreshNow,
    async disableKey(channelId, channelKeyId, reason) {
      await withTransaction(pool, async (tx) => {
        if (await disableChannelKey(tx, channelId, channelKeyId, reason)) await bumpConfig(tx);
      });
    },
    async close() {
      closed = true;
      clearTimeout(debounce);
      for (const timer of [poll, offset, announcer]) clearInterval(timer);
      await running?.catch(() => undefined);
    },
  };
}

/** One snapshot, once: for a process that follows no changes. */
export const loadSnapshot = async ({ pool, sealer, clock }: Pick<SnapshotSourceDeps, "pool" | "sealer"> & { clock: Clock }): Promise<Snapshot> =>
  buildSnapshot(await loadSnapshotRows(pool), sealer.open.bind(sealer), () => clock.now());

/** The database's clock is the shop's: half of the round trip is taken as the way back. */
async function measureOffset({ pool, clock, log }: SnapshotSourceDeps): Promise<void> {
  const before = Date.now();
  const database = await databaseNowMs(pool);
  const after = Date.now();
  const offsetMs = Math.round(database - (before + after) / 2);
  clock.setOffset(offsetMs);
  if (Math.abs(offsetMs) > OFFSET_ALARM_MS) log.warn({ offsetMs }, "this machine's clock differs from the database's");
}
