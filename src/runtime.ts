import { createHash, createHmac } from "node:crypto";
import path from "node:path";
import type { AttemptStore } from "#accounts/sign-in.ts";
import type { SessionCache } from "#accounts/session-cache.ts";
import type { Throttle } from "#accounts/index.ts";
import { MAIL_ROUND_MS, POOL_MAX, STATEMENT_TIMEOUT_MS } from "#config/defaults.ts";
import type { Env } from "#config/env.ts";
import { createBilling } from "#money/create-billing.ts";
import { createClock, type Clock } from "#platform/clock.ts";
import { createPasswords, type Passwords } from "#platform/crypto/hash.ts";
import { createSealer, type Sealer } from "#platform/crypto/seal.ts";
import { loadCarried } from "#platform/crypto/carried.store.ts";
import { deriveKeys, loadSecret, withCarried, type DerivedKeys } from "#platform/crypto/secret.ts";
import { ensurePostgres } from "#platform/db/embedded.ts";
import { createListener, type Listener } from "#platform/db/listen.ts";
import { createPool } from "#platform/db/pool.ts";
import type { Log } from "#platform/log.ts";
import { readyUrl } from "#platform/edge.ts";
import { createMetrics, type Metrics } from "#platform/metrics.ts";
import { createSpool } from "#platform/spool.ts";
import { createOutbound } from "#platform/outbound/agent.ts";
import { createContentFetcher } from "#platform/outbound/fetch-content.ts";
import type { Pool } from "pg";
import type { Payments } from "#payments/index.ts";
import type { ShopStatus } from "#reports/status.store.ts";
import { createHookPoster } from "#platform/outbound/post-hook.ts";
import { inspectAddress } from "#platform/outbound/inspect.ts";
import type { ChannelTestReport, ChannelTests, Relay, TaskStore } from "#relay/index.ts";
import type { ChannelTest } from "#management/index.ts";
import type { LiveHub } from "#reports/index.ts";

// The composition root: here alone the areas are joined to what a process runs on. Each half imports its own areas only.

export type RelayRuntime = Readonly<{ relay: Relay; metrics: Metrics; ready(): boolean; close(): Promise<void> }>;

export type WebRuntime = Readonly<{
  pool: Pool;
  keys: DerivedKeys;
  sealer: Sealer;
  clock: Clock;
  metrics: Metrics;
  /** Hashing for this whole process, a few at once. */
  passwords: Passwords;
  signInAttempts: AttemptStore;
  payments: Payments;
  /** Hints for open pages. */
  live: LiveHub;
  throttle: Throttle;
  sessions: SessionCache;
  /** How requests ended and how fast they were, for the storefront. */
  status: () => Promise<ShopStatus>;
  channelTests: ChannelTests;
  tasks: TaskStore;
  /** Looks at the tasks that are due. @returns how many these were */
  pollTasks(): Promise<number>;
  /** Tells customers' servers of their tasks. @returns how many were due */
  tellTaskHooks(): Promise<number>;
  management(request: Request): Promise<Response>;
  close(): Promise<void>;
}>;

type Shared = { relay?: Promise<RelayRuntime>; web?: Promise<WebRuntime> };

/** Next instantiates modules several times over; the global object is the one thing that they share. */
const shared = (): Shared => ((globalThis as { [key: symbol]: Shared | undefined })[Symbol.for("modelmart.runtime")] ??= {});

/** The relay half of this process, built at the first call. A build that failed is tried again at the next. */
export function relayRuntime(env: Env, log: Log): Promise<RelayRuntime> {
  const all = shared();
  return (all.relay ??= buildRelay(env, log).catch((error: unknown) => {
    delete all.relay;
    throw error;
  }));
}

/** The web half of this process, built at the first call. A build that failed is tried again at the next. */
export function webRuntime(env: Env, log: Log): Promise<WebRuntime> {
  const all = shared();
  return (all.web ??= buildWeb(env, log).catch((error: unknown) => {
    delete all.web;
    throw error;
  }));
}

/** Under `npm start` the launcher has opened the database and says where; plain Next joins the embedded one itself. */
const databaseUrl = async (env: Env): Promise<string> => env.databaseUrl ?? (await ensurePostgres(env.dataDir)).url;

async function openSecrets(env: Env, pool: Pool): Promise<{ keys: DerivedKeys; sealer: Sealer }> {
  const derived = deriveKeys(await loadSecret(env));
  const sealer = createSealer(derived);
  return { keys: withCarried(derived, await loadCarried(pool, sealer)), sealer };
}

async function buildRelay(env: Env, log: Log): Promise<RelayRuntime> {
  const [{ createRelay, createHttpTransport, createSimulator, createSocketTransport, createTaskStore, createTokenizer }, { createSnapshotSource, openKeyDirectory }, { createRelayLookups, createReplyStore, createResponseStore }, { createHealthWire }] =
    await Promise.all([import("#relay/index.ts"), import("#snapshot/index.ts"), import("#reports/index.ts"), import("#channels/index.ts")]);
  const url = await databaseUrl(env);
  const clock = createClock();
  const metrics = createMetrics();
  const pool = createPool(url, { name: "relay", max: POOL_MAX.relay, statementTimeoutMs: STATEMENT_TIMEOUT_MS.app });
  const { keys, sealer } = await openSecrets(env, pool);
  const settlePool = createPool(url, { name: "settlement", max: POOL_MAX.settlement, statementTimeoutMs: STATEMENT_TIMEOUT_MS.jobs });
  let afterReconnect = (): void => undefined;
  const listener: Listener = await createListener(url, { log, onReconnect: () => afterReconnect() });

  let nodeId = (): string | undefined => undefined;
  const snapshots = await createSnapshotSource({ pool, listener, sealer, clock, log, nodeId: () => nodeId() });
  const directory = openKeyDirectory({ pool, listener, keyPepper: keys.keyPepper, clock });
  afterReconnect = () => {
    directory.clear();
    snapshots.refresh().catch((error: unknown) => log.error({ err: error }, "the snapshot could not be loaded after the connection was lost"));
  };
  const billing = await createBilling({
    pool, settlePool, listener, clock, log, metrics,
    journalDir: path.join(env.dataDir, "journal"),
    settings: () => snapshots.current.settings,
    role: env.role === "relay" ? "relay" : "all",
    snapshotRev: () => snapshots.current.rev,
  });
  nodeId = () => billing.nodeId;
  await listener.ready(); // before the first key is looked up: a later change of it must be heard

  const outbound = createOutbound({ allowPrivate: env.allowPrivateUpstreams });
  const tokenizer = createTokenizer();
  const sharedStore = env.redisUrl === undefined ? undefined : (await import("#platform/redis.ts")).connectSharedStore(env.redisUrl, log);
  const relay = createRelay({
    snapshots, keys: directory, billing, tokenizer, clock, log, metrics,
    lookups: createRelayLookups(pool),
    responses: createResponseStore(pool, sealer),
    endUserKey: createHmac("sha256", keys.keyPepper).update("end-user").digest(),
    replies: createReplyStore(pool, sealer),
    tasks: createTaskStore(pool, sealer),
    publicUrl: env.url,
    transport: createHttpTransport(outbound), downloads: createHttpTransport(outbound, "content"),
    fetchContent: createContentFetcher(outbound),
    spool: createSpool(path.join(env.dataDir, "uploads")),
    shopId: createHash("sha256").update("shop id").update(keys.keyPepper).digest("hex").slice(0, 16),
    realtime: { sockets: createSocketTransport(outbound), sealer },
    simulator: createSimulator({ clock }),
    random: Math.random,
    nodes: () => billing.nodes,
    healthWire: createHealthWire({ db: pool, listener, log }),
    ...(sharedStore && { sharedStore }),
  });
  return {
    relay,
    metrics,
    ready: () => billing.ready && !relay.draining,
    async close() {
      await billing.close();
      await snapshots.close();
      outbound.close();
      sharedStore?.close();
      await Promise.all([tokenizer.close(), listener.close()]);
      await Promise.all([pool.end(), settlePool.end()]);
    },
  };
}

async function buildWeb(env: Env, log: Log): Promise<WebRuntime> {
  const [{ createManagementApi }, { createAttemptStore }, { createThrottle, loadSettings }, { createMailer, deliverBySmtp, deliverToFolder }, { createSessionCache }, { readSession }, { checkInvariants }, { createAccessTokens, createHttpTransport, createSimulator, createSocketTransport, createChannelTests, createTaskStore, fileLinks, pollTasks, tellHooks }, { readTaskChannel }, { createPayments }, { createShopStatus }, { createLiveHub }] = await Promise.all([
    import("#management/index.ts"), import("#accounts/sign-in.ts"), import("#accounts/index.ts"), import("#notify/index.ts"), import("#accounts/session-cache.ts"), import("#accounts/sign-in.store.ts"), import("#money/invariants.store.ts"), import("#relay/index.ts"), import("#channels/index.ts"),
    import("#payments/index.ts"), import("#reports/status.store.ts"), import("#reports/index.ts"),
  ]);
  const url = await databaseUrl(env);
  const pool = createPool(url, { name: "web", max: POOL_MAX.web, statementTimeoutMs: STATEMENT_TIMEOUT_MS.app });
  const { keys, sealer } = await openSecrets(env, pool);
  const clock = createClock();
  const sessions = createSessionCache({ load: (claims) => readSession(pool, claims, clock.now()), monotonic: () => clock.monotonic() });
  const listener = await createListener(url, { log, onReconnect: () => sessions.drop() });
  listener.on("session", (id) => sessions.drop(id));
  const settings = () => loadSettings(pool);
  const baseUrl = async () => env.url ?? (await settings())["shop.url"] ?? readyUrl(env.host, env.port);
  const mailer = createMailer({
    pool, sealer, log, settings,
    deliver: env.smtpUrl === undefined ? deliverToFolder(path.join(env.dataDir, "outbox")) : deliverBySmtp(env.smtpUrl),
    baseUrl,
  });
  listener.on("outbox", () => void mailer.drain());
  // A mail whose time comes again has nobody who tells.
  const mailTimer = setInterval(() => void mailer.drain(), MAIL_ROUND_MS).unref();
  void mailer.drain();
  const outbound = createOutbound({ allowPrivate: env.allowPrivateUpstreams });
  const transport = createHttpTransport(outbound);
  const tasks = createTaskStore(pool, sealer);
  const accessTokens = createAccessTokens({ transport, log, clock });
  const channelTests = createChannelTests({
    pool, sealer, clock, transport, simulator: createSimulator({ clock }), sockets: createSocketTransport(outbound),
    inspect: (url) => inspectAddress(outbound.guard, url, "channel", INSPECT_TIMEOUT_MS),
  });
  const payments = createPayments({ pool, clock, log, settings, stripe: env.stripe, baseUrl });
  const live = createLiveHub(listener);
  await listener.ready();
  return {
    pool,
    keys,
    sealer,
    clock,
    metrics: createMetrics(),
    passwords: createPasswords(keys),
    signInAttempts: createAttemptStore(),
    payments,
    live,
    throttle: createThrottle(),
    sessions,
    status: createShopStatus(pool, () => clock.now()),
    channelTests,
    tasks,
    tellTaskHooks: async () => tellHooks({ store: tasks, post: createHookPoster(outbound), link: fileLinks(await baseUrl(), tasks), secretRoot: keys.keyPepper, clock, log }),
    pollTasks: () => pollTasks({ store: tasks, channel: (id) => readTaskChannel(pool, sealer, id), transport, accessTokens, clock, log, random: Math.random }),
    management: createManagementApi({
      pool, keys, sealer, log, payments, checkInvariants,
      testChannel: async (name, model) => toManagement(await channelTests.test({ name }, { full: false, ...(model !== undefined && { model }) })),
      async vendorModels(id) {
        const [{ listChannels }, { fetchedDiff }] = await Promise.all([import("#channels/channel-list.store.ts"), import("#channels/fetched-models.store.ts")]);
        const [[channel], report] = await Promise.all([listChannels(pool, id), channelTests.models(id)]);
        if (!channel || !report) return undefined;
        const note = report.steps.find((step) => step.note !== undefined)?.note;
        return report.models ? fetchedDiff(pool, channel, report.models) : { ...(note !== undefined && { note }) };
      },
      async learnChannel(id, model) {
        const learnt = await channelTests.learn(id, model);
        return learnt && { ...learnt, requests: learnt.calls.length };
      },
    }),
    async close() {
      clearInterval(mailTimer);
      await mailer.drain();
      outbound.close();
      await listener.close();
      await pool.end();
    },
  };
}

const INSPECT_TIMEOUT_MS = 5_000;

/** The one request that the management REST's test is about. */
function toManagement(report: ChannelTestReport | undefined): ChannelTest | undefined {
  if (!report) return undefined;
  const call = report.calls[0];
  const error = call?.error ?? report.steps.find(({ state }) => state === "failed")?.note;
  return {
    ok: report.ok && call?.ok === true,
    ...(call?.status !== undefined && { status: call.status }), ...(call && { latencyMs: call.latencyMs }), ...(report.model !== undefined && { model: report.model }),
    ...(report.requestIds[0] !== undefined && { requestId: report.requestIds[0] }), ...(call?.ok ? {} : { error: error ?? "The channel serves no model." }),
  };
}
