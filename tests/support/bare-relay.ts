import { nano, ppm } from "#money/amount.ts";
import type { Billing, Hold } from "#money/billing.ts";
import { compilePrice, parsePriceDocument } from "#money/price.ts";
import { createLog } from "#platform/log.ts";
import { createSpool } from "#platform/spool.ts";
import { createMetrics } from "#platform/metrics.ts";
import { createRelay, createSimulator, createTokenizer } from "#relay/index.ts";
import type { Inbound, Reply } from "#relay/http/exchange.ts";
import type { Transport } from "#relay/upstream/transport.ts";
import type { Caller, Channel, Model, Snapshot } from "#snapshot/snapshot.ts";
import { STREAM_EVENTS, WHOLE_BODY } from "./vendor-instant.ts";

const price = compilePrice({
  versionId: 1n, document: parsePriceDocument({ items: { input: "150000", cache_read: "75000", output: "600000" } }),
  multipliers: [{ source: "group", name: "default", ppm: ppm(1_000_000) }],
});
const model: Model = { id: "0193-model", name: "instant", contextTokens: 128_000, maxOutputTokens: 16_384, endpoints: new Set(["chat", "messages"]), createdAtMs: 0, limits: {} };
const channel: Channel = {
  id: "0193-channel", number: 1, name: "instant", provider: "openai", protocol: "chat", baseUrl: "http://127.0.0.1:9/v1", active: true, priority: 0, weight: 1, keyMode: "round_robin",
  keys: ["a", "b"].map((id) => ({ id, active: true, weight: 1, limits: {}, secret: () => `sk-${id}` })), limits: {}, timeouts: {}, settings: {}, groups: new Set(["g"]),
};
const snapshot: Snapshot = {
  rev: 1n, builtAtMs: 0, models: new Map([["instant", model]]), aliases: new Map(), groups: new Map([["g", { id: "g", name: "default", ppm: ppm(1_000_000), limits: {} }]]),
  channels: new Map([[channel.id, channel]]), routes: new Map([["g\0instant", [{ priority: 0, routes: [{ channel, weight: 1, upstreamModel: "instant" }] }]]]),
  settings: { shopName: "Bench", modelEcho: "public", strategy: "weighted", vendorChoice: false, failoverAtLoss: false, keepReplies: true, overdraftNano: 0n, guardExact: false, billEmpty: false, billBroken: "delivered" },
  price: () => price, cost: () => price, modelsOf: () => [model],
};
const caller: Caller = {
  keyId: "0193-key", keyName: "bench", keyStatus: "active", userId: "0193-user", userStatus: "active", userRole: "customer", walletId: "0193-wallet", groupId: "g",
  timeZone: "UTC", models: ["instant"], keyLimits: { rpm: 10_000_000, tpm: 1_000_000_000, concurrency: 5_000 }, userLimits: {},
  keyBudgets: [{ amountNano: 50_000_000_000_000n, per: "day" }], userBudgets: [],
};

const done = Promise.resolve();
const notAsked = (): Promise<never> => Promise.reject(new Error("not asked"));
const hold: Hold = { mode: "rich", heldNano: nano(1_000n), begin: () => undefined, delivered: () => true, raise: () => Promise.resolve(true), finish: () => done, release: () => undefined };
const billing: Billing = { admit: () => hold, admitDurable: () => Promise.resolve({ heldNano: nano(0n) }), record: () => done, nodeId: "n", nodes: 1, ready: true, backlog: 0, close: () => done };

/** Answers in the next turn of the loop, a stream in chunks of their own. */
const transport: Transport = {
  send(call, sink) {
    const chunks = call.body.some((part) => Buffer.isBuffer(part) && part.includes('"stream":true')) ? STREAM_EVENTS : [WHOLE_BODY];
    const type = chunks === STREAM_EVENTS ? "text/event-stream" : "application/json";
    setImmediate(() => {
      sink.onHead(200, { "content-type": type });
      for (const chunk of chunks) sink.onData(chunk);
      sink.onEnd();
    });
    return { pause: () => undefined, resume: () => undefined, abort: () => undefined };
  },
};

export type BareRelay = Readonly<{
  /** One request with its answer. @throws Error when that is no 200 */
  ask(body: Buffer, path?: string): Promise<void>;
  close(): Promise<void>;
}>;

/** A whole relay without sockets, journal and database: for what a request costs, and leaves, inside it. */
export function createBareRelay(): BareRelay {
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const tokenizer = createTokenizer();
  const relay = createRelay({
    billing, clock, tokenizer, transport, snapshots: { current: snapshot, disableKey: () => done }, keys: { lookup: () => caller, again: () => undefined, byId: () => caller },
    lookups: { credits: notAsked, keyUsage: notAsked, chargedBetween: notAsked, generation: () => Promise.resolve(undefined) }, simulator: createSimulator({ clock }), spool: createSpool("."),
    log: createLog({ level: "warn", format: "json" }), metrics: createMetrics(), random: Math.random,
  });
  return {
    ask: async (body, path = "/v1/chat/completions") => {
      const inbound: Inbound = {
        method: "POST", path, query: new URLSearchParams(), clientIp: "127.0.0.1",
        headers: { host: "127.0.0.1:3000", authorization: "Bearer sk-mm-be0c0000000000000000000000000000000000000000be0c", "content-type": "application/json", "content-length": "600" },
        body: () => Promise.resolve(body),
      };
      let status = 0;
      const reply: Reply = {
        pristine: true, gone: false, head: (given) => (status = given), write: () => true, end: () => undefined, destroy: () => undefined, onDrain: () => undefined, onGone: () => undefined,
      };
      await relay.handle(inbound, reply);
      if (status !== 200) throw new Error(`an answer of status ${status}`);
    },
    close: () => tokenizer.close(),
  };
}

/** A body of about 600 bytes, the size of a small chat. */
export const smallChat = (stream: boolean): Buffer => Buffer.from(JSON.stringify({
  model: "instant", stream, max_tokens: 100,
  messages: [{ role: "assistant", content: "You are terse. ".repeat(8) }, { role: "user", content: "Tell me about the sea. ".repeat(16) }],
}));
