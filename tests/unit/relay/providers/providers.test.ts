import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { endpointsOf, endpointUrl, providers } from "#relay/providers/index.ts";
import type { Provider } from "#relay/providers/provider.ts";
import { offeredProtocols } from "#relay/routing/protocols.ts";
import { sharedDir } from "../../../support/shared.ts";

const url = (id: string, base: string | undefined, operation: "chat" | "completions" | "embeddings" = "chat"): string =>
  endpointUrl(providers.get(id)!, base, operation).href;

test.each([
  ["openai", undefined, "https://api.openai.com/v1/chat/completions"],
  ["openai", "https://api.openai.com", "https://api.openai.com/v1/chat/completions"],
  ["openai", " https://api.openai.com/ ", "https://api.openai.com/v1/chat/completions"],
  ["openai", "http://127.0.0.1:9001/v1", "http://127.0.0.1:9001/v1/chat/completions"],
  ["openai", "http://127.0.0.1:9001", "http://127.0.0.1:9001/v1/chat/completions"],
  ["openai", "https://h/proxy/openai/v1/", "https://h/proxy/openai/v1/chat/completions"],
  ["openai", "https://h/v1/chat/completions", "https://h/v1/chat/completions"],
  ["openai", "https://h/v1/embeddings", "https://h/v1/chat/completions"],
  ["openai", "https://h/v1?tenant=a", "https://h/v1/chat/completions?tenant=a"],
  ["openai", "https://h/special#", "https://h/special/completions"],
  ["volcengine", "https://ark.example/api/v3", "https://ark.example/api/v3/chat/completions"],
  ["volcengine", "https://ark.example", "https://ark.example/api/v3/chat/completions"],
  ["zhipu", "https://api.z.ai", "https://api.z.ai/api/paas/v4/chat/completions"],
  ["dashscope", "https://h", "https://h/compatible-mode/v1/chat/completions"],
  ["azure", "https://res.openai.azure.com", "https://res.openai.azure.com/openai/v1/chat/completions"],
  ["openai-compatible", "http://127.0.0.1:8000", "http://127.0.0.1:8000/v1/chat/completions"],
  ["openai-compatible", "http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/chat/completions"],
  ["deepseek", undefined, "https://api.deepseek.com/chat/completions"],
  ["deepseek", "https://api.deepseek.com/v1", "https://api.deepseek.com/v1/chat/completions"],
  ["perplexity", undefined, "https://api.perplexity.ai/chat/completions"],
  ["simulator", undefined, "simulator://local/chat/completions"],
])("%s at %s", (id, base, expected) => {
  expect(url(id, base)).toBe(expected);
});

test.each([
  ["anthropic", undefined, "https://api.anthropic.com/v1/messages"],
  ["anthropic", "https://gateway.example/claude", "https://gateway.example/claude/v1/messages"],
  ["anthropic", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1/messages"],
  ["zhipu", undefined, "https://open.bigmodel.cn/api/anthropic/v1/messages"],
  ["zhipu", "https://api.z.ai/api/paas/v4", "https://api.z.ai/api/anthropic/v1/messages"],
  ["zhipu", "https://api.z.ai/api/anthropic", "https://api.z.ai/api/anthropic/v1/messages"],
  ["moonshot", "https://api.moonshot.cn/v1", "https://api.moonshot.cn/anthropic/v1/messages"],
  ["deepseek", "https://api.deepseek.com/v1", "https://api.deepseek.com/anthropic/v1/messages"],
  ["minimax", undefined, "https://api.minimax.io/anthropic/v1/messages"],
  ["dashscope", undefined, "https://dashscope.aliyuncs.com/apps/anthropic/v1/messages"],
  ["deepinfra", undefined, "https://api.deepinfra.com/anthropic/v1/messages"],
  ["fireworks", undefined, "https://api.fireworks.ai/inference/v1/messages"],
  ["openrouter", undefined, "https://openrouter.ai/api/v1/messages"],
  ["modelmart", "https://shop.example", "https://shop.example/v1/messages"],
])("the messages of %s at %s", (id, base, expected) => {
  const provider = providers.get(id)!;
  const endpoint = endpointsOf(provider, "chat").find(({ dialect }) => dialect === "anthropic")!;
  expect(endpointUrl(provider, base, endpoint).href).toBe(expected);
  expect((endpoint.authorize ?? provider.authorize)("k")).toMatchObject({ "anthropic-version": "2023-06-01" });
});

test("a version that the base ends in is not doubled", () => {
  const provider = { ...providers.get("openai")!, paths: { chat: { dialect: "openai-chat", path: "/v1/messages" } } } as const;
  expect(endpointUrl(provider, "https://h/v1", "chat").href).toBe("https://h/v1/messages");
});

test.each([
  ["groq", undefined, "embeddings", "unsupported_endpoint"],
  ["openai-compatible", undefined, "chat", "no_available_channel"],
  ["openai", "not a url", "chat", "no_available_channel"],
] as const)("%s at %s has no %s", (id, base, operation, code) => {
  expect(() => url(id, base, operation)).toThrow(expect.objectContaining({ code }));
});

test("aliases are the same providers, and keys are written as each vendor wants them", () => {
  expect(providers.get("google-gemini")).toBe(providers.get("gemini"));
  expect(providers.get("azure-openai")).toBe(providers.get("azure"));
  expect(providers.get("azure")!.authorize("k")).toEqual({ "api-key": "k" });
  expect(providers.get("openai")!.authorize("k")).toEqual({ authorization: "Bearer k" });
  expect(providers.get("ollama")!.authorize("")).toEqual({});
});

const shared = sharedDir();

describe.skipIf(shared === undefined)("the vendor table (shared/data/providers.json)", () => {
  type Row = Readonly<{
    id: string;
    flags?: Readonly<Record<string, unknown>>;
    protocols: readonly Readonly<{ protocol: string; base_url: string; paths: Readonly<Record<string, string>> }>[];
  }>;
  /** Rows that speak OpenAI's form only with credentials or replies of another kind, or beside their own. */
  const LEFT_OUT = new Set(["google-vertex", "grsai", "cohere"]);
  const rows = shared === undefined ? [] : (JSON.parse(readFileSync(join(shared, "data/providers.json"), "utf8")) as Row[]);
  const chatRows = rows.filter(({ id, protocols }) => !LEFT_OUT.has(id) && protocols.some(({ protocol }) => protocol === "openai-chat"));

  test.each(chatRows.map((row) => [row.id, row] as const))("%s has a manifest with its facts", (id, row) => {
    const provider = providers.get(id)!;
    const { base_url: base, paths } = row.protocols.find(({ protocol }) => protocol === "openai-chat")!;
    if (!base.includes("{")) expect(endpointUrl(provider, undefined, "chat").href).toBe(`${base}${paths.chat}`);
    const { flags = {} } = row;
    expect(provider.flags.streamOptions).toBe(flags.stream_options ?? "required");
    expect(provider.flags.cached).toBe(flags.cached ?? "in");
    expect(provider.flags.reasoning).toBe(flags.reasoning ?? "in");
    expect(provider.flags.stopsBillingOnAbort).toBe(flags.stops_billing_on_abort ?? undefined);
    expect(provider.flags.firstByteMs).toBe(flags.first_byte_ms);
  });
});

test("a channel's page shows the protocols that its vendor's template has, not those that only a choice brings in", () => {
  const of = (id: string): readonly string[] => offeredProtocols(providers.get(id) as Provider);
  expect(of("openai")).toEqual(["chat", "responses"]);
  expect(of("anthropic")).toEqual(["messages"]);
  expect(of("zhipu")).toEqual(["chat", "messages"]);
  expect(of("vertex")).toEqual(["chat", "messages", "gemini"]);
  expect(of("cohere")).toEqual([]);
});
