import type { Pool } from "pg";
import { freeOf, type LeaseBook, type Scope } from "#money/lease.ts";
import {
  giveBudget, giveWallet, NodeForgotten, ownLease, showHeld, takeBudget, takeWallet, walletState, type Taken, type WindowKey,
} from "#money/lease.store.ts";
import { failureKind } from "#money/settlement-errors.ts";
import { withClient } from "#money/with-client.store.ts";
import { notify } from "#platform/db/listen.ts";
import type { Log } from "#platform/log.ts";

/** A lease that nothing has used for so long goes back. */
const IDLE_MS = 10_000;
/** That the database has no more is believed for so long, unless a credit is announced. */
export const DRAINED_MS = 250;
/** Many requests of one wallet ask the other nodes together. */
const WANTED_EVERY_MS = 20;
/** What a wallet owes is believed for so long by requests that need no money. */
const STATE_MS = 5_000;

export type BrokerOptions = Readonly<{
  pool: Pool;
  book: LeaseBook;
  log: Log;
  monotonic: () => number;
  /** This node's present id, and how many nodes live. */
  node: () => Readonly<{ id: string; nodes: number }>;
  /** The node's row is gone. */
  onForgotten: () => void;
  /** Runs work while no settlement of this node is under way. */
  between: <T>(work: () => Promise<T>) => Promise<T>;
}>;

export type TakeOutcome = "granted" | "short" | "away";

/** Moves money between the database and this node's book. One operation at a time on each scope. */
export interface LeaseBroker {
  /** Could the database have more? False right after it said no. */
  mayAsk(scope: Scope): boolean;
  /** Leases `least` or more; `short` when so much is not free. Joins an operation that is under way. */
  take(scope: Scope, least: bigint, want: bigint): Promise<TakeOutcome>;
  /** Asks the other nodes to return what they do not need. */
  wanted(scope: Scope): Promise<void>;
  /** Debt and status of a wallet, at most a few seconds old. Throws when the database is away and nothing is known. */
  state(scope: Scope): Promise<Scope["seen"]>;
  /** A message came: a wallet was credited, frozen or changed. */
  onWallet(walletId: string): void;
  /** A message came: another node needs money that this one may have free. */
  onWanted(key: string): void;
  /** Gives back what is free of a lease. */
  giveBack(scope: Scope): Promise<void>;
  /**
   * Runs a transaction that takes from the node's leases of these scopes, while nothing else moves them. What it took
   * leaves the book; when its outcome is unknown the leases are read anew.
   */
  spend<T extends Readonly<{ taken?: ReadonlyMap<string, bigint> }>>(scopes: readonly Scope[], work: (nodeId: string) => Promise<T>): Promise<T>;
  /** Returns idle leases, mends doubtful ones, writes what is held. Call it four times a second. */
  tick(): Promise<void>;
}

export function createLeaseBroker({ pool, book, log, monotonic, node, onForgotten, between }: BrokerOptions): LeaseBroker {
  const lanes = new Map<string, Promise<unknown>>();
  const asking = new Map<string, Promise<TakeOutcome>>();
  const wantedAt = new WeakMap<Scope, number>();
  let ticking = false;

  /** Operations on one scope run one after another. */
  function inLane<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
    const result = (lanes.get(scope.key) ?? Promise.resolve()).then(work);
    const settled = result.then(() => undefined, () => undefined);
    lanes.set(scope.key, settled);
    void settled.then(() => { if (lanes.get(scope.key) === settled) lanes.delete(scope.key); });
    return result;
  }

  async function takeNow(scope: Scope, least: bigint, want: bigint): Promise<TakeOutcome> {
    const { id, nodes } = node();
    const ask = { nodeId: id, least: least > 0n ? least : 1n, want: want > least ? want : least, nodes };
    try {
      const taken = await withClient(pool, LEASE_TIMEOUT_MS, (client) =>
        (scope.kind === "wallet" ? takeWallet(client, scope.key, ask) : takeBudget(client, toWindow(scope.key), scope.limit, ask)));
      if (node().id === id) scope.leased += taken.granted;
      else scope.doubtful = true;
      note(scope, taken);
      return taken.granted > 0n ? "granted" : "short";
    } catch (error) {
      if (error instanceof NodeForgotten) onForgotten();
      else {
        scope.doubtful = true;
        log.warn({ err: error }, "no lease could be taken");
      }
      return "away";
    }
  }

  function note(scope: Scope, taken: Taken): void {
    const now = monotonic();
    const left = taken.free - taken.granted;
    scope.usedAtMs = now;
    scope.seen = {
      atMs: now, othersLeased: taken.leased + taken.granted - scope.leased, debt: taken.debt, spent: taken.spent, status: taken.status, free: left > 0n ? left : 0n,
    };
    scope.drainedUntilMs = taken.granted === 0n || left <= 0n ? now + DRAINED_MS : 0;
  }

  /** What is free goes back; from this moment on nobody may spend it. */
  function give(scope: Scope): Promise<void> {
    const amount = freeOf(scope);
    if (amount <= 0n) return Promise.resolve();
    scope.returning += amount;
    return inLane(scope, async () => {
      const { id } = node();
      try {
        const back = await withClient(pool, LEASE_TIMEOUT_MS, (client) =>
          (scope.kind === "wallet" ? giveWallet(client, scope.key, id, amount) : giveBudget(client, toWindow(scope.key), id, amount)));
        if (node().id === id && back === amount) scope.leased -= back;
        else scope.doubtful = true;
      } catch (error) {
        scope.leased -= amount; // it may be back already
        scope.doubtful = true;
        log.warn({ err: error }, "a lease could not be given back");
      } finally {
        scope.returning -= amount;
      }
    });
  }

  /** The database's number is the true one; asked while nothing of the scope is under way. */
  function mend(scope: Scope): Promise<void> {
    return inLane(scope, () => between(async () => {
      const { id } = node();
      try {
        const amount = await withClient(pool, LEASE_TIMEOUT_MS, (client) => ownLease(client, id, scope.kind === "wallet" ? scope.key : toWindow(scope.key)));
        if (node().id !== id) return;
        scope.leased = amount;
        scope.doubtful = false;
      } catch (error) {
        if (failureKind(error) !== "away") log.error({ err: error }, "a lease cannot be read");
      }
    }));
  }

  /** One lane after the other, always the wallet's first: two that want the same lanes wait at the same one. */
  const inLanes = <T>([scope, ...others]: readonly Scope[], work: () => Promise<T>): Promise<T> =>
    (scope === undefined ? work() : inLane(scope, () => inLanes(others, work)));

  async function show(): Promise<void> {
    const changed = new Map<string, bigint>();
    for (const scope of book.all()) {
      if (scope.kind === "wallet" && scope.held !== scope.shownHeld) changed.set(scope.key, scope.held);
    }
    if (changed.size === 0) return;
    await between(() => withClient(pool, LEASE_TIMEOUT_MS, (client) => showHeld(client, node().id, changed)));
    for (const [key, held] of changed) {
      const scope = book.peek(key);
      if (scope) scope.shownHeld = held;
    }
  }

  async function sweep(): Promise<void> {
    const now = monotonic();
    for (const scope of [...book.all()]) {
      if (scope.doubtful) await mend(scope);
      if (scope.users > 0 || now - scope.usedAtMs < IDLE_MS || lanes.has(scope.key)) continue;
      if (scope.leased > 0n) await give(scope);
      if (scope.users === 0 && scope.leased === 0n && scope.shownHeld === 0n && !scope.doubtful && !lanes.has(scope.key)) book.forget(scope);
    }
  }

  return {
    mayAsk: (scope) => monotonic() >= scope.drainedUntilMs,
    take(scope, least, want) {
      let pending = asking.get(scope.key);
      if (!pending) {
        pending = inLane(scope, () => takeNow(scope, least, want)).finally(() => asking.delete(scope.key));
        asking.set(scope.key, pending);
      }
      return withinTime(pending);
    },
    async wanted(scope) {
      if (monotonic() - (wantedAt.get(scope) ?? -Infinity) < WANTED_EVERY_MS) return;
      wantedAt.set(scope, monotonic());
      await notify(pool, "lease_wanted", scope.key).catch((error: unknown) => log.warn({ err: error }, "lease_wanted could not be sent"));
    },
    async state(scope) {
      if (monotonic() - scope.seen.atMs < STATE_MS) return scope.seen;
      scope.usedAtMs = monotonic();
      const found = await withClient(pool, TAKE_TIMEOUT_MS, (client) => walletState(client, scope.key)).catch((error: unknown) => {
        // While the database is away, what was known last is better than to refuse a request that costs nothing.
        if (scope.seen.atMs === -Infinity) throw error;
        return scope.seen;
      });
      scope.seen = { ...scope.seen, atMs: monotonic(), debt: found?.debt ?? 0n, status: found?.status ?? "missing" };
      return scope.seen;
    },
    onWallet(walletId) {
      const scope = book.peek(walletId);
      if (!scope) return;
      scope.drainedUntilMs = 0;
      scope.seen = { ...scope.seen, atMs: -Infinity };
      // It may be a freeze: what is not needed now goes back, and is leased again if it may be.
      void give(scope);
    },
    onWanted(key) {
      const scope = book.peek(key);
      if (!scope || asking.has(key) || freeOf(scope) <= 0n) return;
      void give(scope);
    },
    giveBack: give,
    spend: (scopes, work) => inLanes(scopes, async () => {
      const { id } = node();
      try {
        const done = await work(id);
        for (const scope of scopes) {
          if (node().id === id) scope.leased -= done.taken?.get(scope.key) ?? 0n;
          else scope.doubtful = true;
        }
        return done;
      } catch (error) {
        for (const scope of scopes) scope.doubtful = true;
        throw error;
      }
    }),
    async tick() {
      if (ticking) return;
      ticking = true;
      try {
        await show();
        await sweep();
      } catch (error) {
        log.warn({ err: error }, "leases could not be tidied");
      } finally {
        ticking = false;
      }
    },
  };
}

/** After this the connection is cut and the lease in doubt. */
const LEASE_TIMEOUT_MS = 5_000;
/** A request does not wait longer for a lease than this: the database is away. */
const TAKE_TIMEOUT_MS = 2_000;

async function withinTime(pending: Promise<TakeOutcome>): Promise<TakeOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<TakeOutcome>((resolve) => { timer = setTimeout(() => resolve("away"), TAKE_TIMEOUT_MS); });
  try {
    return await Promise.race([pending, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Window keys are `scope|period|start`; scopes hold no bar. */
export function toWindow(key: string): WindowKey {
  const [scope, period, startsAtMs] = key.split("|");
  return { scope: scope!, period: period!, startsAtMs: Number(startsAtMs) };
}
