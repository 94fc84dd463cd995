import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { ppm } from "#money/amount.ts";
import { compilePrice, parsePriceDocument, type CompiledPrice } from "#money/price.ts";
import { createLog } from "#platform/log.ts";
import { createMetrics } from "#platform/metrics.ts";
import type { SharedStore } from "#platform/redis.ts";
import { createSpool } from "#platform/spool.ts";
import type { FetchContent } from "#platform/outbound/fetch-content.ts";
import { createOutbound } from "#platform/outbound/agent.ts";
import { createHttpTransport, createRelay, createSimulator, createTokenizer, nodeExchange } from "#relay/index.ts";
import type { Billing } from "#money/billing.ts";
import type { Relay, RelayLookups, ReplyStore, ResponseStore, TaskStore } from "#relay/index.ts";
import type { Caller, Channel, ChannelKey, Model, Snapshot } from "#snapshot/snapshot.ts";
import { fakeBilling } from "./fake-billing.ts";
import type { FakeBilling } from "./fake-billing.ts";

export const KEY = "sk-mm-test-key-of-some-length-0000000000000000";

export type ShopOptions = Readonly<{
  channels: readonly (Partial<Channel> & Readonly<{ baseUrl: string }>)[];
  /** Default `g1`, which no database would take. */
  groupId?: string;
  caller?: Partial<Caller>;
  model?: Partial<Model>;
  settings?: Partial<Snapshot["settings"]>;
  upstreamModel?: string;
  lookups?: Partial<RelayLookups>;
  responses?: ResponseStore;
  tasks?: TaskStore;
  /** In place of the money in memory. */
  billing?: Billing;
  replies?: ReplyStore;
  fetchContent?: FetchContent;
  shopId?: string;
  /** How much faster than the wall the relay's clock runs. */
  speed?: number;
  logLevel?: "debug" | "warn";
  price?: CompiledPrice;
  /** What the channels cost, by their place. */
  costs?: readonly CompiledPrice[];
  random?: () => number;
  sharedStore?: SharedStore;
  /** Other models, groups and routes than the one of each. */
  alter?: (snapshot: Snapshot) => Snapshot;
}>;

export type Shop = Readonly<{
  url: string;
  relay: Relay;
  billing: FakeBilling;
  disabled: string[];
  log: string[];
  /** Calls the relay's chat endpoint. */
  chat(body?: object, init?: RequestInit): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}>;

export const channelKey = (id: string, over: Partial<ChannelKey> = {}): ChannelKey =>
  ({ id, active: true, weight: 1, limits: {}, secret: () => `vendor-secret-${id}`, ...over });

/** A relay over real HTTP, in front of scripted vendors, with everything else in memory. */
export async function openShop(options: ShopOptions): Promise<Shop> {
  const billing = fakeBilling();
  const disabled: string[] = [], log: string[] = [];
  const outbound = createOutbound({ allowPrivate: true });
  const speed = options.speed ?? 1;
  const clock = { now: () => Date.now(), monotonic: () => performance.now() * speed };
  const tokenizer = createTokenizer();
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
    keys: { lookup: (secret) => (secret === KEY ? createCaller({ groupId: options.groupId ?? "g1", ...options.caller }) : undefined) },
    lookups: {
      credits: () => Promise.resolve({ totalCreditsNano: 10_000_000_000n, totalUsageNano: 2_500_000_000n, balanceNano: 7_500_000_000n }),
      generation: () => Promise.resolve(undefined),
      ...options.lookups,
    },
    ...(options.responses && { responses: options.responses }),
    ...(options.tasks && { tasks: options.tasks }),
    ...(options.replies && { replies: options.replies }),
    ...(options.shopId && { shopId: options.shopId }),
    ...(options.fetchContent && { fetchContent: options.fetchContent }),
    transport: createHttpTransport(outbound), downloads: createHttpTransport(outbound),
    spool: createSpool(path.join(tmpdir(), "modelmart-uploads")),
    simulator: createSimulator({ clock }),
    log: createLog({ level: options.logLevel ?? "debug", format: "json", destination: { write: (line) => log.push(line) } }),
    metrics: createMetrics(),
    random: options.random ?? (() => 0.5),
    ...(options.sharedStore && { sharedStore: options.sharedStore }),
  });

  const server = http.createServer((request, response) => {
    const { inbound, reply } = nodeExchange(request, response, { clientIp: request.socket.remoteAddress ?? "" });
    void relay.handle(inbound, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url, relay, billing, disabled, log,
    chat: (body = {}, init = {}) => fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "gpt-test", messages: [{ role: "user", content: "Say hello to everybody" }], ...body }),
      ...init,
      headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", ...init.headers },
    }),
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${KEY}`, ...headers } }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      outbound.close();
      await tokenizer.close();
    },
  };
}

/** @param items pico-USD a unit */
export function priceOf(items: Readonly<Record<string, string>>): CompiledPrice {
  return compilePrice({ versionId: 1n, document: parsePriceDocument({ items }), multipliers: [{ source: "group", name: "default", ppm: ppm(1_000_000) }] });
}

/** 1 USD per million input tokens, 2 for output: 1,000 and 2,000 nano a token. */
export const PRICE = priceOf({ input: "1000000", output: "2000000" });

const createSnapshot = (options: ShopOptions, rev: bigint): Snapshot => (options.alter ?? ((made) => made))(plainSnapshot(options, rev));

function plainSnapshot({ channels, model, settings, upstreamModel = "up-model", price = PRICE, costs, groupId = "g1" }: ShopOptions, rev: bigint): Snapshot {
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
  return {
    rev, builtAtMs: Date.now(),
    models: new Map([[sold.name, sold], ["gpt-hidden", hidden]]),
    aliases: new Map([["gpt-alias", "gpt-test"]]),
    groups: new Map([[groupId, { id: groupId, name: "default", ppm: ppm(1_000_000), limits: {} }]]),
    channels: new Map(built.map((channel) => [channel.id, channel])),
    routes: new Map([[`${groupId}\0${sold.name}`, tiers]]),
    settings: { shopName: "Test", modelEcho: "public", strategy: "weighted", vendorChoice: false, failoverAtLoss: false, keepReplies: true, overdraftNano: 0n, guardExact: false, billEmpty: false, billBroken: "delivered", ...settings },
    price: () => price,
    cost: ({ number }) => costs?.[number - 1],
    modelsOf: (asked) => (asked === groupId ? [sold] : []),
  };
}

const createCaller = (over: Partial<Caller> = {}): Caller => ({
  keyId: "key1", keyName: "app", keyStatus: "active", userId: "user1", userStatus: "active", userRole: "customer", walletId: "wallet1", groupId: "g1",
  timeZone: "UTC", keyLimits: {}, userLimits: {}, keyBudgets: [], userBudgets: [], ...over,
});

/** Waits until something is so; fails after five seconds. */
export async function until(what: () => boolean): Promise<void> {
  for (const end = Date.now() + 5_000; !what(); ) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
