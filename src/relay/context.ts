import type { Clock } from "#platform/clock.ts";
import type { Sealer } from "#platform/crypto/seal.ts";
import type { Log } from "#platform/log.ts";
import type { Spool } from "#platform/spool.ts";
import type { Metrics } from "#platform/metrics.ts";
import type { FetchContent } from "#platform/outbound/fetch-content.ts";
import type { SharedStore } from "#platform/redis.ts";
import type { HealthWire } from "#channels/index.ts";
import type { Billing, BudgetLimit, Hold } from "#money/billing.ts";
import type { AttemptRecord } from "#money/charge.ts";
import type { CompiledPrice } from "#money/price.ts";
import type { ContentSource } from "#relay/content/content-cache.ts";
import type { Dialect, Operation } from "#relay/dialects/dialect.ts";
import type { ErrorForm } from "#relay/dialects/error-forms.ts";
import type { Form } from "#relay/http/body/form.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { Inbound, Reply } from "#relay/http/exchange.ts";
import type { Concurrency } from "#relay/limits/concurrency.ts";
import type { Limiter, LimitState, ScopedLimits } from "#relay/limits/limiter.ts";
import type { UnknownKeys } from "#relay/limits/unknown-keys.ts";
import type { WaitingRoom } from "#relay/limits/waiting-room.ts";
import type { UpstreamLimits } from "#relay/limits/window.ts";
import type { FreePasses } from "#relay/metering/free-passes.ts";
import type { Tokenizer } from "#relay/metering/tokenizer.ts";
import type { BudgetWindows } from "#relay/policy/budget-windows.ts";
import type { Plans } from "#relay/plan.ts";
import type { RelayLookups } from "#relay/read/lookups.ts";
import type { ModelLists } from "#relay/read/models.ts";
import type { RelayMeters } from "#relay/relay-metrics.ts";
import type { RelayError } from "#relay/errors.ts";
import type { SocketTransport } from "#relay/realtime/socket-transport.ts";
import type { Affinity } from "#relay/routing/affinity.ts";
import type { Health } from "#relay/routing/health.ts";
import type { RouteBook } from "#relay/routing/route-stats.ts";
import type { KeyRing } from "#relay/routing/keys.ts";
import type { RetryBudget } from "#relay/routing/retry-policy.ts";
import type { Addresses } from "#relay/upstream/addresses.ts";
import type { Ways } from "#relay/upstream/carriage.ts";
import type { Once } from "#relay/idempotency/once.ts";
import type { ReplyStore } from "#relay/idempotency/reply-store.ts";
import type { ResponseStore } from "#relay/stored/response-store.ts";
import type { Turn } from "#relay/stored/turn.ts";
import type { RunningRequests } from "#relay/running.ts";
import type { TaskStore } from "#relay/tasks/task-store.ts";
import type { AccessTokens } from "#relay/upstream/access-tokens.ts";
import type { Drains } from "#relay/upstream/drains.ts";
import type { JsonKeepAlive } from "#relay/upstream/json-keep-alive.ts";
import type { StreamStyle } from "#relay/upstream/stream-writer.ts";
import type { Tried } from "#relay/upstream/tried.ts";
import type { TimerWheel } from "#relay/upstream/timers.ts";
import type { Transport } from "#relay/upstream/transport.ts";
import type { Caller, KeyDirectory, Model, Snapshot, SnapshotSource } from "#snapshot/snapshot.ts";

/** What the relay is built from. */
export type RelayDeps = Readonly<{
  snapshots: SnapshotSource;
  keys: KeyDirectory;
  billing: Billing;
  lookups: RelayLookups;
  /** What names of customers' users are made with, so that vendors hear none; absent = by chance, anew with each process. */
  endUserKey?: Buffer;
  /** Answers kept for their owners; absent = the shop keeps none. */
  responses?: ResponseStore;
  /** Answers to requests with an idempotency key; absent = the header means nothing. */
  replies?: ReplyStore;
  /** Fetches files that customers give by address, for vendors that take data only; absent = they get the address. */
  fetchContent?: FetchContent;
  /** Long work and the files that come of it; absent = the shop takes none. */
  tasks?: TaskStore;
  /** The shop's address, for links to such files; without it the address that the caller used. */
  publicUrl?: string | undefined;
  /** Vendors over HTTP. */
  transport: Transport;
  /** For pictures and the like that a vendor's answer names by their address. Absent: they are not fetched. */
  downloads?: Transport;
  /** Where several nodes keep the customers' limits together. Absent: each keeps its own. */
  sharedStore?: SharedStore;
  /** Conversations over WebSockets, where this process can hold them: the way out, and what seals short-lived keys. */
  realtime?: Readonly<{ sockets: SocketTransport; sealer: Sealer }>;
  /** Where uploads too large for memory wait for their vendor. */
  spool: Spool;
  /** The vendor inside the process. */
  simulator: Transport;
  tokenizer: Tokenizer;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Uniform in [0, 1). */
  random: () => number;
  /** What all nodes of this shop go by before other shops; absent = calls that come round are known by their number alone. */
  shopId?: string;
  /** The other nodes, for what each learns of channels. */
  healthWire?: HealthWire;
  /** Live relay nodes, at least 1: without a shared store each takes its part of the limits. Default 1. */
  nodes?: () => number;
}>;

/** The relay's parts that live as long as the process. */
export type RelayState = RelayDeps & Readonly<{
  limiter: Limiter;
  concurrency: Concurrency;
  upstreamLimits: UpstreamLimits;
  /** Requests for which there is no place yet. */
  waitingRoom: WaitingRoom;
  unknownKeys: UnknownKeys;
  health: Health;
  routeBook: RouteBook;
  affinity: Affinity;
  keyRing: KeyRing;
  retryBudget: RetryBudget;
  wheel: TimerWheel;
  contents: ContentSource | undefined;
  freePasses: FreePasses;
  drains: Drains;
  /** What calls to vendors go over. */
  ways: Ways;
  /** The address of an endpoint on a channel. @throws RelayError */
  addresses: Addresses;
  accessTokens: AccessTokens;
  budgetWindows: BudgetWindows;
  plans: Plans;
  /** What a vendor is told instead of a customer's name of his own user. */
  endUser: (customer: string, name: string) => string;
  modelLists: ModelLists;
  meters: RelayMeters;
  /** Requests under way, for draining. */
  running: RunningRequests;
  isDraining: () => boolean;
}>;

/** Where the client was in its answer when it left. */
export type LeftWhen = "before" | "stream" | "body";

/** One request from its arrival to its end; each stage fills in its part. */
export type RequestContext = {
  readonly id: string;
  readonly idText: string;
  readonly inbound: Inbound;
  readonly reply: Reply;
  readonly snapshot: Snapshot;
  /** Monotonic. */
  readonly startedAt: number;
  readonly admittedAtMs: number;
  dialect: Dialect;
  /** How errors and headers are told: known for every address, offered or not. */
  form: ErrorForm;
  /** How a stream is written; undefined = as events with comments between. */
  style: StreamStyle | undefined;
  /** What the answer is, where it is not the format's own kind. */
  replyType: string | undefined;
  /** The node is going: the connection closes after this answer. */
  readonly closing: boolean;
  caller: Caller | undefined;
  /** Rate limits as they stand, for the answer's headers. */
  requestLimit: LimitState | undefined;
  tokenLimit: LimitState | undefined;
  /** Called in `finally`, last first. */
  readonly releases: (() => void)[];
  /** Set when the client has left before its answer ended. */
  left: LeftWhen | undefined;
  /** What leaving does to the stage that is under way. */
  onLeft: (() => void) | undefined;
  /** What the end of the drain does to the stage that is under way. */
  cutShort: (() => void) | undefined;
  /** The drain has ended: nothing more is begun. */
  cut: RelayError | undefined;
  /** Tries so far, for the receipt. */
  readonly attempts: AttemptRecord[];
  /** The try whose stream passes to the client, until it is among the attempts. */
  answering: Tried | undefined;
  /** What the vendor's protocol could not carry: codes for the answer's headers, of the try under way. */
  warnings: readonly string[];
  /** What the operator's settings and the rules of models have changed: codes for the receipt's back side. */
  changes: readonly string[];
  /** Responses: what is kept of the conversation. */
  turn: Turn | undefined;
  /** Spaces before a whole answer that takes long; absent for most. */
  keepAlive: JsonKeepAlive | undefined;
  /** The request must not be done twice. */
  once: Once | undefined;
  /** Until when it may wait for places in limits, monotonic; 0 = it has not had to. */
  waitsUntil: number;
  /** The channel that was asked last. */
  channelId: string | undefined;
  /** Who has waited for a channel has a place kept until the request is sent: gives it up for the one that is taken then. */
  reserved: (() => void) | undefined;
  /** For the log line. */
  outcome: string | undefined;
  errorCode: string | undefined;
  status: number | undefined;
  /** Among those that are running. */
  place: number;
};

/** A metered request, once everything about it is known and the money is set aside. */
export type Job = Readonly<{
  context: RequestContext;
  caller: Caller;
  operation: Operation;
  endpoint: string;
  modelAsked: string;
  model: Model;
  /** Whose price and channels serve it. */
  groupId: string;
  price: CompiledPrice;
  /** The operator put this model in another's place: never dearer than that one. */
  ceiling?: CompiledPrice;
  /** Tries of all models together that there may be by the end of this one's. */
  attemptsMax?: number;
  scanned: ScannedRequest;
  body: Buffer;
  /** What was sent, where it came with files: `body` is a view of it. */
  form: Form | undefined;
  hold: Hold;
  /** Cheap count of the request's tokens, for limits and estimates without a tokenizer. */
  inputTokensRough: number;
  /** What was taken from the token limits. */
  tokensTaken: number;
  scopes: readonly ScopedLimits[];
  /** Spending limits with their windows at admission. */
  budgets: readonly BudgetLimit[];
  /** The service tier that is asked for and priced: what is set aside covers it. */
  tier?: string;
}>;
