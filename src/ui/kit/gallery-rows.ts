/** Sample data of the gallery: one shop, one day, always the same, so that pictures of it can be compared. */
export type SampleRow = Readonly<{ id: string; at: Date; model: string; vendor: string; status: "ok" | "error" | "cancelled"; code: number; key: string; input: number; output: number; chargeNano: bigint; latencyMs: number | null; trend: readonly (number | null)[] }>;

const MODELS = [["gpt-5-mini", "openai"], ["claude-haiku-4-5", "anthropic"], ["claude-sonnet-4-5", "anthropic"], ["gemini-2.5-pro", "google"], ["text-embedding-3-small", "openai"], ["deepseek-v3.2", "deepseek"], ["a-model-with-a-name-so-long-that-no-column-was-ever-made-for-it", "qwen"]] as const;
const KEYS = ["ci-review", "prod-agent", "search-index", "ann-laptop"] as const;
export const SAMPLE_NOW = new Date("2026-11-21T14:32:00Z");
const STEP_MS = 43_000;

/** A repeatable stand-in for chance. */
const noise = (seed: number): number => ((Math.sin(seed * 127.1) * 43_758.5453) % 1 + 1) % 1;

export const SAMPLE_ROWS: readonly SampleRow[] = Array.from({ length: 40 }, (_, i) => {
  const [model, vendor] = MODELS[i % MODELS.length] ?? MODELS[0];
  const status = i % 11 === 3 ? "error" : i % 13 === 7 ? "cancelled" : "ok";
  const input = Math.round(400 + noise(i) * 60_000);
  const output = status === "error" ? 0 : Math.round(noise(i + 50) * 2_000);
  return {
    id: `req_01KAH3${(1000 + i * 37).toString(36).toUpperCase().padStart(4, "0")}Q2VNB7T4D8M1X97K3F`,
    at: new Date(SAMPLE_NOW.getTime() - i * STEP_MS - (i > 20 ? i * 9_000_000 : 0)),
    model, vendor, status, code: status === "error" ? 503 : 200, key: KEYS[i % KEYS.length] ?? KEYS[0], input, output,
    chargeNano: status === "error" ? 0n : BigInt(input) * 270n + BigInt(output) * 13_500n + 7n,
    latencyMs: status === "error" ? null : Math.round(300 + noise(i + 9) * 2_600),
    trend: Array.from({ length: 12 }, (__, at) => (i === 5 && at > 4 && at < 7 ? null : noise(i * 20 + at))),
  };
});

export const SAMPLE_SERIES = (count: number, buckets: number, scale: number): { id: string; label: string; values: (number | null)[] }[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    label: MODELS[i % MODELS.length]?.[0] ?? "",
    values: Array.from({ length: buckets }, (__, at) => Math.round(scale * (0.3 + noise(i * 100 + at) * (1 - i * 0.12)) * (at % 7 > 4 ? 0.55 : 1) * (at === buckets - 1 ? 0.4 : 1))),
  }));

export const SAMPLE_JSON = {
  id: "chatcmpl-9f2", object: "chat.completion", created: 1_795_271_520, model: "claude-sonnet-4-5",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "A receipt lists every line that was charged, with quantity, unit price and amount.", refusal: null } }],
  usage: { prompt_tokens: 51_640, completion_tokens: 1_512, prompt_tokens_details: { cached_tokens: 48_320 }, "x-odd key": [] },
  headers: { authorization: "[redacted]", "content-type": "application/json" }, stream: false, attempts: Array.from({ length: 130 }, (_, i) => i),
};

export const SAMPLE_MARKDOWN = `## What changed

Prices of **Claude Sonnet 4.5** fall on *1 December*. Old requests keep the price they were charged with.

- Input from \`3.00\` to \`2.70\`
- Output stays
- [x] announced

| Model | Input | Output |
| --- | ---: | ---: |
| claude-sonnet-4-5 | 2.70 | 13.50 |

> Questions go to [support](https://example.com/support); [this one](javascript:alert(1)) goes nowhere.

![A chart of prices](https://tracker.example.com/pixel.png)

<script>alert(1)</script>

\`\`\`
curl https://example.com/v1/models
\`\`\`
`;
