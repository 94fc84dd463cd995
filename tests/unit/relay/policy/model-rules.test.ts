import { expect, test } from "vitest";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { applyConversationRules, touchesConversation } from "#relay/policy/conversation-rules.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";
import { fits, rulesFor } from "#relay/policy/model-rules.ts";

/** What becomes of a request, and what is told of it. */
function ruled(provider: string, model: string, body: object, { stream = false, protocol = "openai-chat" as WireFormat } = {}) {
  const rules = rulesFor(provider, model, protocol);
  const tree = { ...body } as Tree;
  const outcome = rules?.changes({ text: (name) => (name in tree ? JSON.stringify(tree[name]) : undefined), names: () => Object.keys(tree) }, stream);
  for (const [name, text] of outcome?.members ?? []) {
    if (text === undefined) delete tree[name];
    else tree[name] = JSON.parse(text) as Tree;
  }
  return { body: tree, codes: outcome?.codes ?? [], rules };
}

test.each([
  ["gpt-5*", "gpt-5-mini", true], ["gpt-5*", "gpt-4o", false], ["*claude-*-4-5*", "us.anthropic.claude-opus-4-5-v1", true], ["grok-4", "grok-4-fast", false], ["gpt-5-?-chat*", "gpt-5-2-chat-latest", true],
  ["a*a", "a", false], ["*", "", true],
] as const)("%s on %s: %s", (glob, name, expected) => {
  expect(fits(glob, name)).toBe(expected);
});

test.each([
  ["GPT-5 refuses sampling", "openai", "gpt-5-mini", { temperature: 0.2, seed: 1, stop: ["x"] }, { seed: 1, stop: ["x"] }, ["temperature_dropped"]],
  ["but for what it does anyway", "openai", "gpt-5", { temperature: 1, top_p: 1, presence_penalty: 0 }, { temperature: 1, top_p: 1, presence_penalty: 0 }, []],
  ["GPT-5.1 takes it while it does not think", "openai", "gpt-5.1", { temperature: 0.2 }, { temperature: 0.2 }, []],
  ["told so", "azure", "gpt-5.2", { temperature: 0.2, reasoning_effort: "none" }, { temperature: 0.2, reasoning_effort: "none" }, []],
  ["and not while it does", "openai", "gpt-5.2", { temperature: 0.2, reasoning_effort: "low" }, { reasoning_effort: "low" }, ["temperature_dropped"]],
  ["the one for code thinks always", "openai", "gpt-5.1-codex", { temperature: 0.2 }, {}, ["temperature_dropped"]],
  ["chat models are chat models", "openai", "gpt-5-chat-latest", { temperature: 0.2 }, { temperature: 0.2 }, []],
  ["and so is GPT-5.2's", "openai", "gpt-5.2-chat-latest", { temperature: 0.2 }, { temperature: 0.2 }, []],
  ["o-series", "azure", "o4-mini", { logit_bias: { 1: 2 }, top_logprobs: 3, logprobs: true }, {}, ["logprobs_dropped", "top_logprobs_dropped", "logit_bias_dropped"]],
  ["other vendors' copies are theirs", "vllm", "gpt-5", { temperature: 0.2 }, { temperature: 0.2 }, []],
  ["null is nothing", "openai", "gpt-5", { temperature: null }, { temperature: null }, []],
  ["search models", "openai", "gpt-4o-mini-search-preview-2025-03-11", { temperature: 0, n: 2 }, {}, ["temperature_dropped", "n_dropped"]],
  ["DeepSeek's reasoner", "deepseek", "deepseek-reasoner", { temperature: 1, logprobs: true }, {}, ["temperature_dropped", "logprobs_dropped"]],
  ["DeepSeek's chat", "deepseek", "deepseek-chat", { temperature: 1 }, { temperature: 1 }, []],
  ["Grok thinks", "xai", "grok-4-0709", { presence_penalty: 1, stop: ["x"], temperature: 0 }, { temperature: 0 }, ["presence_penalty_dropped", "stop_dropped"]],
  ["Grok does not", "xai", "grok-4-fast-non-reasoning", { stop: ["x"] }, { stop: ["x"] }, []],
  ["Kimi's default", "moonshot", "kimi-k2-thinking", {}, { temperature: 1 }, []],
  ["is one only", "moonshot", "kimi-k2-thinking", { temperature: 0.6 }, { temperature: 0.6 }, []],
  ["GLM's bounds", "zhipu", "glm-4.6", { temperature: 0, top_p: 1 }, { temperature: 0.01, top_p: 0.99 }, ["temperature_clamped", "top_p_clamped"]],
  ["Mistral's names", "mistral", "mistral-large-latest", { model: "m", max_completion_tokens: 5, seed: 7, n: 2 }, { model: "m", max_tokens: 5, random_seed: 7, n: 2 }, []],
  ["Mistral takes nothing else", "mistral", "mistral-large-latest", { messages: [], user: "u", logit_bias: {}, store: false }, { messages: [] }, ["unknown:user", "unknown:logit_bias", "unknown:store"]],
  ["Mistral: the right name wins", "mistral", "codestral", { max_tokens: 3, max_completion_tokens: 5 }, { max_tokens: 3 }, []],
  ["Sonar", "perplexity", "sonar-pro", { tools: [], stop: "x", temperature: 1 }, { temperature: 1 }, ["tools_dropped", "stop_dropped"]],
  ["Qwen's open weights do not think without a stream", "dashscope", "qwen3-32b", {}, { enable_thinking: false }, []],
] as const)("%s", (_name, provider, model, before, after, codes) => {
  expect(ruled(provider, model, before)).toMatchObject({ codes });
  expect(ruled(provider, model, before).body).toEqual(after);
});

test("Qwen's open weights may think in a stream; QwQ answers in streams alone", () => {
  expect(ruled("dashscope", "qwen3-235b-a22b", {}, { stream: true }).body).toEqual({});
  expect(ruled("dashscope", "qwen3-max", {}).body).toEqual({});
  expect(rulesFor("dashscope", "qwq-plus", "openai-chat")?.streamOnly).toBe(true);
});

test.each([
  ["claude-opus-4-7", { temperature: 1, top_k: 5, max_tokens: 9 }, { max_tokens: 9 }, ["temperature_dropped", "top_k_dropped"]],
  ["anthropic/claude-opus-4.8", { top_p: 0.5 }, {}, ["top_p_dropped"]],
  ["claude-sonnet-5", { top_p: 0.5 }, {}, ["top_p_dropped"]],
  ["claude-sonnet-4-5-20250929", { temperature: 1, top_p: 0.5 }, { temperature: 1 }, ["top_p_dropped"]],
  ["claude-opus-4-1", { top_p: 0.5 }, { top_p: 0.5 }, []],
  ["claude-3-7-sonnet-latest", { temperature: 1, top_p: 0.5 }, { temperature: 1, top_p: 0.5 }, []],
] as const)("Anthropic's %s", (model, before, after, codes) => {
  const outcome = ruled("anthropic", model, before, { protocol: "anthropic" });
  expect(outcome.body).toEqual(after);
  expect(outcome.codes).toEqual(codes);
});

test("a Responses request to GPT-5 keeps what the model takes", () => {
  expect(ruled("openai", "gpt-5", { temperature: 0.2, max_output_tokens: 5 }, { protocol: "openai-responses" }).body).toEqual({ max_output_tokens: 5 });
  expect(ruled("openai", "gpt-5.2", { temperature: 0.2, reasoning: { effort: "high" } }, { protocol: "openai-responses" }).body).toEqual({ reasoning: { effort: "high" } });
  expect(ruled("openai", "gpt-5.2", { temperature: 0.2 }, { protocol: "openai-responses" }).body).toEqual({ temperature: 0.2 });
});

const CALL = { role: "assistant", content: null, tool_calls: [{ id: "call_0123456789", type: "function", function: { name: "f", arguments: "{}" } }] };

test("a thinking model is told what it thought before its calls, or that nobody knows", () => {
  const messages = [{ role: "user", content: "?" }, CALL, { ...CALL, reasoning_content: "because" }];
  const always: Tree = { messages: structuredClone(messages) };
  applyConversationRules(rulesFor("deepseek", "deepseek-reasoner", "openai-chat")!, always);
  expect((always.messages as readonly Tree[]).map(({ reasoning_content }) => reasoning_content)).toEqual([undefined, "", "because"]);
  const asked = rulesFor("deepseek", "deepseek-chat", "openai-chat")!;
  const idle: Tree = { messages: structuredClone(messages) }, thinking: Tree = { messages: structuredClone(messages), thinking: { type: "enabled" } };
  applyConversationRules(asked, idle);
  applyConversationRules(asked, thinking);
  expect(idle.messages).toEqual(messages);
  expect((thinking.messages as readonly Tree[])[1]!.reasoning_content).toBe("");
});

test("Mistral's ids of calls are nine letters and digits, the same in call and result", () => {
  const body: Tree = { messages: [CALL, { role: "tool", tool_call_id: "call_0123456789", content: "1" }, { role: "tool", tool_call_id: "abcdef123", content: "2" }] };
  applyConversationRules(rulesFor("mistral", "mistral-small-latest", "openai-chat")!, body);
  const [call, result, own] = body.messages as readonly Tree[];
  const id = ((call!.tool_calls as readonly Tree[])[0]!).id;
  expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
  expect(result!.tool_call_id).toBe(id);
  expect(own!.tool_call_id).toBe("abcdef123");
});

test("Mistral's messages have no members of other vendors', and documents are parts of its own", () => {
  const file = { filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" };
  const body: Tree = { messages: [
    { role: "user", name: "ann", content: [{ type: "text", text: "What is it?", cache_control: { type: "ephemeral" } }, { type: "file", file }, { type: "file", file_id: "f" }] },
    { role: "assistant", content: "A page.", refusal: null, annotations: [], reasoning_content: "Hm." },
    { role: "stranger", odd: 1 },
  ] };
  expect(applyConversationRules(rulesFor("mistral", "mistral-small-latest", "openai-chat")!, body)).toEqual(["name_dropped", "unknown:messages.reasoning_content"]);
  expect(body.messages).toEqual([
    { role: "user", content: [{ type: "text", text: "What is it?" }, { type: "document_url", document_url: "data:application/pdf;base64,AAAA", document_name: "a.pdf" }, { type: "file", file_id: "f" }] },
    { role: "assistant", content: "A page." },
    { role: "stranger", odd: 1 },
  ]);
});

test.each(["deepseek", "dashscope", "deepinfra", "mistral", "cerebras"])("%s knows no role but the system's for what developers say", (provider) => {
  const rules = rulesFor(provider, "a-model", "openai-chat")!;
  const messages = [{ role: "developer", content: "Be brief." }, { role: "user", content: "developer" }];
  expect(touchesConversation(rules, Buffer.from(JSON.stringify({ messages })))).toBe(true);
  const body: Tree = { messages };
  expect(applyConversationRules(rules, body)).toEqual([]);
  expect(body.messages).toEqual([{ role: "system", content: "Be brief." }, { role: "user", content: "developer" }]);
});

test("who has nothing to be renamed has his bytes passed", () => {
  const rules = rulesFor("deepinfra", "a-model", "openai-chat")!;
  expect(touchesConversation(rules, Buffer.from('{"messages":[{"role":"system","content":"Be brief."}]}'))).toBe(false);
  expect(rules.dropsOnly).toEqual([]);
  expect(rulesFor("openai", "gpt-4o", "openai-chat")).toBeUndefined();
});

test("Sonar's turns alternate", () => {
  const body: Tree = { messages: [{ role: "system", content: "s" }, { role: "user", content: "a" }, { role: "user", content: [{ type: "text", text: "b" }] }, { role: "assistant", content: "c" }, { role: "assistant", content: "d" }] };
  expect(applyConversationRules(rulesFor("perplexity", "sonar", "openai-chat")!, body)).toEqual(["messages_joined"]);
  expect(body.messages).toEqual([{ role: "system", content: "s" }, { role: "user", content: [{ type: "text", text: "a" }, { type: "text", text: "b" }] }, { role: "assistant", content: "c\n\nd" }]);
});
