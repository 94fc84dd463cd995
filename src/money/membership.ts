import type { Pool } from "pg";
import type { HostIdentity } from "#money/host-identity.ts";
import { beat, reapNode, registerNode, silentNodes } from "#money/nodes.store.ts";
import { withClient } from "#money/with-client.store.ts";
import type { Clock } from "#platform/clock.ts";
import { uuidv7 } from "#platform/ids.ts";
import type { Log } from "#platform/log.ts";

const BEAT_MS = 5_000;
const RETRY_MS = 1_000;
/** Without a heartbeat for so long the node admits nothing: after 30 s another may give its leases away. */
const FENCE_MS = 20_000;
/** A node that was the only one goes on for so long without the database: nobody else can take its leases. */
const LONE_GRACE_MS = 10 * 60_000;
/** Clocks further apart than this are reported; beyond the second number nothing is admitted. */
const OFFSET_MS = { alarm: 500, most: 5_000 } as const;

export type MembershipOptions = Readonly<{
  pool: Pool;
  clock: Clock & { setOffset?(ms: number): void };
  log: Log;
  identity: HostIdentity;
  role: string;
  version: string;
  snapshotRev?: () => bigint | undefined;
  /** The node goes on under another id. `kept` = its leases came with it. */
  onRenamed: (nodeId: string, formerId: string) => Promise<void>;
}>;

/** This node among the others: its id, its heartbeat, and whether it may still spend what it has leased. */
export interface Membership {
  readonly id: string;
  /** Live relay nodes, this one included. */
  readonly nodes: number;
  /** May this node admit requests now? Cheap. */
  admits(): boolean;
  /** The row is gone: nothing is admitted until the node has registered again. */
  forget(): void;
  /** Beats now, out of turn. */
  beatNow(): Promise<void>;
  stop(): Promise<void>;
}

/** Registers and begins to beat. Throws when the database is away at the start. */
export async function joinNodes(options: MembershipOptions): Promise<Membership> {
  const { pool, clock, log, identity } = options;
  let id = uuidv7();
  let nodes = 1;
  let lastBeatMs = -Infinity;
  let lastTryMs = -Infinity;
  let registered = false;
  let clocksApart = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const row = (nodeId: string) => ({ id: nodeId, host: identity.host, pid: identity.pid, role: options.role, version: options.version });

  /** How long ago the last heartbeat was, and whether the node may still act on it. */
  function mayAct(now: number): boolean {
    if (!registered || clocksApart) return false;
    const silentMs = now - lastBeatMs;
    if (silentMs < FENCE_MS) return true;
    // The grace is for a database that is away, not for a process that slept: it must have been trying all the time.
    return nodes === 1 && silentMs < LONE_GRACE_MS && now - lastTryMs < FENCE_MS / 2;
  }

  async function register(): Promise<void> {
    const former = id;
    const next = uuidv7();
    await registerNode(pool, row(next), former);
    id = next;
    await options.onRenamed(next, former);
    registered = true;
    log.warn({ node: next, former }, "registered again under a new node id");
  }

  async function beatOnce(): Promise<void> {
    const startedMs = clock.monotonic();
    const wallBefore = Date.now();
    const fenced = !mayAct(startedMs) && !clocksApart;
    lastTryMs = startedMs;
    if (fenced) {
      registered = false; // until the new id is there, also for the grace of a lone node
      await register();
    }
    const answer = await withClient(pool, BEAT_MS, (client) => beat(client, id, options.snapshotRev?.()));
    if (!answer.known) {
      registered = false;
      await register();
    }
    // The time of asking counts, not that of the answer: the row says nothing newer.
    lastBeatMs = startedMs;
    nodes = answer.nodes;
    compareClocks(answer.nowMs - (wallBefore + Date.now()) / 2);
    for (const silent of await silentNodes(pool)) {
      if (silent !== id && await reapNode(pool, silent, false)) log.warn({ node: silent }, "gave back the leases of a dead node");
    }
  }

  function compareClocks(offsetMs: number): void {
    if (Math.abs(offsetMs) > OFFSET_MS.alarm) log.error({ offsetMs: Math.round(offsetMs) }, "this machine's clock is off");
    clock.setOffset?.(offsetMs);
    clocksApart = Math.abs(offsetMs) > OFFSET_MS.most;
  }

  function beatNow(): Promise<void> {
    clearTimeout(timer);
    running = running.then(async () => {
      if (stopped) return;
      let pauseMs = BEAT_MS;
      try {
        await beatOnce();
      } catch (error) {
        pauseMs = RETRY_MS;
        lastTryMs = clock.monotonic();
        log.warn({ err: error }, "the heartbeat failed");
      }
      if (!stopped) timer = setTimeout(() => void beatNow(), pauseMs).unref();
    });
    return running;
  }

  await registerNode(pool, row(id));
  registered = true;
  lastBeatMs = clock.monotonic();
  await beatNow();

  return {
    get id() {
      return id;
    },
    get nodes() {
      return nodes;
    },
    admits: () => mayAct(clock.monotonic()),
    forget() {
      registered = false;
      void beatNow();
    },
    beatNow,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
