import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { HealthWire } from "#channels/index.ts";
import { ppm } from "#money/amount.ts";
import { compilePrice, parsePriceDocument, type CompiledPrice } from "#money/price.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { createLog } from "#platform/log.ts";
import { createMetrics } from "#platform/metrics.ts";
import type { SharedStore } from "#platform/redis.ts";
import { createSpool } from "#platform/spool.ts";
import type { FetchContent } from "#platform/outbound/fetch-content.ts";
import type { Resolve } from "#platform/outbound/guard.ts";
import { createOutbound } from "#platform/outbound/agent.ts";
import { createHttpTransport, createRelay, createSimulator, createSocketTransport, createTokenizer, nodeExchange } from "#relay/index.ts";
import type { Billing } from "#money/billing.ts";
import type { Relay, RelayLookups, ReplyStore, ResponseStore, TaskStore } from "#relay/index.ts";
import type { Tokenizer } from "#relay/metering/tokenizer.ts";
import type { Caller, Channel, ChannelKey, Model, Snapshot, Tier } from "#snapshot/snapshot.ts";
import { collectWildcards } from "#snapshot/wildcards.ts";
import { fakeBilling } from "./fake-billing.ts";
import type { FakeBilling } from "./fake-billing.ts";

export const KEY = "sk-mm-test-key-of-some-length-0000000000000000";

export type ShopOptions = Readonly<{
  channels: readonly (Partial<Channel> & Readonly<{ baseUrl: string }>)[];
  /** Default `g1`, which no database would take. */
  groupId?: string;
  caller?: Partial<Caller>;
  /** Further callers, by their keys. */
  others?: Readonly<Record<string, Partial<Caller>>>;
  model?: Partial<Model>;
  settings?: Partial<Snapshot["settings"]>;
  upstreamModel?: string;
  /** Default: one with a thread of its own. */
  tokenizer?: Tokenizer;
  /** Further names of the model. */
  aliases?: readonly string[];
  lookups?: Partial<RelayLookups>;
  responses?: ResponseStore;
  replies?: ReplyStore;
  fetchContent?: FetchContent;
  shopId?: string;
  /** Answers of the name server. */
  resolve?: Resolve;
  tasks?: TaskStore;
  /** In place of the money in memory. */
  billing?: Billing;
  /** How much faster than the wall the relay's clock runs. */
  speed?: number;
  logLevel?: "debug" | "warn";
  price?: CompiledPrice;
  /** What the channels cost, by their place. */
  costs?: readonly CompiledPrice[];
  random?: () => number;
  sharedStore?: SharedStore;
  /** Live relay nodes. Default 1. */
  nodes?: () => number;
  healthWire?: HealthWire;
  /** Other models, groups and routes than the one of each. */
  alter?: (snapshot: Snapshot) => Snapshot;
  /** Further models of the first channel. */
  alsoSold?: readonly Readonly<{ name: string; upstreamModel: string; price: CompiledPrice }>[];
  /** Told of each request as it comes, once its body is there. */
  onRequest?: (request: Readonly<{ method: string; url: string; headers: http.IncomingHttpHeaders; body: string }>) => void;
}>;

export type Shop = Readonly<{
  url: string;
  relay: Relay;
  billing: FakeBilling;
  disabled: string[];
  log: string[];
  /** How many clients have left before their answer had ended; the relay has been told of each. */
  readonly left: number;
  /** Calls the relay's chat endpoint. */
  chat(body?: object, init?: RequestInit): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Moves the clock on the wall on. */
  skip(ms: number): void;
  close(): Promise<void>;
}>;

export const channelKey = (id: string, over: Partial<ChannelKey> = {}): ChannelKey =>
  ({ id, active: true, weight: 1, limits: {}, secret: () => `vendor-secret-${id}`, ...over });

/** A relay over real HTTP, in front of scripted vendors, with everything else in memory. */
export async function openShop(options: ShopOptions): Promise<Shop> {
  const billing = fakeBilling();
  const disabled: string[] = [], log: string[] = [];
  const outbound = createOutbound({ allowPrivate: true, ...(options.resolve && { resolve: options.resolve }) });
  const speed = options.speed ?? 1;
  let skippedMs = 0;
  const clock = { now: () => Date.now() + skippedMs, monotonic: () => performance.now() * speed };
  const tokenizer = options.tokenizer ?? createTokenizer();
  let snapshot = createSnapshot(options, 1n);

  const relay = createRelay({
    billing: options.billing ?? billing, clock, tokenizer,
    snapshots: {
      get current() {
        return snapshot;
      },
      disableKey(channelId, keyId, reason) {
        disabled.push(`${keyId} ${reason}`);
        const channels = options.channels.map((channel, i) => (`c${i}` !== channelId ? channel : { ...channel, keys: (channel.keys ?? [channelKey(`k${i}`)]).map((key) => (key.id === keyId ? { ...key, active: false } : key)) }));
        snapshot = createSnapshot({ ...options, channels }, snapshot.rev + 1n);
        return Promise.resolve();
      },
    },
    keys: { lookup: (secret) => (secret === KEY || options.others?.[secret ?? ""] ? createCaller({ groupId: options.groupId ?? "g1", ...(secret === KEY ? options.caller : options.others![secret!]) }) : undefined), again: () => undefined, byId: () => createCaller({ groupId: options.groupId ?? "g1", ...options.caller }) },
    lookups: {
      credits: () => Promise.resolve({ totalCreditsNano: 10_000_000_000n, totalUsageNano: 2_500_000_000n, balanceNano: 7_500_000_000n }),
      keyUsage: () => Promise.resolve({ totalNano: 2_000_000_000n, dayNano: 1_000_000n, weekNano: 20_000_000n, monthNano: 300_000_000n, budgetNano: { day: 1_000_000n } }),
      chargedBetween: () => Promise.resolve(1_234_560_000n),
      generation: () => Promise.resolve(undefined),
      ...options.lookups,
    },
    ...(options.responses && { responses: options.responses }),
    ...(options.replies && { replies: options.replies }),
    ...(options.shopId && { shopId: options.shopId }),
    ...(options.fetchContent && { fetchContent: options.fetchContent }),
    ...(options.tasks && { tasks: options.tasks }),
    transport: createHttpTransport(outbound), downloads: createHttpTransport(outbound),
    spool: createSpool(path.join(tmpdir(), "modelmart-uploads")),
    realtime: { sockets: createSocketTransport(outbound), sealer: createSealer({ kek: Buffer.alloc(32, 7), kekId: "00000001" }) },
    simulator: createSimulator({ clock }),
    log: createLog({ level: options.logLevel ?? "debug", format: "json", destination: { write: (line) => log.push(line) } }),
    metrics: createMetrics(),
    random: options.random ?? (() => 0.5),
    ...(options.nodes && { nodes: options.nodes }), ...(options.healthWire && { healthWire: options.healthWire }),
    ...(options.sharedStore && { sharedStore: options.sharedStore }),
  });

  let left = 0;
  const server = http.createServer((request, response) => {
    const { inbound, reply } = nodeExchange(request, response, { clientIp: request.socket.remoteAddress ?? "" });
    if (options.onRequest) note(request, options.onRequest);
    void relay.handle(inbound, reply);
    response.once("close", () => void (left += response.writableEnded ? 0 : 1));
  });
  const upgraded = new Set<Socket>();
  server.on("upgrade", (request, socket: Socket, head) => {
    upgraded.add(socket);
    void relay.converse({ request, socket, head, clientIp: socket.remoteAddress ?? "" });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url, relay, billing, disabled, log,
    get left() {
      return left;
    },
    chat: (body = {}, init = {}) => fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "gpt-test", messages: [{ role: "user", content: "Say hello to everybody" }], ...body }),
      ...init,
      headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...init.headers },
    }),
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${KEY}`, ...headers } }),
    skip: (ms) => void (skippedMs += ms),
    async close() {
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      outbound.close();
      await tokenizer.close();
    },
  };
}

/** Listens beside the relay. */
function note(request: http.IncomingMessage, tell: NonNullable<ShopOptions["onRequest"]>): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => tell({ method: request.method!, url: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() }));
}

/** @param items pico-USD a unit */
export function priceOf(items: Readonly<Record<string, string>>): CompiledPrice {
  return compilePrice({ versionId: 1n, document: parsePriceDocument({ items }), multipliers: [{ source: "group", name: "default", ppm: ppm(1_000_000) }] });
}

/** 1 USD per million input tokens, 2 for output: 1,000 and 2,000 nano a token. */
export const PRICE = priceOf({ input: "1000000", output: "2000000" });

const createSnapshot = (options: ShopOptions, rev: bigint): Snapshot => (options.alter ?? ((made) => made))(plainSnapshot(options, rev));

function plainSnapshot({ channels, model, settings, upstreamModel = "up-model", price = PRICE, costs, groupId = "g1", alsoSold = [], aliases: names = [] }: ShopOptions, rev: bigint): Snapshot {
  const sold: Model = { id: "m1", name: "gpt-test", vendor: "openai", contextTokens: 128_000, maxOutputTokens: 4_096, endpoints: new Set(), createdAtMs: 1_700_000_000_000, limits: {}, ...model };
  const hidden: Model = { ...sold, id: "m2", name: "gpt-hidden" };
  const built = channels.map((over, i): Channel => ({
    id: `c${i}`, number: i + 1, name: `secret channel ${i}`, provider: "openai-compatible", active: true, priority: 0, weight: 1, keyMode: "round_robin",
    keys: [channelKey(`k${i}`)], limits: {}, timeouts: {}, settings: {}, groups: new Set([groupId]), ...over,
  }));
  const priorities = [...new Set(built.map(({ priority }) => priority))].sort((a, b) => b - a);
  const tiers = priorities.map((priority) => ({
    priority, routes: built.filter((channel) => channel.priority === priority).map((channel) => ({ channel, weight: channel.weight, upstreamModel })),
  }));
  const others = alsoSold.map((other, i) => ({ ...other, model: { ...sold, id: `also${i}`, name: other.name } }));
  return {
    rev, builtAtMs: Date.now(),
    models: new Map([sold, hidden, ...others.map((other) => other.model)].map((model) => [model.name, model])),
    aliases: new Map(["gpt-alias", ...names].map((name) => [name, sold.name])),
    groups: new Map([[groupId, { id: groupId, name: "default", ppm: ppm(1_000_000), limits: {} }]]),
    channels: new Map(built.map((channel) => [channel.id, channel])),
    routes: new Map<string, readonly Tier[]>([
      [`${groupId}\0${sold.name}`, tiers],
      ...others.map((other) => [`${groupId}\0${other.name}`, [{ priority: 0, routes: [{ channel: built[0]!, weight: 1, upstreamModel: other.upstreamModel }] }]] as const),
    ]),
    settings: { shopName: "Test", modelEcho: "public", strategy: "weighted", vendorChoice: false, failoverAtLoss: false, keepReplies: true, overdraftNano: 0n, guardExact: false, billEmpty: false, billBroken: "delivered", ...settings },
    price: (model) => others.find((other) => other.name === model.name)?.price ?? price,
    cost: ({ channel: { number } }) => costs?.[number - 1],
    modelsOf: (asked) => (asked === groupId ? [sold] : []),
  };
}

/** The same shop, that also sells whatever is asked for below `openai/*`: by its model's channels, at its price. */
export function withWildcard(made: Snapshot): Snapshot {
  const { groups, models, routes } = made;
  const of: Model = { ...models.get("gpt-test")!, name: "openai/*" };
  const below = [...groups.keys()].map((groupId) => [`${groupId}\0openai/*`, (routes.get(`${groupId}\0gpt-test`) ?? []).map((tier) => ({ ...tier, routes: tier.routes.map((route) => ({ ...route, upstreamModel: "*" })) }))] as const);
  return { ...made, wildcards: collectWildcards([of], new Set(), () => true), routes: new Map([...routes, ...below]) };
}

const createCaller = (over: Partial<Caller> = {}): Caller => ({
  keyId: "key1", keyName: "app", keyStatus: "active", userId: "user1", userStatus: "active", userRole: "customer", walletId: "wallet1", groupId: "g1",
  timeZone: "UTC", keyLimits: {}, userLimits: {}, keyBudgets: [], userBudgets: [], ...over,
});

/** Waits until something is so; fails after fifteen seconds. */
export async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !what(); ) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
