import { describe, expect, test } from "vitest";
import type { ChatRequest, JsonObject } from "#relay/canonical/request.ts";
import { openaiChatClient, openaiChatUpstream } from "#relay/dialects/openai-chat/index.ts";
import { providers } from "#relay/providers/index.ts";

const decode = (body: JsonObject): ChatRequest => openaiChatClient.decodeRequest({ model: "m", messages: [{ role: "user", content: "hi" }], ...body }, { betas: [] });
const messagesOf = (...messages: JsonObject[]): ChatRequest => decode({ messages });

/** The body for a vendor, and what could not be said. */
function encode(request: ChatRequest, { provider = "openai-compatible", model = "up", maxOutputTokens = undefined as number | undefined, capTokens = undefined as number | undefined } = {}) {
  const warnings: string[] = [];
  const { body, restore } = openaiChatUpstream.encodeRequest(request, {
    upstreamModel: model, flags: providers.get(provider)!.flags, strict: false, warn: (code) => void warnings.push(code),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }), ...(capTokens !== undefined && { capTokens }),
  });
  return { body: body as Record<string, unknown> & { messages: Record<string, unknown>[] }, warnings, restore: restore! };
}

describe("messages are read", () => {
  test("the leading run of system and developer text is the system; later text keeps its place", () => {
    const { system, messages } = messagesOf({ role: "system", content: "a" }, { role: "developer", content: [{ type: "text", text: "b" }] }, { role: "user", content: "c" }, { role: "system", content: "d" });
    expect(system).toEqual([{ type: "text", text: "a" }, { type: "text", text: "b" }]);
    expect(messages).toEqual([{ role: "user", parts: [{ type: "text", text: "c" }] }, { role: "system", parts: [{ type: "text", text: "d" }] }]);
  });

  test("pictures, sounds and files with their bytes and addresses", () => {
    const { messages } = messagesOf({
      role: "user", name: "ann", content: [
        { type: "text", text: "look", cache_control: { type: "ephemeral", ttl: "1h" } },
        { type: "image_url", image_url: { url: "data:image/jpeg;base64,AAAA", detail: "low" } },
        { type: "image_url", image_url: "https://pictures.example/a.png" },
        { type: "input_audio", input_audio: { data: "BBBB", format: "wav" } },
        { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,CCCC" } },
        { type: "file", file: { file_id: "file-1" } },
        { type: "video_url", video_url: { url: "https://pictures.example/a.mp4" } },
      ],
    });
    expect(messages).toEqual([{
      role: "user", name: "ann", parts: [
        { type: "text", text: "look", cache: { ttl: "1h" } },
        { type: "image", source: { kind: "base64", data: "AAAA" }, mime: "image/jpeg", detail: "low" },
        { type: "image", source: { kind: "url", url: "https://pictures.example/a.png" } },
        { type: "audio", source: { kind: "base64", data: "BBBB" }, mime: "audio/wav" },
        { type: "document", source: { kind: "base64", data: "CCCC" }, mime: "application/pdf", filename: "a.pdf" },
        { type: "document", source: { kind: "file", id: "file-1" } },
        { type: "video", source: { kind: "url", url: "https://pictures.example/a.mp4" } },
      ],
    }]);
  });

  test("calls and their results; results of one step are one message and know their tool's name", () => {
    const { messages } = messagesOf(
      { role: "assistant", content: null, tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }, { id: "b", type: "custom", custom: { name: "g", input: "free" } }] },
      { role: "tool", tool_call_id: "a", content: "1" }, { role: "tool", tool_call_id: "b", content: [{ type: "text", text: "2" }] },
    );
    expect(messages).toEqual([
      { role: "assistant", parts: [{ type: "tool-call", id: "a", name: "f", arguments: "{}" }, { type: "tool-call", id: "b", name: "g", arguments: "free", custom: true }] },
      { role: "tool", parts: [{ type: "tool-result", callId: "a", name: "f", parts: [{ type: "text", text: "1" }] }, { type: "tool-result", callId: "b", name: "g", parts: [{ type: "text", text: "2" }] }] },
    ]);
  });

  test("calls of the old form get ids, which their results are given too", () => {
    const request = decode({
      functions: [{ name: "f" }], function_call: { name: "f" },
      messages: [{ role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } }, { role: "function", name: "f", content: "1" }, { role: "assistant", content: "", function_call: { name: "f", arguments: "{}" } }, { role: "function", name: "f", content: "2" }],
    });
    expect(request.legacyFunctions).toBe(true);
    expect(request.toolChoice).toEqual({ mode: "named", name: "f" });
    expect(request.tools).toEqual([{ type: "function", name: "f", schema: { type: "object", properties: {} } }]);
    expect(request.messages.flatMap((message) => message.parts.map((part) => (part.type === "tool-call" ? part.id : part.type === "tool-result" ? part.callId : "")))).toEqual(["call_legacy_0", "call_legacy_0", "call_legacy_1", "call_legacy_1"]);
  });

  test.each([
    [{ role: "user" }, "missing_required_parameter", "messages[0].content"],
    [{ role: "user", content: [{ type: "smell" }] }, "invalid_value", "messages[0].content[0].type"],
    [{ role: "robot", content: "x" }, "invalid_value", "messages[0].role"],
    [{ role: "tool", content: "x" }, "missing_required_parameter", "messages[0].tool_call_id"],
    [{ role: "assistant", content: null, tool_calls: [{ function: { name: "f" } }] }, "missing_required_parameter", "messages[0].tool_calls[0].id"],
  ])("%o is refused by its path", (message, code, param) => {
    expect(() => messagesOf(message as JsonObject)).toThrow(expect.objectContaining({ code, options: expect.objectContaining({ param }) as object }));
  });
});

test.each([
  [{ reasoning_effort: "low", reasoning: { effort: "high" } }, { effort: "low", expose: "full" }],
  [{ reasoning: { max_tokens: 2000, exclude: true } }, { budget: 2000, expose: "none" }],
  [{ reasoning: { enabled: true } }, { adaptive: true, expose: "full" }],
  [{ thinking: { type: "enabled", budget_tokens: 1024 } }, { budget: 1024, expose: "full" }],
  [{ thinking: { type: "disabled" } }, { effort: "none", expose: "full" }],
  [{ enable_thinking: false }, { effort: "none", expose: "full" }],
  [{ thinking_budget: 99 }, { budget: 99, expose: "full" }],
  [{ extra_body: { google: { thinking_config: { thinking_level: "HIGH", include_thoughts: true } } } }, { effort: "high", expose: "full" }],
  [{}, undefined],
])("thinking asked for by %o", (body, expected) => {
  expect(decode(body as JsonObject).reasoning).toEqual(expected);
});

test("caps, stops, choices and what nobody else knows", () => {
  const request = decode({
    max_tokens: 5, max_completion_tokens: 7, stop: "x", n: 2, seed: 1, tool_choice: { type: "allowed_tools", allowed_tools: { mode: "required", tools: [{ type: "function", function: { name: "f" } }] } },
    response_format: { type: "json_schema", json_schema: { name: "s", schema: { type: "object" }, strict: true } }, provider: { order: [] }, verbosity: "low", odd: 1, gone: null, user: "u", web_search_options: {},
  });
  expect(request).toMatchObject({
    maxOutputTokens: 7, sampling: { stop: ["x"], seed: 1 }, candidates: 2, toolChoice: { mode: "allowed", names: ["f"], required: true }, endUser: "u",
    output: { format: "json-schema", name: "s", schema: { type: "object" }, strict: true }, tools: [{ type: "builtin", kind: "web-search" }],
  });
  expect(request.extra).toEqual({ verbosity: "low", odd: 1 });
});

describe("a vendor is asked", () => {
  const CALLS: ChatRequest = {
    ...decode({ tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }] }),
    messages: [
      { role: "assistant", parts: [{ type: "reasoning", text: "hm", proof: { family: "anthropic", value: "SIG" } }, { type: "text", text: "a" }, { type: "text", text: "b" }, { type: "tool-call", id: `toolu_${"x".repeat(60)}`, name: "f", arguments: "" }] },
      { role: "tool", parts: [{ type: "tool-result", callId: `toolu_${"x".repeat(60)}`, isError: true, parts: [{ type: "text", text: "bad" }, { type: "image", source: { kind: "base64", data: "AAAA" }, mime: "image/png" }] }] },
    ],
  };

  test("results hold text; pictures follow them; texts are joined; thoughts of another family are not told", () => {
    const { body, warnings } = encode(CALLS);
    const id = (body.messages[1] as { tool_call_id: string }).tool_call_id;
    expect(id).toMatch(/^call_[0-9a-f]{24}$/);
    expect(body.messages).toEqual([
      { role: "assistant", content: "ab", tool_calls: [{ id, type: "function", function: { name: "f", arguments: "{}" } }] },
      { role: "tool", tool_call_id: id, content: "Error: bad" },
      { role: "user", content: [{ type: "text", text: `Image result of tool call ${id}:` }, { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] },
    ]);
    expect(warnings).toEqual(["reasoning_dropped", "tool_image_moved"]);
  });

  test("thoughts go back where the vendor demands or understands them", () => {
    expect(encode(CALLS, { provider: "deepseek" }).body.messages[0]).toMatchObject({ reasoning_content: "hm" });
    const told = encode(CALLS, { provider: "openrouter" });
    expect(told.body.messages[0]).toMatchObject({ reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "SIG", format: "anthropic-claude-v1" }] });
    expect(told.warnings).not.toContain("reasoning_dropped");
    expect((encode(CALLS, { provider: "mistral" }).body.messages[1] as { tool_call_id: string }).tool_call_id).toMatch(/^[0-9a-f]{9}$/);
  });

  test("what OpenAI's reasoning models refuse is left out; they are told as developer", () => {
    const request = decode({ messages: [{ role: "system", content: "s" }, { role: "user", content: "u" }], temperature: 1, top_p: 0.5, seed: 3, max_tokens: 9, reasoning_effort: "xhigh" });
    expect(encode(request, { provider: "openai", model: "gpt-5" })).toMatchObject({
      warnings: ["temperature_dropped", "top_p_dropped"],
      body: { max_completion_tokens: 9, seed: 3, reasoning_effort: "high", messages: [{ role: "developer", content: "s" }, { role: "user", content: "u" }] },
    });
    expect(encode(request, { provider: "openai", model: "gpt-4o" })).toMatchObject({ warnings: ["reasoning_dropped"], body: { max_tokens: 9, temperature: 1 } });
  });

  test.each([
    ["deepseek", { thinking: { type: "enabled" } }], ["dashscope", { enable_thinking: true, thinking_budget: 3000 }],
    ["openrouter", { reasoning: { max_tokens: 3000 } }], ["openai-compatible", { reasoning_effort: "low" }], ["mistral", {}],
  ])("%s is asked to think in its own words", (provider, expected) => {
    const { body } = encode({ ...decode({ max_tokens: 20_000 }), reasoning: { budget: 3_000, expose: "full" } }, { provider });
    const { thinking, enable_thinking, thinking_budget, reasoning, reasoning_effort } = body;
    expect(JSON.parse(JSON.stringify({ thinking, enable_thinking, thinking_budget, reasoning, reasoning_effort }))).toEqual(expected);
  });

  test("a cap above the model's is lowered; the money's wins; what the format lacks is dropped with a word", () => {
    expect(encode(decode({ max_tokens: 9_000 }), { maxOutputTokens: 4_000 })).toMatchObject({ body: { max_tokens: 4_000 }, warnings: ["max_tokens_clamped"] });
    expect(encode(decode({ max_tokens: 9_000 }), { capTokens: 50 }).body.max_tokens).toBe(50);
    expect(encode(decode({ top_k: 5, odd: true })).warnings).toEqual(["top_k_dropped", "unknown:odd"]);
    expect(encode(decode({ top_k: 5 }), { provider: "vllm" }).body.top_k).toBe(5);
  });

  test("names that the format does not allow are changed and restored", () => {
    const request = { ...decode({}), tools: [{ type: "function" as const, name: "my.tool/with a very long name that goes on and on and on and on and on", schema: {} }] };
    const { body, restore } = encode(request);
    const { name } = (body.tools as { function: { name: string } }[])[0]!.function;
    expect(name).toMatch(/^[\w-]{1,64}$/);
    expect(restore(name)).toBe(request.tools[0]!.name);
  });

  test("a subset of tools is OpenAI's own word; others are sent the subset alone", () => {
    const request = decode({ tools: ["f", "g"].map((name) => ({ type: "function", function: { name } })), tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{ type: "function", function: { name: "g" } }] } } });
    expect(encode(request, { provider: "openai", model: "gpt-4o" }).body.tools).toHaveLength(2);
    expect(encode(request).body).toMatchObject({ tools: [{ function: { name: "g" } }], tool_choice: "auto" });
  });

  test.each([
    [{ type: "video", source: { kind: "url", url: "https://v.example" } }], [{ type: "image", source: { kind: "file", id: "f" } }],
    [{ type: "audio", source: { kind: "base64", data: "A" }, mime: "audio/flac" }], [{ type: "document", source: { kind: "url", url: "https://v.example" } }],
  ] as const)("%o cannot be carried", (part) => {
    expect(() => encode({ ...decode({}), messages: [{ role: "user", parts: [part] }] })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  });

  test("five stops, and tools that the vendor would have to run, are refused", () => {
    expect(() => encode(decode({ stop: ["1", "2", "3", "4", "5"] }))).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
    expect(() => encode({ ...decode({}), tools: [{ type: "builtin", kind: "computer", origin: "anthropic", raw: {} }] })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
    expect(encode({ ...decode({}), tools: [{ type: "builtin", kind: "web-search", origin: "anthropic", raw: { max: 1 } }] }).body.web_search_options).toEqual({});
  });
});
