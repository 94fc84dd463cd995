import type { KeyScope } from "#accounts/index.ts";
import type { ChannelSettings } from "#channels/index.ts";
import type { Ppm } from "#money/amount.ts";
import type { CompiledPrice } from "#money/price.ts";
import type { Wildcards } from "#snapshot/wildcards.ts";

/** Everything on offer right now: immutable, swapped whole. A request keeps the one it started with. */
export interface Snapshot {
  readonly rev: bigint;
  readonly builtAtMs: number;
  /** Public name -> model; only enabled models with a price version, wildcards not among them. */
  readonly models: ReadonlyMap<string, Model>;
  /** Alias -> public name, one hop. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Models that stand for all names that begin as they do; absent = the shop has none. */
  readonly wildcards?: Wildcards | undefined;
  /** By group id. */
  readonly groups: ReadonlyMap<string, Group>;
  /** By channel id; disabled channels included (marked), so receipts can name them. */
  readonly channels: ReadonlyMap<string, Channel>;
  /** `${groupId}\0${publicModel}` -> tiers by descending priority, active channels only; of a wildcard by its own name. Asked by `tiersFor`. */
  readonly routes: ReadonlyMap<string, readonly Tier[]>;
  readonly settings: RelaySettings;
  /** Sell price in force for (model, group, user) at an instant; undefined = not priced. Memoised. */
  price(model: Model, groupId: string, userId: string, atMs: number): CompiledPrice | undefined;
  /** Cost price of a route at an instant; undefined = cost unknown (counts 0). */
  cost(route: Route, publicModel: Model, atMs: number): CompiledPrice | undefined;
  /** Models that this group may call, sorted by name; wildcards are no names to be called. */
  modelsOf(groupId: string): readonly Model[];
}

export type Endpoint = "chat" | "responses" | "messages" | "gemini" | "embeddings" | "images" | "audio" | "moderations" | "rerank" | "realtime" | "tasks" | "completions";

export type Model = Readonly<{
  id: string;
  name: string;
  vendor?: string;
  contextTokens?: number;
  maxOutputTokens?: number;
  /** Empty = all that its channels can serve. */
  endpoints: ReadonlySet<Endpoint>;
  createdAtMs: number;
  limits: Limits;
  /** Kinds of input and output, and what else it can do, in the catalogue's words; absent = nothing is known. */
  abilities?: Readonly<{ input: readonly string[]; output: readonly string[]; can: readonly string[] }>;
  /** Who takes its place, and when; absent = nobody. */
  fallbacks?: readonly ModelFallback[];
  /** It is another model with parameters set. */
  preset?: ModelPreset;
  /** It was asked for by a name below a wildcard: that is what is sold, and `rest` is the vendor's name. */
  wildcard?: Readonly<{ of: Model; rest: string }>;
}>;

/** `reasoning`: an effort, or tokens. */
export type ModelPreset = Readonly<{ model: string; reasoning?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | number; maxTokens?: number; temperature?: number; topP?: number }>;

/** Why a request may go on to another model. */
export type FallbackCause = "unavailable" | "rate" | "context" | "content_policy";

/** The operator's word that another model may answer in one's place. */
export type ModelFallback = Readonly<{ model: string; on: ReadonlySet<FallbackCause> }>;

export type Group = Readonly<{
  id: string;
  name: string;
  ppm: Ppm;
  limits: Limits;
  /** How long a member's request waits for a place before it is refused; absent = not at all. */
  queueMs?: number;
  /** Ids of the groups that serve its members, the preferred one first, each at its own price; absent = it serves them itself. */
  auto?: readonly string[];
}>;

export type Tier = Readonly<{ priority: number; routes: readonly Route[] }>;

/** One channel's offer of one model. */
export type Route = Readonly<{
  channel: Channel;
  weight: number;
  upstreamModel: string;
  /** What it is remembered by where customers choose the upstream name: the channel's own word for the wildcard. */
  countsAs?: string;
}>;

export type Channel = Readonly<{
  id: string;
  number: number;
  name: string;
  provider: string;
  /** The operator's address as typed; undefined = the provider's own. */
  baseUrl?: string;
  protocol?: "chat" | "responses" | "messages" | "gemini";
  active: boolean;
  /** Somebody gave it a rest until then. */
  pausedUntilMs?: number;
  priority: number;
  weight: number;
  keyMode: "round_robin" | "random" | "sticky" | "least_used";
  keys: readonly ChannelKey[];
  limits: Limits;
  timeouts: Readonly<{ connectMs?: number; firstByteMs?: number; idleMs?: number; totalMs?: number }>;
  settings: ChannelSettings;
  groups: ReadonlySet<string>;
}>;

export type ChannelKey = Readonly<{
  id: string;
  active: boolean;
  weight: number;
  limits: Limits;
  /** Opens the sealed key; the plain text is kept in memory only and never part of an object that is logged. */
  secret(): string;
}>;

/**
 * Absent = no limit. Requests per second, minute and day, tokens per minute and day; requests in flight. `burst_ratio`:
 * how much of each rate passes at once after idleness.
 */
export type Limits = Readonly<{ burst_ratio?: number; rps?: number; rpm?: number; tpm?: number; rpd?: number; tpd?: number; concurrency?: number }>;

/** Settings that the relay obeys; defaults in `config/defaults.ts`. */
export type RelaySettings = Readonly<{
  shopName: string;
  modelEcho: "public" | "vendor";
  /** How one of several channels of the same priority is chosen. */
  strategy: "weighted" | "round_robin" | "least_latency" | "lowest_cost" | "balanced" | "least_busy" | "fill_first";
  /** After a failure also those are asked who cost more than is charged. */
  failoverAtLoss: boolean;
  /** Answers to requests with an idempotency key are kept for a day. */
  keepReplies: boolean;
  /** Shared limits cannot be asked: each node keeps its own part, or requests that they bind are refused. Absent = local. */
  limiterOnError?: "local" | "closed";
  /** `model:floor` asks the cheapest first, `model:nitro` the fastest. */
  sortSuffixes?: boolean;
  /** Requests may name vendors. */
  vendorChoice: boolean;
  overdraftNano: bigint;
  guardExact: boolean;
  billEmpty: boolean;
  billBroken: "delivered" | "none";
  /** Refused prompts are charged as reported. */
  billBlocked?: boolean;
  /** Where answers of the Responses format stay. Default `local`. */
  responsesState?: "local" | "upstream" | "off";
}>;

/** A customer's key, resolved: who pays and what he may do. */
export type Caller = Readonly<{
  keyId: string;
  keyName: string;
  keyStatus: "active" | "disabled" | "revoked" | "leaked";
  expiresAtMs?: number;
  userId: string;
  userStatus: "active" | "disabled";
  userRole: string;
  walletId: string;
  groupId: string;
  timeZone: string;
  /** Undefined = all. Entries may end in `/*`. */
  models?: readonly string[];
  endpoints?: readonly string[];
  /** What the key may do beyond calls, as long as its owner's role allows it. */
  scopes?: readonly KeyScope[];
  /** The only channel to ask, as this request's key names it. */
  channelNumber?: number;
  cidrs?: readonly string[];
  keyLimits: Limits;
  userLimits: Limits;
  keyBudgets: readonly Budget[];
  userBudgets: readonly Budget[];
}>;

export type Budget = Readonly<{ amountNano: bigint; per: "day" | "week" | "month" | "total" }>;

/** Resolves presented keys. Synchronous for a warm key (LRU or negative cache); one query otherwise. */
export interface KeyDirectory {
  /**
   * undefined = unknown key. Never throws on hostile input.
   * @param head what the secret was read from, if more calls may come with the same one
   */
  lookup(secret: string, head?: object): Caller | undefined | Promise<Caller | undefined>;
  /** Whom the secret in this head belongs to, where it has been looked up before and is warm still. */
  again(head: object): Caller | undefined;
  /** The same by the key's id: for whoever was let in by it before and must be still. */
  byId(keyId: string): Caller | undefined | Promise<Caller | undefined>;
}

/** Holds the current snapshot and keeps it fresh. */
export interface SnapshotSource {
  readonly current: Snapshot;
  /** Tell the shop that a channel key is dead (auth, quota): persisted, other nodes told. */
  disableKey(channelId: string, channelKeyId: string, reason: string): Promise<void>;
}
