/** The shops of the storefront's tests. */

export const KEY = "sk-mm-0123456789abcdef0123456789abcdef0123456789abcdef";

const MODELS = [
  {
    id: "claude-sonnet-4-5", name: "Claude Sonnet 4.5", vendor: "anthropic", context: 200_000, max_output: 64_000, aliases: ["claude-sonnet-latest"],
    price: { input: 3, cache_read: 0.3, cache_write_5m: 3.75, cache_write_1h: 6, output: 15, tiers: [{ over: 200_000, mode: "whole", items: { input: 6, cache_read: 0.6, cache_write_5m: 7.5, cache_write_1h: 12, output: 22.5 } }] },
  },
  { id: "gpt-4.1", name: "GPT-4.1", vendor: "openai", context: 1_047_576, price: { input: 2, cache_read: 0.5, output: 8 } },
  { id: "gpt-4o-mini", vendor: "openai", context: 128_000, price: { input: 0.15, cache_read: 0.075, output: 0.6 } },
  { id: "gpt-image-1", vendor: "openai", endpoints: ["images"], price: { per_image: 0.04 } },
  { id: "deepseek-v3.2", name: "DeepSeek V3.2", vendor: "deepseek", context: 128_000, price: { input: 0.28, cache_read: 0.028, output: 0.42, windows: [{ tz: "Asia/Shanghai", days: "1111100", from: "00:30", to: "08:30", ppm: 500_000 }] } },
  { id: "deepseek-ai/DeepSeek-R1", vendor: "deepseek", price: { input: 0.55, output: 2.19 } },
  { id: "text-embedding-3-small", vendor: "qwen", endpoints: ["embeddings"], price: { input: 0.02 } },
  { id: "free-tiny", endpoints: ["chat"], price: { input: 0, output: 0 } },
  { id: "estimated", vendor: "acme", endpoints: ["chat"], context: 128_000, price: { input: 3.333333, cache_read: 0.333333, output: 15.000001 } },
  { id: "shaky", vendor: "acme", endpoints: ["chat"], context: 8_000, price: { input: 0.1, output: 0.4 } },
];
/** What the simulator is told by a name: so many cached tokens and so long an answer; nothing but failures. */
const UPSTREAM: Readonly<Record<string, string>> = { estimated: "estimated?cached=3000&tokens=512", shaky: "shaky?status=503" };

export const LIT_STORE = {
  shop: { name: "Lantern", sign_up: "closed" },
  groups: { default: { ratio: 1 } },
  models: MODELS,
  channels: [{ name: "main", provider: "simulator", models: Object.fromEntries(MODELS.map(({ id }) => [id, UPSTREAM[id] ?? id])), groups: ["default"] }],
  users: [{ email: "alice@example.com", password: "correct-horse-battery", role: "customer", group: "default", credit: { amount: 10, id: "opening" }, keys: [{ name: "app", secret: KEY }] }],
};

export const EMPTY_STORE = { shop: { name: "Empty Shop" } };
