import { expect, test } from "vitest";
import type { Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, JsonObject, Message, Tool } from "#relay/canonical/request.ts";
import { anthropicClient, anthropicUpstream } from "#relay/dialects/anthropic/index.ts";
import { providers } from "#relay/providers/index.ts";
import { readSchemas } from "../../../../support/openapi.ts";
import { sharedDir } from "../../../../support/shared.ts";

const { flags } = providers.get("anthropic")!;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]).toString("base64");
const user = (text: string): Message => ({ role: "user", parts: [{ type: "text", text }] });
const assistant = (text: string): Message => ({ role: "assistant", parts: [{ type: "text", text }] });
const call = (id: string, name = "look", args = "{}"): Message => ({ role: "assistant", parts: [{ type: "tool-call", id, name, arguments: args }] });
const result = (callId: string, text = "done"): Message => ({ role: "tool", parts: [{ type: "tool-result", callId, parts: [{ type: "text", text }] }] });
const tool = (name: string, more: Partial<Extract<Tool, { type: "function" }>> = {}): Tool => ({ type: "function", name, schema: { type: "object", properties: {} }, ...more });

const request = (over: Partial<ChatRequest> = {}): ChatRequest => ({
  origin: "openai-chat", model: "shop", stream: false, system: [], messages: [user("hi")], tools: [], output: { format: "text" }, modalities: ["text"],
  sampling: {}, candidates: 1, includeUsage: false, cache: {}, metadata: {}, betas: [], extra: {}, ...over,
});

const shared = sharedDir();
/** Every request that is written must be one that the vendor's own description of its interface takes. */
const check = shared ? readSchemas(shared, "anthropic.json") : () => [];

type Encoded = Readonly<{ body: JsonObject; warned: readonly string[]; restore: ((word: string) => string) | undefined; headers: Readonly<Record<string, string>> | undefined }>;

function encode(over: Partial<ChatRequest> = {}, target: Partial<Target> = {}): Encoded {
  const warned: string[] = [];
  const { body, restore, headers } = anthropicUpstream.encodeRequest(request(over), {
    upstreamModel: "claude-sonnet-4-5", flags, strict: false, warn: (code) => void warned.push(code), ...target,
  });
  if (headers === undefined) expect(check("CreateMessageParams", body)).toEqual([]);
  return { body, warned, restore, headers };
}
const messagesOf = (over: Partial<ChatRequest>, target?: Partial<Target>): unknown => encode(over, target).body.messages;
const text = (said: string): JsonObject => ({ type: "text", text: said });

test("the cap is the client's, else what money allows, else the model's own, else 4096; never above the model's", () => {
  expect(encode().body).toEqual({ model: "claude-sonnet-4-5", max_tokens: 4096, messages: [{ role: "user", content: [text("hi")] }] });
  expect(encode({}, { maxOutputTokens: 64_000 }).body.max_tokens).toBe(64_000);
  expect(encode({}, { maxOutputTokens: 64_000, capTokens: 700 }).body.max_tokens).toBe(700);
  expect(encode({ maxOutputTokens: 9_000 }, { maxOutputTokens: 8_000 })).toMatchObject({ body: { max_tokens: 8_000 }, warned: ["max_tokens_clamped"] });
});

test("neighbours of one role are one turn of separate blocks, results first; empty ones vanish", () => {
  const messages = [user("a"), user("b"), call("t1"), user("c"), result("t1"), assistant("d"), user(" "), assistant("e"), user("f")];
  expect(messagesOf({ messages })).toEqual([
    { role: "user", content: [text("a"), text("b")] },
    { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "look", input: {} }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: [text("done")] }, text("c")] },
    { role: "assistant", content: [text("d"), text("e")] },
    { role: "user", content: [text("f")] },
  ]);
});

test.each([
  ["a result without its call", [user("a"), result("t1")]],
  ["a call without its result", [user("a"), call("t1"), user("b")]],
  ["a call at the end", [user("a"), call("t1")]],
  ["nothing at all", [user("  ")]],
])("%s is the client's fault", (_name, messages) => {
  expect(() => encode({ messages })).toThrow(expect.objectContaining({ code: "invalid_value", options: { param: "messages" } }));
});

test("a conversation that the assistant begins gets a beginning; strict clients are told instead", () => {
  const messages = [assistant("hello"), user("hi")];
  expect(encode({ messages })).toMatchObject({ warned: ["leading_user_inserted"], body: { messages: [{ role: "user", content: [text("(start)")] }, {}, {}] } });
  expect(() => encode({ messages }, { strict: true })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
});

test("an assistant's last message is continued by older models, without space at its end, and followed by a word to newer ones", () => {
  const messages = [user("hi"), assistant("Well, \n")];
  expect(messagesOf({ messages })).toEqual([{ role: "user", content: [text("hi")] }, { role: "assistant", content: [text("Well,")] }]);
  const newer = encode({ messages }, { upstreamModel: "claude-opus-4-6" });
  expect(newer.warned).toEqual(["prefill_continued"]);
  expect((newer.body.messages as readonly unknown[]).at(-1)).toEqual({ role: "user", content: [text("Continue.")] });
});

test("system text within the conversation stays where it is for models that take it, else it is said by the user", () => {
  const messages: readonly Message[] = [user("a"), assistant("b"), user("c"), { role: "system", parts: [{ type: "text", text: "Be brief." }] }];
  expect(encode({ messages }, { upstreamModel: "claude-opus-4-8" })).toMatchObject({
    body: { messages: [{}, {}, {}, { role: "system", content: [text("Be brief.")] }] }, headers: { "anthropic-beta": "mid-conversation-system-2026-04-07" }, warned: [],
  });
  expect(encode({ messages })).toMatchObject({ body: { messages: [{}, {}, { role: "user", content: [text("c"), text("<system>Be brief.</system>")] }] }, warned: ["system_moved"] });
});

test("pictures are what their bytes say; documents are PDF or text; sound is refused", () => {
  const parts = [
    { type: "image", source: { kind: "base64", data: PNG }, mime: "image/jpeg" }, { type: "image", source: { kind: "url", url: "https://x.example/a.png" } },
    { type: "document", source: { kind: "base64", data: Buffer.from("%PDF-1.7").toString("base64") }, filename: "a.pdf" },
    { type: "document", source: { kind: "base64", data: Buffer.from("plain").toString("base64") }, mime: "text/csv" },
    { type: "document", source: { kind: "text", text: "said" }, citations: true },
  ] as const;
  expect(messagesOf({ messages: [{ role: "user", parts }] })).toEqual([{
    role: "user",
    content: [
      { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } }, { type: "image", source: { type: "url", url: "https://x.example/a.png" } },
      { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBERi0xLjc=" }, title: "a.pdf" },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "plain" } },
      { type: "document", source: { type: "text", media_type: "text/plain", data: "said" }, citations: { enabled: true } },
    ],
  }]);
  const refused = (part: Extract<Message, { role: "user" }>["parts"][number]) => () => encode({ messages: [{ role: "user", parts: [part] }] });
  expect(refused({ type: "audio", source: { kind: "base64", data: "AAAA" }, mime: "audio/wav" })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  expect(refused({ type: "image", source: { kind: "base64", data: "AAAA" }, mime: "image/tiff" })).toThrow(/JPEG/);
});

test("names and ids that the vendor refuses are replaced and restored", () => {
  const long = `do.${"x".repeat(80)}`;
  const { body, restore } = encode({ tools: [tool(long), tool("structured_reply")], messages: [user("a"), call("call:1", long), result("call:1")] });
  const [first, second] = body.tools as readonly [{ name: string }, { name: string }];
  expect(first.name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  expect(second.name).not.toBe("structured_reply");
  expect([restore!(first.name), restore!(second.name), restore!("other")]).toEqual([long, "structured_reply", "other"]);
  const [, asked, answered] = body.messages as readonly [unknown, { content: [{ id: string; name: string }] }, { content: [{ tool_use_id: string }] }];
  expect(asked.content[0]).toMatchObject({ name: first.name, id: answered.content[0].tool_use_id });
  expect(restore!(asked.content[0].id)).toBe("call:1");
});

test("arguments that are no JSON are kept as they were said", () => {
  expect(encode({ messages: [user("a"), call("t", "look", "{broken"), result("t")] })).toMatchObject({
    body: { messages: [{}, { content: [{ input: { _raw: "{broken" } }] }, {}] }, warned: ["tool_args_repaired"],
  });
});

test("thoughts go back under their own signature alone", () => {
  const parts = [
    { type: "reasoning", text: "mine", proof: { family: "anthropic", value: "sig" } }, { type: "reasoning", text: "", redacted: "secret" },
    { type: "reasoning", text: "theirs", proof: { family: "gemini", value: "g" } }, { type: "reasoning", text: "unsigned" }, { type: "text", text: "x" },
  ] as const;
  const { body, warned } = encode({ messages: [user("a"), { role: "assistant", parts }, user("b")] });
  expect((body.messages as readonly { content: unknown }[])[1]!.content).toEqual([
    { type: "thinking", thinking: "mine", signature: "sig" }, { type: "redacted_thinking", data: "secret" }, text("x"),
  ]);
  expect(warned).toEqual(["reasoning_dropped", "reasoning_dropped"]);
});

test.each([
  [{ mode: "auto" }, { type: "auto" }], [{ mode: "required" }, { type: "any" }], [{ mode: "none" }, { type: "none" }],
  [{ mode: "named", name: "b" }, { type: "tool", name: "b" }], [{ mode: "allowed", names: ["b"], required: true }, { type: "any" }],
] as const)("the choice %j is %j", (toolChoice, expected) => {
  const { body } = encode({ tools: [tool("a"), tool("b")], toolChoice });
  expect(body.tool_choice).toEqual(expected);
  expect(body.tools).toHaveLength(toolChoice.mode === "allowed" ? 1 : 2);
});

test("one call at a time is asked for within the choice; thinking takes no forced one", () => {
  expect(encode({ tools: [tool("a")], parallelToolCalls: false }).body.tool_choice).toEqual({ type: "auto", disable_parallel_tool_use: true });
  expect(encode({ tools: [tool("a")], toolChoice: { mode: "required" }, reasoning: { effort: "low", expose: "full" }, maxOutputTokens: 20_000 })).toMatchObject({
    body: { tool_choice: { type: "auto" }, thinking: { type: "enabled", budget_tokens: 2_000 } }, warned: ["tool_choice_relaxed"],
  });
});

test("web search is mapped, tools of other vendors are refused, those of the same pass", () => {
  const search: Tool = { type: "builtin", kind: "web-search", origin: "openai-responses", raw: { type: "web_search", filters: { allowed_domains: ["a.example"] }, user_location: { type: "approximate", country: "AT" } }, maxUses: 3 };
  expect(encode({ tools: [search] }).body.tools).toEqual([
    { type: "web_search_20250305", name: "web_search", max_uses: 3, allowed_domains: ["a.example"], user_location: { type: "approximate", country: "AT" } },
  ]);
  const own = { type: "bash_20250124", name: "bash" };
  expect(encode({ origin: "anthropic", tools: [{ type: "builtin", kind: "shell", origin: "anthropic", raw: own }] }).body.tools).toEqual([own]);
  expect(() => encode({ tools: [{ type: "builtin", kind: "file-search", origin: "openai-responses", raw: {} }] })).toThrow(expect.objectContaining({ options: { param: "tools" } }));
});

const schema = { type: "object", properties: { n: { type: "integer", minimum: 1 }, list: { type: "array", minItems: 3, items: { oneOf: [{ type: "string" }] } } } };

test("a schema for the reply: the model's own means, else a forced tool, else words", () => {
  const output = { format: "json-schema", name: "r", schema, strict: true } as const;
  expect(encode({ output }).body.output_config).toEqual({
    format: {
      type: "json_schema",
      schema: {
        type: "object", additionalProperties: false,
        properties: { n: { type: "integer", description: "{minimum: 1}" }, list: { type: "array", items: { anyOf: [{ type: "string" }] }, description: "{minItems: 3}" } },
      },
    },
  });
  const older = encode({ output }, { upstreamModel: "claude-3-5-sonnet-20241022" }).body;
  expect(older).toMatchObject({ tools: [{ name: "structured_reply", input_schema: schema }], tool_choice: { type: "tool", name: "structured_reply" } });
  const beside = encode({ output, tools: [tool("a")] }, { upstreamModel: "glm-4.6" }).body;
  expect(beside).toMatchObject({ tools: [{ name: "a" }, { name: "structured_reply" }], tool_choice: { type: "any" } });
  const list = encode({ output: { ...output, schema: { type: "array", items: {} } } }, { upstreamModel: "glm-4.6" });
  expect(list.warned).toEqual(["schema_soft"]);
  expect(JSON.stringify(list.body.system)).toContain("follows this schema");
});

test.each([
  ["claude-sonnet-4-20250514", { temperature: 1.7, topP: 0.5, topK: 4 }, { temperature: 1, top_k: 4 }, ["temperature_clamped", "top_p_dropped"]],
  ["claude-3-5-haiku-20241022", { temperature: 0.2, topP: 0.5 }, { temperature: 0.2, top_p: 0.5 }, []],
  ["claude-opus-4-7", { temperature: 0.2, topP: 0.5, topK: 4 }, {}, ["temperature_dropped", "top_k_dropped", "top_p_dropped"]],
  ["anthropic/claude-opus-4.7", { temperature: 1 }, {}, []],
  ["claude-sonnet-4-5", { seed: 1, logitBias: { 1: 2 }, presencePenalty: 0, frequencyPenalty: 1, logprobs: true }, {}, ["seed_dropped", "frequency_penalty_dropped", "logit_bias_dropped", "logprobs_dropped"]],
  ["claude-sonnet-4-5", { stop: ["END", " \n"] }, { stop_sequences: ["END"] }, []],
])("what %s is told of chance %j", (upstreamModel, sampling, expected, warnings) => {
  const { body, warned } = encode({ sampling }, { upstreamModel });
  const { temperature, top_p, top_k, stop_sequences } = body;
  expect(JSON.parse(JSON.stringify({ temperature, top_p, top_k, stop_sequences }))).toEqual(expected);
  expect(warned).toEqual(warnings);
});

test.each([
  ["claude-sonnet-4-5", { effort: "high" }, { thinking: { type: "enabled", budget_tokens: 6_000 } }],
  ["claude-sonnet-4-5", { budget: 20_000 }, { thinking: { type: "enabled", budget_tokens: 9_999 } }],
  ["claude-sonnet-4-5", { effort: "none" }, {}],
  ["claude-sonnet-4-5", { adaptive: true }, { thinking: { type: "enabled", budget_tokens: 3_000 } }],
  ["claude-opus-4-6", { effort: "xhigh" }, { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "max" } }],
  ["claude-opus-4-7", { effort: "xhigh" }, { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "xhigh" } }],
  ["claude-opus-4-7", { budget: 1_000 }, { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } }],
  ["claude-opus-4-7", { adaptive: true }, { thinking: { type: "adaptive", display: "summarized" } }],
  ["claude-opus-4-7", { effort: "none" }, { thinking: { type: "disabled" } }],
  ["claude-3-5-sonnet-20241022", { effort: "high" }, {}],
] as const)("%s thinks %j as %j", (upstreamModel, reasoning, expected) => {
  const { thinking, output_config } = encode({ reasoning: { expose: "full", ...reasoning }, maxOutputTokens: 10_000 }, { upstreamModel }).body;
  expect(JSON.parse(JSON.stringify({ thinking, output_config }))).toEqual(expected);
});

test("thinking is left off where there is no room for it, or the calls it led to came without it", () => {
  const reasoning = { effort: "high", expose: "full" } as const;
  expect(encode({ reasoning, maxOutputTokens: 1_000 })).toMatchObject({ warned: ["thinking_off_small_max_tokens"] });
  const unsigned = encode({ reasoning, maxOutputTokens: 10_000, tools: [tool("look")], messages: [user("a"), call("t"), result("t")] });
  expect(unsigned.warned).toEqual(["thinking_off_unsigned_history"]);
  expect(unsigned.body.thinking).toBeUndefined();
});

test("four marks at most, the last ones", () => {
  const cache = { ttl: "1h" } as const;
  const marked = (at: number): Message => ({ role: "user", parts: [{ type: "text", text: String(at), cache }] });
  const { body } = encode({ tools: [tool("a", { cache })], system: [{ type: "text", text: "s", cache: { ttl: "5m" } }], messages: [marked(1), marked(2), marked(3)] });
  expect(JSON.stringify(body.tools)).not.toContain("cache_control");
  expect(body.system).toEqual([{ ...text("s"), cache_control: { type: "ephemeral" } }]);
  expect(JSON.stringify(body.messages).match(/"ttl":"1h"/g)).toHaveLength(3);
});

test("what is another format's own is dropped with a word, refused where nothing else would do", () => {
  expect(encode({ extra: { verbosity: "low" }, serviceTier: "priority", endUser: "ann" })).toMatchObject({
    warned: ["tier_dropped", "unknown:verbosity"], body: { metadata: { user_id: expect.stringMatching(/^[0-9a-f]{32}$/) } },
  });
  expect(() => encode({ candidates: 2 })).toThrow(expect.objectContaining({ options: { param: "n" } }));
  expect(() => encode({ modalities: ["text", "audio"] })).toThrow(expect.objectContaining({ options: { param: "modalities" } }));
  expect(() => encode({ sampling: { seed: 1 } }, { strict: true })).toThrow(expect.objectContaining({ code: "unsupported_parameter", options: { param: "seed" } }));
});

const BODY: JsonObject = {
  model: "claude-sonnet-4-5", max_tokens: 9_000, stream: true,
  system: [{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } }],
  messages: [
    { role: "user", content: [text("look"), { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } }] },
    { role: "assistant", content: [
      { type: "thinking", thinking: "hm", signature: "sig" }, text("I look."), { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "q" } },
      { type: "web_search_tool_result", tool_use_id: "s1", content: [] }, { type: "tool_use", id: "t1", name: "look", input: { a: 1 } },
    ] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: [text("a wall")], is_error: true }, text("and?")] },
  ],
  tools: [{ name: "look", description: "Looks.", input_schema: { type: "object", properties: {} }, cache_control: { type: "ephemeral", ttl: "1h" } }],
  tool_choice: { type: "auto", disable_parallel_tool_use: true },
  thinking: { type: "enabled", budget_tokens: 2_000 }, stop_sequences: ["END"], context_management: { edits: [] },
};

test("a request in this format is read and written as itself", () => {
  const read = anthropicClient.decodeRequest(BODY, { betas: ["x-2025-01-01"] });
  expect(read).toMatchObject({ reasoning: { budget: 2_000, expose: "full" }, parallelToolCalls: false, toolChoice: { mode: "auto" }, sampling: { stop: ["END"] } });
  expect(read.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user"]);
  const { body, headers } = anthropicUpstream.encodeRequest(read, { upstreamModel: "claude-sonnet-4-5", flags, strict: true, warn: () => undefined });
  expect(body).toEqual(BODY);
  expect(headers).toEqual({ "anthropic-beta": "x-2025-01-01" });
});

test("another family's proof comes back as that family's", () => {
  const options = { model: "m", requestId: "req_1", createdAt: 1, includeUsage: true, request: request(), inputTokensEstimate: 1 };
  const proof = { family: "gemini", value: "opaque+/=" };
  const reply = anthropicClient.encodeReply([
    { type: "start", id: "x", model: "m" }, { type: "reasoning-delta", index: 0, text: "hm" }, { type: "reasoning-proof", index: 0, proof, id: "rs_1" },
    { type: "block-end", index: 0 }, { type: "end", finish: "stop" },
  ], options);
  const read = anthropicClient.decodeRequest({ ...BODY, messages: [{ role: "assistant", content: reply.content! }] }, { betas: [] });
  expect(read.messages[0]).toEqual({ role: "assistant", parts: [{ type: "reasoning", text: "hm", proof, id: "rs_1" }] });
});

test.each([
  [{ max_tokens: null }, "max_tokens"], [{ messages: [] }, "messages"], [{ messages: [{ role: "tool", content: "x" }] }, "messages.0.role"],
  [{ messages: [{ role: "user", content: [{ type: "video" }] }] }, "messages.0.content.0.type"], [{ tool_choice: { type: "all" } }, "tool_choice.type"],
  [{ temperature: "hot" }, "temperature"], [{ tools: [{ name: "a" }] }, "tools.0.input_schema"], [{ thinking: { type: "hard" } }, "thinking.type"],
  [{ system: [{ type: "text" }] }, "system.0.text"], [{ stop_sequences: "END" }, "stop_sequences"],
])("%j is told by its place", (over, param) => {
  expect(() => anthropicClient.decodeRequest({ ...BODY, ...(over as JsonObject) }, { betas: [] })).toThrow(expect.objectContaining({ options: { param } }));
});
