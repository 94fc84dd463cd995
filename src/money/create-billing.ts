import type { Pool } from "pg";
import { createAdmission, type Admitted } from "#money/admission.ts";
import { nano, type Nano } from "#money/amount.ts";
import { type Ask, type Billing, type Hold, type Refusal } from "#money/billing.ts";
import { createBillingStore } from "#money/billing.store.ts";
import { admitDurable } from "#money/durable.ts";
import type { ChargeRecord } from "#money/charge.ts";
import { createHold, type HoldDeps, type HoldState } from "#money/hold.ts";
import { readHostIdentity, type HostIdentity } from "#money/host-identity.ts";
import { replayDead } from "#money/journal-replay.ts";
import { openJournal, type Journal, type JournalOptions, type Segment } from "#money/journal.ts";
import { createLeaseBroker, type LeaseBroker } from "#money/lease-broker.ts";
import { createLeaseBook, freeOf, giveUp, toSettled, toSettling, type LeaseBook, type Scope } from "#money/lease.ts";
import { joinNodes, type Membership } from "#money/membership.ts";
import { LOW_BALANCE_NANO, windowSums } from "#money/settle-batch.ts";
import { createSettler, type SettleItem, type Settler } from "#money/settlement.ts";
import type { BatchAsk, SettledBatch } from "#money/settlement.store.ts";
import type { Clock } from "#platform/clock.ts";
import type { Listener } from "#platform/db/listen.ts";
import { uuidv7 } from "#platform/ids.ts";
import type { Log } from "#platform/log.ts";
import type { Metrics } from "#platform/metrics.ts";

export type BillingSettings = Readonly<{
  /** The most that a wallet's running requests of all nodes may exceed its money. */
  overdraftNano: bigint;
  /** Hold the byte bound of the input instead of the tokenizer's count. */
  guardExact: boolean;
  /** A wallet that falls below this is told. */
  lowBalanceNano?: bigint;
}>;

export type BillingDeps = Readonly<{
  /** For leases and heartbeats. */
  pool: Pool;
  /** For settlements, so that they never wait for a connection; default: the same pool. */
  settlePool?: Pool;
  listener: Listener;
  clock: Clock & { setOffset?(ms: number): void };
  log: Log;
  /** `<data>/journal`. Undefined = no durable disk: the end of an answer waits for the commit. */
  journalDir: string | undefined;
  settings: () => BillingSettings;
  identity?: HostIdentity;
  role?: "all" | "relay";
  version?: string;
  snapshotRev?: () => bigint | undefined;
  metrics?: Metrics;
  sync?: JournalOptions["sync"];
  /** Fault points for tests. */
  faults?: Readonly<{ settlement?: BatchAsk["fault"]; writeSync?: JournalOptions["writeSync"] }>;
}>;

/** More waiting charges than this, or one older, and no request is admitted. */
const BACKLOG = { most: 20_000, oldestMs: 5_000 } as const;
const TICK_MS = 250;
/** How long `close` tries to reach the database; what is left stays in the journal for the next start. */
const CLOSE_MS = 15_000;

/**
 * Joins admission, leases, journal and settlement into the relay's door to money. First settles what dead processes of
 * this machine left behind and gives their leases back, then registers the node.
 *
 * @throws when the database is away at the start, or the journal's folder cannot be made
 */
export async function createBilling(deps: BillingDeps): Promise<Billing> {
  const { pool, clock, log } = deps;
  const monotonic = clock.monotonic;
  const identity = deps.identity ?? readHostIdentity();
  const book = createLeaseBook();
  const store = createBillingStore({
    pool, settlePool: deps.settlePool ?? pool, ...(deps.faults?.settlement && { fault: deps.faults.settlement }),
    lowBalanceNano: () => deps.settings().lowBalanceNano ?? LOW_BALANCE_NANO,
  });
  if (deps.journalDir !== undefined) await replayDead({ root: deps.journalDir, identity, store: store.replay(log), log, claimId: uuidv7() });

  let journal: Journal | undefined;
  const membership: Membership = await joinNodes({
    pool, clock, log, identity, role: deps.role ?? "all", version: deps.version ?? "",
    ...(deps.snapshotRev && { snapshotRev: deps.snapshotRev }),
    onRenamed: async (nodeId) => {
      adoptLeases(book, await store.leasesOf(nodeId));
      journal?.rename(nodeId);
    },
  });
  if (deps.journalDir !== undefined) {
    journal = openJournal({
      root: deps.journalDir, nodeId: membership.id, identity, log, monotonic, sync: deps.sync ?? "interval",
      ...(deps.faults?.writeSync && { writeSync: deps.faults.writeSync }),
    });
  }
  const settler = createSettler<QueuedCharge>({
    store: store.settle(() => membership.id, () => hasBudgets(book)), log, monotonic, isAwaited: journal === undefined,
    onBatch: (batch, items) => bookBatch(book, batch, items),
    onSettled(item) {
      toSettled(item.scopes, item.record.chargeNano);
      if (item.openSegment) journal!.settled(item.openSegment);
      if (item.doneSegment) journal!.settled(item.doneSegment);
      item.isSettled = true;
      item.committed?.resolve();
    },
  });
  const broker = createLeaseBroker({
    pool, book, log, monotonic, node: () => membership, onForgotten: () => membership.forget(), between: (work) => settler.between(work),
  });
  deps.listener.on("wallet", (walletId) => broker.onWallet(walletId));
  deps.listener.on("lease_wanted", (key) => broker.onWanted(key));
  await deps.listener.ready();
  const tick = setInterval(() => {
    journal?.tidy();
    journal?.retry();
    if (membership.admits()) void broker.tick();
  }, TICK_MS).unref();
  observe(deps.metrics, settler, book, membership);
  return assemble({ deps, membership, journal, settler, broker, book, release: store.release, tick });
}

type Parts = Readonly<{
  deps: BillingDeps; membership: Membership; journal: Journal | undefined; settler: Settler<QueuedCharge>; broker: LeaseBroker; book: LeaseBook;
  release: (nodeId: string) => Promise<void>; tick: NodeJS.Timeout;
}>;

function assemble({ deps, membership, journal, settler, broker, book, release, tick }: Parts): Billing {
  const { log, clock: { monotonic } } = deps;
  const overdraft = (): bigint => deps.settings().overdraftNano / BigInt(membership.nodes);
  const admission = createAdmission({ book, broker, overdraft, guardExact: () => deps.settings().guardExact });
  let closing = false;

  function closedFor(): Refusal | undefined {
    if (closing || !membership.admits() || journal?.broken) return { refused: "billing-unavailable", retryAfterMs: 1_000 };
    // While the database is away the journal holds what waits, and the heartbeat decides how long that may go on.
    if (settler.backlog > BACKLOG.most || (!settler.away && settler.oldestMs() > BACKLOG.oldestMs)) return { refused: "billing-backlog", retryAfterMs: 1_000 };
    return undefined;
  }

  /** The charge is written down, then queued; without a journal the commit itself is awaited. */
  function end(record: ChargeRecord, scopes: readonly Scope[], openSegment: Segment | undefined): Promise<void> {
    const item: QueuedCharge = { record, sinceMs: monotonic(), scopes, openSegment, doneSegment: journal?.done(record), committed: undefined, isSettled: false };
    settler.push(item);
    return journal ? journal.written().catch(() => committed(item)) : committed(item);
  }

  const endHold = (state: HoldState, record: ChargeRecord): Promise<void> => {
    if (state.mode === "guarded-stream" || state.mode === "guarded-single") state.scopes[0]!.guarded -= 1;
    toSettling(state.scopes, state.amount, record.chargeNano, monotonic());
    return end(record, state.scopes, state.segment);
  };

  const giveBack = (state: HoldState): void => {
    if (state.mode === "guarded-stream" || state.mode === "guarded-single") state.scopes[0]!.guarded -= 1;
    giveUp(state.scopes, state.amount);
    if (state.segment) journal!.voided(state.ask.requestId, state.segment);
  };

  const leaseMore = async (scopes: readonly Scope[], amount: bigint): Promise<void> => {
    await Promise.all(scopes.filter((scope) => freeOf(scope) < amount && broker.mayAsk(scope)).map((scope) => broker.take(scope, amount - freeOf(scope), amount - freeOf(scope))));
  };

  const open = (ask: Ask, holdNano: Nano): Segment | undefined => journal?.open({
    id: ask.requestId, walletId: ask.walletId, userId: ask.userId, keyId: ask.keyId, modelId: ask.modelId, groupId: ask.groupId,
    endpoint: ask.endpoint, stream: ask.stream, card: ask.card, holdNano, inputTokensMax: ask.inputTokensMax,
  });

  const holdDeps: HoldDeps = { overdraft, leaseMore, open, end: endHold, giveBack, scopesOf: (ask) => admission.scopesOf(ask) };

  function hold(ask: Ask, admitted: Admitted): Hold {
    const amount = nano(admitted.amount);
    const segment = ask.beginsLater === true ? undefined : open(ask, amount);
    return createHold({
      ask, mode: admitted.mode, scopes: admitted.scopes, inputTokens: admitted.inputTokens, amount, most: amount, outputTokens: admitted.outputTokens, ended: false, segment,
    }, holdDeps, admitted.maxTokens);
  }

  const slow = async (ask: Ask): Promise<Hold | Refusal> => {
    const admitted = await admission.slow(ask);
    return "refused" in admitted ? admitted : hold(ask, admitted);
  };

  return {
    admit(ask) {
      const closed = closedFor();
      if (closed) return closed;
      const admitted = admission.quick(ask);
      return admitted ? hold(ask, admitted) : slow(ask);
    },
    async admitDurable(ask, work) {
      const admit = async (): Promise<Admitted | Refusal> => closedFor() ?? admission.quick(ask) ?? admission.slow(ask);
      return admitDurable({ pool: deps.pool, log, broker, admit }, ask, work);
    },
    record: (record) => end(record, [], undefined),
    get nodeId() {
      return membership.id;
    },
    get nodes() {
      return membership.nodes;
    },
    get ready() {
      return closedFor() === undefined;
    },
    get backlog() {
      return settler.backlog;
    },
    async close() {
      if (closing) return;
      closing = true;
      clearInterval(tick);
      await settler.drain(monotonic() + CLOSE_MS);
      settler.stop();
      await membership.stop();
      await release(membership.id).catch((error: unknown) => log.warn({ err: error }, "leases could not be returned; they end with the node's heartbeat"));
      await journal?.close();
    },
  };
}

/** A finished request on its way into the database, with what it still holds on this node. */
type QueuedCharge = SettleItem & {
  readonly scopes: readonly Scope[];
  readonly openSegment: Segment | undefined;
  readonly doneSegment: Segment | undefined;
  /** Made only where somebody waits for the commit. */
  committed: PromiseWithResolvers<void> | undefined;
  isSettled: boolean;
};

function committed(item: QueuedCharge): Promise<void> {
  if (item.isSettled) return Promise.resolve();
  item.committed ??= Promise.withResolvers<void>();
  return item.committed.promise;
}

/** What a batch took from this node's leases. An answer that was lost leaves the leases in doubt until they are read. */
function bookBatch(book: LeaseBook, batch: SettledBatch | undefined, items: readonly SettleItem[]): void {
  if (!batch) {
    // Until the leases are read again, the charges count as taken from them in full.
    const take = (key: string, amount: bigint): void => {
      const scope = book.peek(key);
      if (!scope) return;
      scope.leased -= amount;
      scope.doubtful = true;
    };
    for (const { record } of items) take(record.walletId, record.chargeNano);
    for (const { key, amount } of windowSums(items.map(({ record }) => record))) take(key, amount);
    return;
  }
  for (const [walletId, { consumed, debt, status }] of batch.wallets) {
    const scope = book.peek(walletId);
    if (!scope) continue;
    scope.leased -= consumed;
    scope.seen = { ...scope.seen, debt, status };
  }
  for (const [key, consumed] of batch.budgets) {
    const scope = book.peek(key);
    if (scope) scope.leased -= consumed;
  }
}

/**
 * Under a new node id the leases are what the database says; unknown ones are kept until they idle out. A settlement may
 * have been under way meanwhile, so each is read again.
 */
function adoptLeases(book: LeaseBook, leases: ReadonlyMap<string, bigint>): void {
  book.dropLeases();
  for (const [key, amount] of leases) book.scope(key, key.includes("|") ? "budget" : "wallet").leased = amount;
  for (const scope of book.all()) scope.doubtful = true;
}

function hasBudgets(book: LeaseBook): boolean {
  for (const scope of book.all()) if (scope.kind === "budget") return true;
  return false;
}

function observe(metrics: Metrics | undefined, settler: Settler<QueuedCharge>, book: LeaseBook, membership: Membership): void {
  metrics?.gauge("modelmart_settlement_backlog", "Finished requests that are not in the database yet.", [], (gauge) => gauge.set(settler.backlog));
  metrics?.gauge("modelmart_settlement_oldest_seconds", "How long the oldest of them has waited.", [], (gauge) => gauge.set(settler.oldestMs() / 1_000));
  metrics?.gauge("modelmart_leased_wallets", "Wallets and spending windows with an entry in this node's lease book.", [], (gauge) => gauge.set([...book.all()].length));
  metrics?.gauge("modelmart_relay_nodes", "Live relay nodes as this one sees them.", [], (gauge) => gauge.set(membership.nodes));
}
