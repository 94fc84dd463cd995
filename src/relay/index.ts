import { randomBytes } from "node:crypto";
import type { HealthNews } from "#channels/index.ts";
import type { RelayDeps, RelayState } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import type { Inbound, Reply } from "#relay/http/exchange.ts";
import { isRelayPath, matchRoute } from "#relay/http/routes.ts";
import { createSharedConcurrency } from "#relay/limits/concurrency.redis.ts";
import { createConcurrency } from "#relay/limits/concurrency.ts";
import { createSharedLimiter } from "#relay/limits/limiter.redis.ts";
import { createLimiter } from "#relay/limits/limiter.ts";
import { createUnknownKeys } from "#relay/limits/unknown-keys.ts";
import { WaitingRoom } from "#relay/limits/waiting-room.ts";
import { createUpstreamLimits } from "#relay/limits/window.ts";
import { createFreePasses } from "#relay/metering/free-passes.ts";
import { RunningRequests } from "#relay/running.ts";
import { handle } from "#relay/pipeline.ts";
import { createPlans } from "#relay/plan.ts";
import { createEndUserNames } from "#relay/policy/end-user-names.ts";
import { createBudgetWindows } from "#relay/policy/budget-windows.ts";
import { createModelLists } from "#relay/read/models.ts";
import { createRelayMeters } from "#relay/relay-metrics.ts";
import { serveRealtime, type Sessions } from "#relay/realtime/serve-realtime.ts";
import type { UpgradeCall } from "#relay/realtime/upgrade.ts";
import { createAffinity } from "#relay/routing/affinity.ts";
import { createHealth, type Health, type Opened } from "#relay/routing/health.ts";
import { createKeyRing, type KeyRing } from "#relay/routing/keys.ts";
import { createRetryBudget } from "#relay/routing/retry-policy.ts";
import { createRouteBook } from "#relay/routing/route-stats.ts";
import { createAccessTokens } from "#relay/upstream/access-tokens.ts";
import { createAddresses } from "#relay/upstream/addresses.ts";
import { createContentCache } from "#relay/content/content-cache.ts";
import { createDrains } from "#relay/upstream/drains.ts";
import { createTimerWheel } from "#relay/upstream/timers.ts";

export type { RelayDeps } from "#relay/context.ts";
export type { RelayLookups } from "#relay/read/lookups.ts";
export type { KeptReply, ReplyClaim, ReplyStore } from "#relay/idempotency/reply-store.ts";
export type { ResponseStore, StoredResponse } from "#relay/stored/response-store.ts";
export { createHttpTransport } from "#relay/upstream/http-transport.ts";
export { createChannelTests } from "#relay/channel-tests.ts";
export type { ChannelLearnt, ChannelTestReport, ChannelTests } from "#relay/channel-tests.ts";
export { offeredProtocols } from "#relay/routing/protocols.ts";
export { PROBE_STEPS } from "#relay/probe.ts";
export { PREVIEW_DIALECTS, previewRequest } from "#relay/policy/preview.ts";
export { hookSecret } from "#relay/tasks/hook-signature.ts";
export { fileLinks } from "#relay/tasks/serve-task.ts";
export { tellHooks } from "#relay/tasks/tell-hooks.ts";
export { createAccessTokens };
export { pollTasks } from "#relay/tasks/poll-tasks.ts";
export type { PollDeps } from "#relay/tasks/poll-tasks.ts";
export type { TaskStore } from "#relay/tasks/task-store.ts";
export { createTaskStore, taskAad } from "#relay/tasks/tasks.store.ts";
export { createTokenizer } from "#relay/metering/tokenizer.ts";
export { createSimulator, providers } from "#relay/providers/index.ts";
export { createSocketTransport } from "#relay/realtime/socket-transport.ts";
export { directExchange } from "#relay/http/direct.ts";
export { nodeExchange } from "#relay/http/node.ts";
export { webExchange } from "#relay/http/web.ts";
export { matchRoute } from "#relay/http/routes.ts";
export { encodeError } from "#relay/dialects/openai-kit/errors.ts";
export { LOSSES } from "#relay/canonical/losses.ts";
export { RELAY_ERRORS, RelayError, type RelayErrorCode } from "#relay/errors.ts";

/** How often the drain looks whether the last request has ended, and how long cut ones get to settle. */
const DRAIN_LOOK_MS = 50;
const SETTLE_GRACE_MS = 5_000;
/** The shared store of the limits is asked again sooner than a client that is told to wait the least. */
const STORE_AWAY_RETRY_MS = 1_000;

/** The data plane: everything between a customer's call and a vendor's answer. */
export interface Relay {
  /** Is this address the relay's? All others are the site's. `path` comes without its query. */
  matches(path: string): boolean;
  /** May a connection change over to a WebSocket at this address? */
  upgrades(path: string): boolean;
  /** Holds one conversation; resolves when it has ended and everything of it is charged. Never rejects. */
  converse(call: UpgradeCall): Promise<void>;
  /** Serves one call; resolves when it has ended and its charge is durable. Never rejects. */
  handle(inbound: Inbound, reply: Reply): Promise<void>;
  /**
   * Says good-bye: answers close their connections, running ones get `deadlineMs`, then are cut with an error in-band.
   * Resolves when none is left.
   */
  drain(deadlineMs: number): Promise<void>;
  readonly draining: boolean;
  /** Requests under way. */
  readonly running: number;
}

/** Builds the relay once a process. */
export function createRelay(deps: RelayDeps): Relay {
  const now = (): number => deps.clock.now(), monotonic = (): number => deps.clock.monotonic();
  const nodes = (): number => Math.max(1, deps.nodes?.() ?? 1);
  const running = new RunningRequests();
  const sessions: Sessions = new Set();
  let draining = false;

  const waitingRoom = new WaitingRoom({ monotonic, later });
  const limits = createLimits(deps, monotonic, nodes);
  const keyRing = createKeyRing(), health = createHealth(deps.random, (opened) => tellOthers(deps, nodes(), opened));
  deps.healthWire?.listen((news) => heedOthers(deps, health, keyRing, news));
  const state: RelayState = {
    ...deps,
    running,
    limiter: limits.limiter,
    concurrency: limits.concurrency,
    upstreamLimits: createUpstreamLimits(now, nodes),
    waitingRoom,
    unknownKeys: createUnknownKeys(monotonic),
    health,
    routeBook: createRouteBook(),
    affinity: createAffinity(monotonic),
    keyRing,
    retryBudget: createRetryBudget(monotonic),
    wheel: createTimerWheel(monotonic),
    contents: deps.fetchContent && createContentCache(deps.fetchContent, monotonic),
    freePasses: createFreePasses(monotonic),
    drains: createDrains(),
    ways: { transport: deps.transport, sockets: deps.realtime?.sockets, now },
    addresses: createAddresses(),
    accessTokens: createAccessTokens(deps),
    budgetWindows: createBudgetWindows(),
    plans: createPlans(),
    endUser: createEndUserNames(deps.endUserKey ?? randomBytes(32)),
    modelLists: createModelLists(now),
    meters: createRelayMeters(deps.metrics, () => running.size, () => waitingRoom.size),
    isDraining: () => draining,
  };

  return {
    matches: isRelayPath,
    upgrades: (path) => state.realtime !== undefined && matchRoute("GET", path).kind === "realtime",
    converse: (call) => serveRealtime(state, call, sessions),
    handle: (inbound, reply) => handle(state, inbound, reply),
    async drain(deadlineMs) {
      draining = true;
      for (const session of sessions) session.goAway();
      await untilIdle(running, deadlineMs);
      const error = new RelayError("server_overloaded", "The server is shutting down. Try again.");
      for (const context of running) {
        context.cut = error;
        context.cutShort?.();
      }
      await untilIdle(running, SETTLE_GRACE_MS);
      state.wheel.close();
      limits.close();
    },
    get draining() {
      return draining;
    },
    get running() {
      return running.size;
    },
  };
}

/** A circuit that opens here is news where there are others. */
function tellOthers({ healthWire, clock }: RelayDeps, nodes: number, { channelId, protocol, model, ms }: Opened): void {
  if (nodes > 1) healthWire?.tell({ state: "open", channel: channelId, protocol, model, until: clock.now() + ms });
}

function heedOthers({ clock, snapshots: { current: { channels, rev } } }: RelayDeps, health: Health, keyRing: KeyRing, news: HealthNews): void {
  if (!channels.has(news.channel)) return;
  if (news.state === "open") return health.heed({ channelId: news.channel, protocol: news.protocol, model: news.model }, clock.monotonic());
  // It is stored: the next snapshot knows it, and whether somebody has switched it on again.
  keyRing.disabled(news.key, clock.monotonic(), rev);
  keyRing.persisted(news.key);
}

/** The customers' limits: in this process, or over all nodes where there is a store that they share. */
function createLimits({ sharedStore: store, metrics, snapshots }: RelayDeps, monotonic: () => number, nodes: () => number) {
  const limiter = createLimiter(monotonic, nodes), concurrency = createConcurrency(nodes);
  if (!store) return { limiter, concurrency, close: () => undefined };
  const fallbacks = metrics.counter("modelmart_relay_limits_local_total", "Limits that this node decided alone because the shared store was away", []);
  const refusals = metrics.counter("modelmart_relay_limits_refused_total", "Limits that this node did not decide because the shared store was away: the requests were refused", []);
  const onAway = (): void => {
    if (snapshots.current.settings.limiterOnError !== "closed") return fallbacks.inc();
    refusals.inc();
    throw new RelayError("server_overloaded", "Rate limits cannot be checked at the moment. Try again.", { retryAfterMs: STORE_AWAY_RETRY_MS });
  };
  const own = { store, monotonic, onAway };
  const shared = createSharedConcurrency({ ...own, local: concurrency });
  return { limiter: createSharedLimiter({ ...own, local: limiter }), concurrency: shared, close: () => shared.close() };
}

/** Calls back once. @returns takes it back */
function later(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}

async function untilIdle(running: RunningRequests, ms: number): Promise<void> {
  for (let waited = 0; running.size > 0 && waited < ms; waited += DRAIN_LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
  }
}
