import { keyOf } from "../../support/shop-store.ts";
import { MANAGEMENT_TOKEN } from "../../support/shop-process.ts";

/** What the shop of the pictures sells, by whom it is served and who buys it. */

export const PASSWORD = "correct-horse-battery-staple";
export const KEYLESS_EMAIL = "new@lantern.example";
const SUPPLY = "sk-supply-";

type Item = Readonly<{ id: string; name?: string; vendor: string; context?: number; max?: number; endpoints?: readonly string[]; aliases?: readonly string[]; preset?: Readonly<Record<string, unknown>>; fallbacks?: readonly object[]; price?: Readonly<Record<string, unknown>> }>;

export const MODELS: readonly Item[] = [
  { id: "gpt-4.1", name: "GPT-4.1", vendor: "openai", context: 1_047_576, max: 32_768, price: { input: 2.4, cache_read: 0.6, output: 9.6 } },
  { id: "gpt-4.1-mini", name: "GPT-4.1 mini", vendor: "openai", context: 1_047_576, max: 32_768, aliases: ["gpt-4.1-small"], price: { input: 0.48, cache_read: 0.12, output: 1.92 } },
  { id: "gpt-4o-mini", name: "GPT-4o mini", vendor: "openai", context: 128_000, max: 16_384, price: { input: 0.18, cache_read: 0.09, output: 0.72 } },
  { id: "gpt-image-1", name: "GPT Image 1", vendor: "openai", endpoints: ["images"], price: { per_image: 0.05 } },
  { id: "text-embedding-3-small", name: "Text Embedding 3 small", vendor: "openai", context: 8_192, endpoints: ["embeddings"], price: { input: 0.024 } },
  {
    id: "claude-sonnet-4-5", fallbacks: [{ model: "gemini-2.5-pro", on: ["unavailable", "rate", "context"] }, { model: "claude-haiku-4-5", on: ["unavailable"] }], name: "Claude Sonnet 4.5", vendor: "anthropic", context: 200_000, max: 64_000, aliases: ["claude-sonnet-latest"],
    price: { input: 3.6, cache_read: 0.36, cache_write_5m: 4.5, cache_write_1h: 7.2, output: 18, tiers: [{ over: 200_000, mode: "whole", items: { input: 7.2, cache_read: 0.72, cache_write_5m: 9, cache_write_1h: 14.4, output: 27 } }] },
  },
  { id: "claude-haiku-4-5", name: "Claude Haiku 4.5", vendor: "anthropic", context: 200_000, max: 64_000, price: { input: 1.2, cache_read: 0.12, cache_write_5m: 1.5, cache_write_1h: 2.4, output: 6 } },
  { id: "gemini-2.5-pro", name: "Gemini 2.5 Pro", vendor: "google", context: 1_048_576, max: 65_536, price: { input: 1.5, cache_read: 0.375, output: 12 } },
  { id: "gemini-2.5-flash", name: "Gemini 2.5 Flash", vendor: "google", context: 1_048_576, max: 65_536, price: { input: 0.36, cache_read: 0.09, output: 3 } },
  { id: "deepseek-v3.2", name: "DeepSeek V3.2", vendor: "deepseek", context: 128_000, max: 8_192, price: { input: 0.34, cache_read: 0.034, output: 0.51, windows: [{ tz: "Asia/Shanghai", days: "1111100", from: "00:30", to: "08:30", ppm: 500_000 }] } },
  { id: "qwen3-max", name: "Qwen3 Max", vendor: "qwen", context: 262_144, max: 65_536, price: { input: 1.44, output: 7.2 } },
  { id: "kimi-k2", name: "Kimi K2", vendor: "moonshot", context: 262_144, max: 32_768, price: { input: 0.72, cache_read: 0.18, output: 3 } },
  { id: "glm-4.6", name: "GLM-4.6", vendor: "zai", context: 200_000, max: 128_000, price: { input: 0.72, cache_read: 0.13, output: 2.64 } },
  { id: "grok-4", name: "Grok 4", vendor: "xai", context: 256_000, price: { input: 3.6, cache_read: 0.9, output: 18 } },
  { id: "mistral-large-latest", name: "Mistral Large", vendor: "mistral", context: 131_072, price: { input: 2.4, output: 7.2 } },
  { id: "claude-sonnet-4-5-thorough", name: "Claude Sonnet 4.5, thorough", vendor: "anthropic", preset: { model: "claude-sonnet-4-5", reasoning: "high", max_tokens: 32_000 }, price: { input: 3.6, output: 18 } },
  { id: "mistral-ocr", name: "Mistral OCR", vendor: "mistral", endpoints: ["chat"] },
];

/** Whatever else the reseller has, by its own names. */
const RESOLD = { id: "openrouter/*", vendor: "openrouter", context: 128_000, max_output: 16_384, endpoints: ["chat"], price: { input: 2.5, output: 10 } };

const CHAT = ["gpt-4.1", "gpt-4.1-mini", "gpt-4o-mini"];
const named = (ids: readonly string[], query: string): Readonly<Record<string, string>> => Object.fromEntries(ids.map((id) => [id, `${id}?${query}`]));

/** What a channel changes of its requests, some of it only where a model's name begins so. */
const OVERRIDES = {
  params: [
    { op: "clamp", path: "/max_tokens", max: 16_384 },
    { op: "set_if_absent", path: "/user", value: "lantern", when: { field: "model", is: "prefix", value: "gpt-4.1" } },
  ],
  headers: [{ op: "set", name: "x-project", value: "storefront" }, { op: "remove", name: "openai-beta" }],
  lacks: { "gpt-4o-mini": ["audio_in", "pdf"] },
};

/** Each in another state, as far as a vendor that does what its model's name asks for can bring it there. */
const channels = (vendor: string): readonly object[] => {
  const at = { base_url: vendor, groups: ["default", "pro", "trial"] };
  return [
    { name: "OpenAI, main account", provider: "openai", ...at, keys: ["a", "b", "c"].map((end) => `${SUPPLY}openai-${end}`), models: [...CHAT, "gpt-image-1", "text-embedding-3-small"], priority: 10, cost: { ratio: 0.83 }, limits: { rpm: 5_000 }, settings: OVERRIDES },
    { name: "OpenAI, reserve", provider: "openai", ...at, keys: [`${SUPPLY}openai-reserve`], models: CHAT, priority: 5, cost: { ratio: 0.9 } },
    { name: "OpenRouter", provider: "openrouter", ...at, keys: [`${SUPPLY}router`], models: ["claude-sonnet-4-5", "claude-haiku-4-5", "gemini-2.5-pro", "gemini-2.5-flash", "grok-4", RESOLD.id], priority: 10, cost: { ratio: 0.87 } },
    { name: "DeepSeek", provider: "deepseek", ...at, keys: [`${SUPPLY}deepseek-1`, `${SUPPLY}deepseek-2`], models: ["deepseek-v3.2"], priority: 10, cost: { ratio: 0.8 } },
    { name: "DashScope Beijing", provider: "dashscope", ...at, keys: [`${SUPPLY}dash`], models: { ...named(["qwen3-max"], "status=503"), ...named(["deepseek-v3.2"], "status=503") }, priority: 20, cost: { ratio: 0.75 } },
    { name: "SiliconFlow", provider: "siliconflow", ...at, keys: [`${SUPPLY}silicon`], models: ["qwen3-max", "kimi-k2", "glm-4.6"], priority: 8, cost: { ratio: 0.85 } },
    { name: "Zhipu", provider: "zhipu", ...at, keys: [`${SUPPLY}zhipu-old`], models: named(["glm-4.6"], "status=401"), priority: 12, cost: { ratio: 0.8 } },
    { name: "Moonshot trial", provider: "moonshot", ...at, keys: [`${SUPPLY}moon`], models: named(["kimi-k2"], "status=429&retry_after=2"), priority: 12, cost: { ratio: 0.7 } },
    { name: "Mistral", provider: "mistral", ...at, keys: [`${SUPPLY}mistral`], models: ["mistral-large-latest", "mistral-ocr"], priority: 10 },
    { name: "Azure Sweden", provider: "openai-compatible", ...at, keys: [`${SUPPLY}azure`], models: ["gpt-4.1"], enabled: false },
    {
      name: "Vertex AI, films", provider: "vertex", groups: ["pro"], keys: ["AIzaSyStockVertexKeyOfThePictures000000"], models: ["gemini-2.5-pro", "gemini-2.5-flash"], enabled: false,
      settings: { project: "lantern-media-417", location: "us-central1", locations: { "claude-opus-4-1": "us-east5" }, bucket: "gs://lantern-films/shop", proxy: "socks5h://shop:a-password@10.0.0.5:1080" },
    },
    { name: "Simulator", provider: "simulator", models: ["gpt-4o-mini"], groups: ["trial"], priority: -1 },
  ];
};

export type Buyer = Readonly<{ name: string; email: string; group: string; usd: number; share: number }>;

/** `share` of the traffic; the last has nothing to spend. */
export const BUYERS: readonly Buyer[] = [
  { name: "Alice Moreau", email: "alice@lantern.example", group: "default", usd: 40, share: 45 },
  { name: "陈晓明", email: "chen.xiaoming@harbour.example", group: "pro", usd: 120, share: 30 },
  { name: "Bruno Keller", email: "bruno.keller@a-rather-long-company-name.example", group: "default", usd: 15, share: 14 },
  { name: "Dana Ortiz", email: "dana@orchard.example", group: "trial", usd: 1, share: 8 },
  { name: "Emeka Obi", email: "emeka@obi.example", group: "default", usd: 3, share: 3 },
  { name: "Fay Lindqvist", email: "fay@north.example", group: "trial", usd: 0, share: 0 },
];

export const STAFF = ["owner", "operator", "finance", "support"] as const;
export const staffEmail = (role: string): string => `${role}@lantern.example`;
export const secretOf = (email: string): string => keyOf(email.split("@")[0]!.slice(0, 20));

/** The store file of the whole shop. */
export function stockedStore(vendor: string): object {
  return {
    shop: { name: "Lantern", sign_up: "open", terms_url: "https://lantern.example/terms" },
    settings: {
      payments: { fee_percent: "3", bonus: { "50": 5, "100": 10 } },
      legal: { terms: { en: "## Terms\n\nPrepaid credit pays for requests at the price on the page of each model.", zh: "## 条款\n\n预付余额按各模型页面的价格支付请求费用。" } },
    },
    groups: { default: { ratio: 1 }, pro: { ratio: 0.9 }, trial: { ratio: 1.1, limits: { rpm: 600 } } },
    models: [...MODELS.map(({ max, ...model }) => ({ ...model, ...(max !== undefined && { max_output: max }) })), RESOLD],
    channels: channels(vendor),
    users: [
      ...BUYERS.map(({ name, email, group, usd }) => ({
        email, name, password: PASSWORD, role: "customer", group, ...(usd > 0 && { credit: { amount: usd, id: "opening" } }),
        keys: [{ name: "production", secret: secretOf(email) }, { name: "laptop", models: ["gpt-4o-mini"], budget: { amount: 20, per: "month" }, limits: { rpm: 60 } }, { name: "old script", enabled: false }],
      })),
      { email: KEYLESS_EMAIL, name: "Noor", password: PASSWORD, role: "customer", group: "default" },
      ...STAFF.map((role) => ({ email: staffEmail(role), password: PASSWORD, role, group: "default" })),
    ],
    codes: [{ code: "WELCOME-5", amount: 5, uses: 100, per_user: 1 }, { code: "SPRING-FAIR", amount: 2.5, uses: 1_000, per_user: 1, expires: "2031-04-30T00:00:00Z" }, { code: "OLD-PROMO", amount: 10, uses: 10, enabled: false }],
    management_tokens: [{ name: "checks", secret: MANAGEMENT_TOKEN, role: "owner" }, { name: "accounting export", secret: `${MANAGEMENT_TOKEN.slice(0, 9)}fedcba9876543210fedcba9876543210`, role: "finance" }],
  };
}

/** A shop that nobody has filled yet: accounts only. */
export const EMPTY_STORE = {
  shop: { name: "Empty Shop" },
  users: [{ email: KEYLESS_EMAIL, password: PASSWORD, role: "customer" }, { email: staffEmail("owner"), password: PASSWORD, role: "owner" }],
};
