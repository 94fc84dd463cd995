import { PRICE, storeOf } from "../support/shop-store.ts";

/** Ways in which a lone vendor fails, as scripts in the upstream model's name; see `answer` in vendor-scripts.ts. */
export const TROUBLES = {
  400: "status=400", 401: "status=401", 402: "status=402", 403: "status=403", 404: "status=404", 422: "status=422",
  429: "status=429&retry_after=7", 500: "status=500", 503: "status=503", 529: "status=529",
  html: "html=1", garbage: "garbage=1", inside: "error_inside=1", refused: "fate=cut&after=-1", reset: "fate=reset&after=-1",
} as const;

/** How a stream ends badly; the fake vendor's stream of 10 chunks has 13 pieces, the first holds the role. */
export const BROKEN_STREAMS = {
  cut: "chunks=10&gap_ms=20&fate=cut&after=6",
  torn: "chunks=10&gap_ms=20&fate=reset&after=6",
  stall: "chunks=10&gap_ms=20&fate=stall&after=6",
  early: "chunks=10&fate=cut&after=0",
} as const;

export const SILENT_MS = 900;

/** USD per million tokens of whatever stands below `many/*`. */
export const MANY_PRICE = { input: 0.7, output: 1.3 } as const;

const chatModel = (id: string): object => ({ id, endpoints: ["chat"], context: 128_000, max_output: 16_384, price: PRICE });

/** One channel a model, so that one case's breaker is no other's. */
const lone = (id: string, script: string, more: object = {}): { model: object; channels: object[] } => ({
  model: chatModel(id),
  channels: [{ name: `channel-${id}`, provider: "openai", models: { [id]: `${id}?${script}` }, ...more }],
});

/** The first channel fails, the second answers. */
const pair = (id: string, script: string): { model: object; channels: object[] } => ({
  model: chatModel(id),
  channels: [
    { name: `channel-${id}-1`, provider: "openai", priority: 10, models: { [id]: `${id}?${script}` } },
    { name: `channel-${id}-2`, provider: "openai", priority: 5, models: { [id]: `${id}-good` } },
  ],
});

export function contractStore(vendorUrl: string): object {
  const scripted = [
    ...Object.entries(TROUBLES).flatMap(([name, script]) => [lone(`lone-${name}`, script), lone(`lone-stream-${name}`, script), pair(`pair-${name}`, script)]),
    ...Object.entries(BROKEN_STREAMS).map(([name, script]) => lone(`broken-${name}`, script, { timeouts: { idle_ms: SILENT_MS } })),
    pair("pair-early", BROKEN_STREAMS.early),
    pair("pair-empty", "empty=1"),
    lone("silent", "fate=stall&after=-1", { timeouts: { first_byte_ms: SILENT_MS } }),
    lone("lone-words", ""),
    lone("slow-head", "first_ms=300"),
    ...["none", "zero", "negative", "huge", "cached", "text"].map((lie) => lone(`usage-${lie}`, `usage=${lie}&chunks=8`)),
  ];
  const plain = [chatModel("chat"), chatModel("org/deep/chat"), chatModel("other"), { id: "text", endpoints: ["chat"], price: { input: 1.5, output: 2 } },
    { id: "embed", endpoints: ["embeddings"], price: { input: 0.02 } }, { id: "ratio", endpoints: ["chat"], ratio: { model: 0.25, completion: 3 } },
    { id: "call", endpoints: ["chat"], price: { per_request: 0.1 } }, { id: "unpriced", endpoints: ["chat"] }, chatModel("unserved")];
  const main = {
    name: "channel-main", provider: "openai", priority: 10, weight: 5, cost: { ratio: 0.5 },
    models: Object.fromEntries(plain.map((model) => (model as { id: string }).id).filter((id) => id !== "unserved").map((id) => [id, `${id.replaceAll("/", "-")}-up`])),
  };
  return storeOf({
    settings: { relay: { sort_suffixes: true } },
    models: [
      ...plain, ...scripted.map(({ model }) => model), { id: "many/*", endpoints: ["chat"], context: 64_000, price: MANY_PRICE }, { id: "many/own", endpoints: ["chat"], price: { input: 1, output: 1 } },
      { id: "many/off", endpoints: ["chat"], price: { input: 1, output: 1 }, enabled: false },
    ],
    channels: [main, { name: "channel-many", provider: "openai", models: { "many/*": "*", "many/own": "own-up", "many/off": "off-up" } }, ...scripted.flatMap(({ channels }) => channels)].map((channel) => ({ base_url: vendorUrl, ...channel })),
    users: [
      { name: "rich", usd: 1_000 },
      { name: "stranger", usd: 5 },
      { name: "poor", usd: 0 },
      { name: "limited", usd: 5, key: { models: ["other"] } },
      { name: "expired", usd: 5, key: { expires: "2020-01-01" } },
      { name: "disabled", usd: 5, key: { enabled: false } },
      { name: "rpm", usd: 5, key: { limits: { rpm: 2 } } },
      { name: "tpm", usd: 5, key: { limits: { tpm: 100 } } },
      { name: "one-at-a-time", usd: 5, key: { limits: { concurrency: 1 } } },
      { name: "budgeted", usd: 5, key: { budget: { amount: 0.15, per: "day" } } },
      { name: "liar", usd: 5 },
      { name: "many", usd: 5, key: { models: ["many/*"] } },
      { name: "one-of-many", usd: 5, key: { models: ["many/one"] } },
    ],
  });
}
