import { describe, expect, it, test } from "vitest";
import type { Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, JsonObject } from "#relay/canonical/request.ts";
import { openaiResponses, openaiResponsesClient, openaiResponsesUpstream } from "#relay/dialects/openai-responses/index.ts";
import { RelayError } from "#relay/errors.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { readSchemas } from "../../../../support/openapi.ts";
import { readSharedRequests } from "../../../../support/recordings.ts";
import { sharedDir } from "../../../../support/shared.ts";

const decode = (body: JsonObject): ChatRequest => openaiResponsesClient.decodeRequest({ model: "m", ...body }, { betas: [] });

function encode(request: ChatRequest, over: Partial<Target> = {}) {
  const warned: string[] = [];
  const { body, restore } = openaiResponsesUpstream.encodeRequest(request, { upstreamModel: "gpt-5", flags: DEFAULT_FLAGS, strict: false, warn: (code) => void warned.push(code), ...over });
  return { body, restore, warned };
}

const errorOf = (act: () => unknown): RelayError => {
  try {
    act();
  } catch (error) {
    if (error instanceof RelayError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

const CONVERSATION: JsonObject = {
  instructions: "Be brief.",
  input: [
    { role: "developer", content: "In English." },
    { role: "user", content: [
      { type: "input_text", text: "What is this?" },
      { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "low" },
      { type: "input_image", image_url: "https://a.example/b.png", detail: "auto" },
      { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,BBBB" },
      { type: "input_file", file_url: "https://a.example/c.pdf" },
    ] },
    { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "One." }, { type: "summary_text", text: "Two." }], encrypted_content: "gAAA" },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "Let me look.", annotations: [] }] },
    { type: "function_call", call_id: "call_1", name: "look", arguments: "{\"at\":1}" },
    { type: "custom_tool_call", call_id: "call_2", name: "shell", input: "ls" },
    { type: "function_call_output", call_id: "call_1", output: "a cat" },
    { type: "custom_tool_call_output", call_id: "call_2", output: [{ type: "input_text", text: "x" }, { type: "input_image", image_url: "data:image/png;base64,CCCC", detail: "auto" }] },
    { role: "system", content: "Hurry." },
    { role: "user", content: "So?" },
  ],
};

test("input items become messages: the assistant's run together, results too", () => {
  const { system, messages } = decode(CONVERSATION);
  expect(system).toEqual([{ type: "text", text: "Be brief." }, { type: "text", text: "In English." }]);
  expect(messages).toEqual([
    { role: "user", parts: [
      { type: "text", text: "What is this?" },
      { type: "image", source: { kind: "base64", data: "AAAA" }, mime: "image/png", detail: "low" },
      { type: "image", source: { kind: "url", url: "https://a.example/b.png" }, detail: "auto" },
      { type: "document", source: { kind: "base64", data: "BBBB" }, mime: "application/pdf", filename: "a.pdf" },
      { type: "document", source: { kind: "url", url: "https://a.example/c.pdf" } },
    ] },
    { role: "assistant", parts: [
      { type: "reasoning", text: "One.\n\nTwo.", summary: true, id: "rs_1", proof: { family: "openai", value: "gAAA" } },
      { type: "text", text: "Let me look." },
      { type: "tool-call", id: "call_1", name: "look", arguments: "{\"at\":1}" },
      { type: "tool-call", id: "call_2", name: "shell", arguments: "ls", custom: true },
    ] },
    { role: "tool", parts: [
      { type: "tool-result", callId: "call_1", name: "look", parts: [{ type: "text", text: "a cat" }] },
      { type: "tool-result", callId: "call_2", name: "shell", parts: [{ type: "text", text: "x" }, { type: "image", source: { kind: "base64", data: "CCCC" }, mime: "image/png", detail: "auto" }] },
    ] },
    { role: "system", parts: [{ type: "text", text: "Hurry." }] },
    { role: "user", parts: [{ type: "text", text: "So?" }] },
  ]);
});

test("a request that is read, written and read again is the same", () => {
  const body: JsonObject = {
    ...CONVERSATION, stream: true, temperature: 0.5, top_p: 0.9, max_output_tokens: 500, parallel_tool_calls: false, metadata: { a: "b" }, prompt_cache_key: "k", prompt_cache_retention: "24h",
    tools: [
      { type: "function", name: "look", description: "Looks", parameters: { type: "object", properties: { at: { type: "number" } }, required: ["at"], additionalProperties: false }, strict: true },
      { type: "custom", name: "shell", format: { type: "text" } }, { type: "web_search", search_context_size: "low" },
    ],
    tool_choice: { type: "allowed_tools", mode: "required", tools: [{ type: "function", name: "look" }] },
    text: { format: { type: "json_schema", name: "out", schema: { type: "object" }, strict: true }, verbosity: "low" },
    reasoning: { effort: "high", summary: "detailed" }, max_tool_calls: 3, truncation: "auto",
  };
  const once = decode(body);
  const { body: written, warned } = encode(once);
  expect(warned).toEqual([]);
  expect(written).toMatchObject({ model: "gpt-5", store: false, include: ["reasoning.encrypted_content"], max_tool_calls: 3, truncation: "auto" });
  const again = openaiResponsesClient.decodeRequest(written, { betas: [] });
  expect(again).toEqual({ ...once, model: "gpt-5", state: { store: false } });
});

test("tools are strict by default here, as far as their schema can be", () => {
  const closed = { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false };
  const { tools } = decode({ input: "x", tools: [
    { type: "function", name: "a", parameters: closed }, { type: "function", name: "b", parameters: { type: "object", properties: { a: { type: "string" } } } },
    { type: "function", name: "c", parameters: closed, strict: false },
  ] });
  expect(tools.map((tool) => (tool.type === "function" ? tool.strict : undefined))).toEqual([true, false, false]);
  // From a format whose default is false, that is said.
  const { body } = encode({ ...decode({ input: "x" }), origin: "openai-chat", tools: [{ type: "function", name: "a", schema: closed }] });
  expect(body.tools).toMatchObject([{ strict: false }]);
});

test.each([
  [{ background: true }, "unsupported_parameter", "background"],
  [{ conversation: "conv_1" }, "unsupported_parameter", "conversation"],
  [{ input: [{ type: "item_reference", id: "msg_1" }] }, "invalid_value", "input[0].id"],
  [{ input: [{ type: "function_call", name: "a" }] }, "missing_required_parameter", "input[0].call_id"],
  [{ input: [{ role: "user", content: [{ type: "hologram" }] }] }, "invalid_value", "input[0].content[0].type"],
  [{ input: [{ role: "narrator", content: "x" }] }, "invalid_value", "input[0].role"],
] as const)("%j is refused", (body, code, param) => {
  expect(errorOf(() => decode({ input: "x", ...(body as JsonObject) }))).toMatchObject({ code, options: { param } });
});

describe("what the format cannot carry", () => {
  const request = decode({ input: "x" });

  it.each([
    [{ candidates: 2 }, "n"], [{ sampling: { stop: ["a"] } }, "stop"], [{ modalities: ["text", "audio"] as const }, "modalities"],
  ])("%j is refused", (part, param) => {
    expect(errorOf(() => encode({ ...request, ...part }))).toMatchObject({ code: "unsupported_parameter", options: { param } });
  });

  it("is left out with a warning, or refused where the client is strict", () => {
    const lossy: ChatRequest = { ...request, origin: "openai-chat", sampling: { seed: 1, topK: 2, presencePenalty: 1, logitBias: { "1": 2 } }, serviceTier: "priority", extra: { prediction: {} } };
    const { body, warned } = encode(lossy);
    expect(warned.toSorted()).toEqual(["logit_bias_dropped", "presence_penalty_dropped", "seed_dropped", "tier_dropped", "top_k_dropped", "unknown:prediction"]);
    for (const name of ["seed", "top_k", "service_tier", "prediction"]) expect(body).not.toHaveProperty(name);
    expect(errorOf(() => encode(lossy, { strict: true })).code).toBe("unsupported_parameter");
  });

  it("reasoning of another family stays behind", () => {
    const history: ChatRequest = { ...request, messages: [{ role: "assistant", parts: [{ type: "reasoning", text: "Hm.", proof: { family: "anthropic", value: "s" } }, { type: "text", text: "Yes." }] }] };
    const { body, warned } = encode(history);
    expect(body.input).toMatchObject([{ id: expect.stringMatching(/^msg_/) as string, type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "Yes.", annotations: [] }] }]);
    expect(warned).toEqual(["reasoning_dropped"]);
  });
});

test("names that the vendor does not take are changed on the way and back", () => {
  const { body, restore } = encode({ ...decode({ input: "x" }), tools: [{ type: "function", name: "a.b/c", schema: {} }, { type: "function", name: "a_b", schema: {} }] });
  const [first, second] = (body.tools as JsonObject[]).map(({ name }) => String(name));
  expect(first).toMatch(/^a_b_c_[0-9a-f]{8}$/);
  expect(second).toBe("a_b");
  expect(restore!(first!)).toBe("a.b/c");
  expect(restore!("other")).toBe("other");
});

test("the user's name goes upstream as a hash, a budget as an effort, a low cap as the least there is", () => {
  const { body } = encode({ ...decode({ input: "x" }), endUser: "ann@example.com", reasoning: { budget: 6000, expose: "full" }, maxOutputTokens: 10_000 }, { capTokens: 5 });
  expect(body.safety_identifier).toMatch(/^[0-9a-f]{64}$/);
  expect(body).toMatchObject({ reasoning: { effort: "high", summary: "auto" }, max_output_tokens: 16 });
});

describe("pass-through", () => {
  const pass = (text: string, over: { upstreamModel?: string; maxTokens?: number } = {}): string => {
    const body = Buffer.from(text);
    const scanned = scanRequest(body, "chat", { dialect: "openai-responses", model: undefined, stream: undefined });
    return Buffer.concat(openaiResponses.passRequest(scanned, body, { upstreamModel: "up", flags: DEFAULT_FLAGS, ...over })).toString();
  };

  it("changes the model, keeps nothing at the vendor's, and leaves all else as it was", () => {
    expect(pass('{"model": "m", "input": "Hi",  "foo": {"b": [1]}}')).toBe('{"store":false,"model": "up", "input": "Hi",  "foo": {"b": [1]}}');
    expect(pass('{"model":"m","store":true,"input":"Hi","service_tier":"priority"}')).toBe('{"model":"up","store":false,"input":"Hi"}');
    expect(pass('{"model":"m","input":"Hi"}', { maxTokens: 7 })).toBe('{"store":false,"max_output_tokens":7,"model":"up","input":"Hi"}');
  });

  it("asks a model that reasons for what it thought, sealed, unless nothing is to be kept", () => {
    const included = (text: string): unknown => (JSON.parse(pass(text, { upstreamModel: "gpt-5" })) as JsonObject).include;
    expect(included('{"model":"m","input":"Hi"}')).toEqual(["reasoning.encrypted_content"]);
    expect(included('{"model":"m","input":"Hi","include":["web_search_call.results"]}')).toEqual(["web_search_call.results", "reasoning.encrypted_content"]);
    expect(included('{"model":"m","input":"Hi","store":false}')).toBeUndefined();
  });

  it("leaves reasoning behind that another vendor has sealed", () => {
    const own = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" };
    const input = [{ type: "reasoning", id: "rs_2", summary: [], encrypted_content: "mm1.reasoning.anthropic.sig" }, { ...own, encrypted_content: "mm1.reasoning.openai.gAAA" }, { role: "user", content: "x" }];
    expect(JSON.parse(pass(JSON.stringify({ model: "m", input })))).toEqual({ model: "up", store: false, input: [own, input[2]] });
  });
});

const shared = sharedDir();
describe.skipIf(!shared)("recorded requests (needs ../shared)", () => {
  const check = shared ? readSchemas(shared, "openai.json") : () => [];
  it.each(shared ? readSharedRequests(shared, "openai-responses") : [])("%s is read, and written as OpenAI describes it", (_, body) => {
    if (JSON.stringify(body).includes('"background":true') || JSON.stringify(body).includes("item_reference")) return;
    // Sent to see the refusal.
    if (typeof body.temperature === "number" && body.temperature < 0) return;
    const { body: written } = encode(openaiResponsesClient.decodeRequest(body, { betas: [] }));
    // Vendors take reasoning without its id, which their document wants.
    const input = (written.input as JsonObject[]).map((item) => (item.type === "reasoning" ? { id: "rs_1", ...item } : item));
    expect(check("CreateResponse", { ...written, input })).toEqual([]);
  });
});
