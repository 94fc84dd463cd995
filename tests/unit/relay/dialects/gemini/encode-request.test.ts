import { expect, test } from "vitest";
import type { Target } from "#relay/canonical/codec.ts";
import type { ChatRequest, Message, Tool } from "#relay/canonical/request.ts";
import { geminiUpstream } from "#relay/dialects/gemini/index.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";

const REQUEST: ChatRequest = {
  origin: "openai-chat", model: "shop", stream: false, system: [], messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }], tools: [],
  output: { format: "text" }, modalities: ["text"], sampling: {}, candidates: 1, includeUsage: true, cache: {}, metadata: {}, betas: [], extra: {},
};

type Body = Record<string, unknown> & { contents: { role: string; parts: Record<string, unknown>[] }[] };

function encode(over: Partial<ChatRequest>, target: Partial<Target> = {}): { body: Body; warnings: string[]; restore: ((word: string) => string) | undefined } {
  const warnings: string[] = [];
  const encoded = geminiUpstream.encodeRequest({ ...REQUEST, ...over }, {
    upstreamModel: "gemini-2.5-flash", flags: DEFAULT_FLAGS, strict: false, warn: (code) => warnings.push(code), ...target,
  });
  return { body: encoded.body as unknown as Body, warnings, restore: encoded.restore };
}

const tool = (schema: object, name = "f"): Tool => ({ type: "function", name, description: "d", schema: schema as never });
const parametersOf = (schema: object): unknown => {
  const [entry] = encode({ tools: [tool(schema)] }).body.tools as { functionDeclarations: { parameters?: unknown }[] }[];
  return entry!.functionDeclarations[0]!.parameters;
};

/** The vendor writes types in capitals. */
const shouted = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(shouted);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, key === "type" && typeof value === "string" ? value.toUpperCase() : shouted(value)]));
};

const call = (id: string, name: string, args = "{}", more: object = {}): Message => ({ role: "assistant", parts: [{ type: "tool-call", id, name, arguments: args, ...more }] });
const result = (callId: string, text: string, more: object = {}): Message => ({ role: "tool", parts: [{ type: "tool-result", callId, parts: [{ type: "text", text }], ...more }] });

test("system text, roles and sampling", () => {
  const { body, warnings } = encode({
    system: [{ type: "text", text: "be brief" }, { type: "text", text: "" }],
    messages: [
      { role: "user", parts: [{ type: "text", text: "a" }, { type: "text", text: "" }] }, { role: "user", parts: [{ type: "text", text: "b" }] },
      { role: "assistant", parts: [{ type: "text", text: "c" }] }, { role: "system", parts: [{ type: "text", text: "now in French" }] }, { role: "user", parts: [{ type: "text", text: "d" }] },
    ],
    sampling: { temperature: 0.5, topP: 0.9, topK: 3, seed: 7, stop: ["x", ""], presencePenalty: 0.1, frequencyPenalty: 0.2, logprobs: true, topLogprobs: 2, logitBias: { 1: 2 } },
    maxOutputTokens: 100, candidates: 2,
  });
  expect(body).toEqual({
    systemInstruction: { parts: [{ text: "be brief" }] },
    contents: [
      { role: "user", parts: [{ text: "a" }, { text: "b" }] }, { role: "model", parts: [{ text: "c" }] },
      { role: "user", parts: [{ text: "<system>now in French</system>" }, { text: "d" }] },
    ],
    generationConfig: {
      temperature: 0.5, topP: 0.9, topK: 3, seed: 7, stopSequences: ["x"], presencePenalty: 0.1, frequencyPenalty: 0.2, responseLogprobs: true, logprobs: 2,
      maxOutputTokens: 100, candidateCount: 2,
    },
  });
  expect(warnings.toSorted()).toEqual(["logit_bias_dropped", "system_moved"]);
});

test("money's cap and the model's own most both hold", () => {
  const most = (over: Partial<ChatRequest>, target: Partial<Target>): unknown => (encode(over, target).body.generationConfig as Record<string, unknown> | undefined)?.maxOutputTokens;
  expect(most({}, {})).toBeUndefined();
  expect(most({ maxOutputTokens: 500 }, { capTokens: 40 })).toBe(40);
  expect(most({}, { capTokens: 40 })).toBe(40);
  expect(most({ maxOutputTokens: 500_000 }, { maxOutputTokens: 65_536 })).toBe(65_536);
});

test("more than five stop sequences are refused", () => {
  expect(() => encode({ sampling: { stop: ["1", "2", "3", "4", "5", "6"] } })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
});

test.each([
  ["references are written out", {
    type: "object", $defs: { Dog: { type: "object", properties: { name: { type: "string", title: "Name" } }, required: ["name"], additionalProperties: false } },
    properties: { dog: { $ref: "#/$defs/Dog", description: "the dog" } }, $schema: "x", additionalProperties: false,
  }, { type: "object", properties: { dog: { type: "object", properties: { name: { type: "string" } }, required: ["name"], description: "the dog" } } }],
  ["a circle becomes any object", {
    type: "object", $defs: { Node: { type: "object", properties: { value: { type: "string" }, next: { $ref: "#/$defs/Node" } } } }, properties: { root: { $ref: "#/$defs/Node" } },
  }, { type: "object", properties: { root: { type: "object", properties: { value: { type: "string" }, next: { type: "object" } } } } }],
  ["a schema that refers to itself", { type: "object", properties: { again: { $ref: "#" } } }, { type: "object", properties: { again: { type: "object" } } }],
  ["types with null", { type: "object", properties: { a: { type: ["string", "null"] }, b: { type: ["string", "integer"] } } },
    { type: "object", properties: { a: { type: "string", nullable: true }, b: { anyOf: [{ type: "string" }, { type: "integer" }] } } }],
  ["choices", { type: "object", properties: { a: { anyOf: [{ type: "string" }, { type: "null" }], title: "A" }, b: { oneOf: [{ type: "string" }, { type: "integer" }], description: "b" } } },
    { type: "object", properties: { a: { type: "string", nullable: true }, b: { description: "b", anyOf: [{ type: "string" }, { type: "integer" }] } } }],
  ["constants and enumerations", { type: "object", properties: { a: { const: "x" }, b: { enum: ["p", "q", null] }, c: { type: "integer", enum: [1, 2] } } },
    { type: "object", properties: { a: { type: "string", enum: ["x"] }, b: { type: "string", enum: ["p", "q"], nullable: true }, c: { type: "integer", description: "One of 1, 2." } } }],
  ["all of them", { allOf: [{ type: "object", properties: { a: { type: "string" } }, required: ["a"] }, { properties: { b: { type: "number" } }, required: ["b"] }] },
    { type: "object", properties: { a: { type: "string" }, b: { type: "number" } }, required: ["a", "b"] }],
  ["lists without items, tuples", { type: "object", properties: { a: { type: "array" }, b: { type: "array", prefixItems: [{ type: "string" }, { type: "number" }] } } },
    { type: "object", properties: { a: { type: "array", items: { type: "string" } }, b: { type: "array", items: { anyOf: [{ type: "string" }, { type: "number" }] } } } }],
  ["formats, bounds, names that are not there", {
    type: "object", required: ["a", "gone"],
    properties: { a: { type: "string", format: "uri", default: "x", examples: ["y"] }, b: { type: "string", format: "date-time" }, c: { type: "integer", exclusiveMinimum: 0, multipleOf: 2 } },
  }, { type: "object", required: ["a"], properties: { a: { type: "string" }, b: { type: "string", format: "date-time" }, c: { type: "integer", minimum: 1 } } }],
  ["nothing in it", { type: "object", properties: {} }, undefined],
  ["no schema", {}, undefined],
] as const)("a schema is cleaned: %s", (_name, schema, expected) => {
  expect(parametersOf(schema)).toEqual(shouted(expected));
});

test("a schema whose definitions refer to each other many times over ends", () => {
  const $defs = Object.fromEntries(Array.from({ length: 14 }, (_, at) => [`D${at}`, {
    type: "object", properties: Object.fromEntries(Array.from({ length: 14 }, (_unused, other) => [`p${other}`, { $ref: `#/$defs/D${other}` }])),
  }]));
  expect(JSON.stringify(parametersOf({ type: "object", $defs, properties: { a: { $ref: "#/$defs/D0" } } })).length).toBeLessThan(1_000_000);
});

test("calls and results: names by ids, results of one step together in the order of the calls", () => {
  const { body } = encode({
    messages: [
      { role: "user", parts: [{ type: "text", text: "go" }] },
      { role: "assistant", parts: [{ type: "tool-call", id: "c1", name: "f", arguments: '{"a":1}' }, { type: "tool-call", id: "c2", name: "f", arguments: "" }] },
      result("c2", "plain"), result("c1", '{"ok":true}'), { role: "user", parts: [{ type: "text", text: "and?" }] },
    ],
    tools: [tool({ type: "object", properties: { a: { type: "number" } } })],
  });
  expect(body.contents.slice(1)).toEqual([
    { role: "model", parts: [{ functionCall: { name: "f", args: { a: 1 }, id: "c1" } }, { functionCall: { name: "f", args: {}, id: "c2" } }] },
    { role: "user", parts: [
      { functionResponse: { name: "f", response: { ok: true }, id: "c1" } }, { functionResponse: { name: "f", response: { result: "plain" }, id: "c2" } }, { text: "and?" },
    ] },
  ]);
});

test("a failed call, arguments that are no object, a result without a call", () => {
  const { body, warnings } = encode({ messages: [REQUEST.messages[0]!, call("c1", "f", "not json"), result("c1", "boom", { isError: true })] });
  expect(body.contents[1]!.parts[0]).toEqual({ functionCall: { name: "f", args: { _raw: "not json" }, id: "c1" } });
  expect(body.contents[2]!.parts[0]).toEqual({ functionResponse: { name: "f", response: { error: "boom" }, id: "c1" } });
  expect(warnings).toEqual(["tool_args_repaired"]);
  expect(() => encode({ messages: [result("nobody", "x")] })).toThrow(expect.objectContaining({ code: "invalid_value" }));
});

test("names that the vendor refuses are changed and known again", () => {
  const name = "mcp/server tool—long ".padEnd(90, "x");
  const { body, restore } = encode({ tools: [tool({}, name)], toolChoice: { mode: "named", name } });
  const [entry] = body.tools as { functionDeclarations: { name: string }[] }[];
  const sent = entry!.functionDeclarations[0]!.name;
  expect(sent).toMatch(/^[a-zA-Z_][\w.-]{0,63}$/);
  expect(restore?.(sent)).toBe(name);
  expect(restore?.("other")).toBe("other");
  expect(body.toolConfig).toEqual({ functionCallingConfig: { mode: "ANY", allowedFunctionNames: [sent] } });
  const decoded = geminiUpstream.decodeReply(Buffer.from(JSON.stringify({ candidates: [{ content: { parts: [{ functionCall: { name: sent } }] }, finishReason: "STOP" }] })), { flags: DEFAULT_FLAGS, restore: restore! });
  expect(decoded.find(({ type }) => type === "tool-start")).toMatchObject({ name });
});

test("the third generation wants signed calls: its own signature, or the word for having none, at the first call of each step", () => {
  const messages: Message[] = [
    REQUEST.messages[0]!,
    { role: "assistant", parts: [{ type: "tool-call", id: "a", name: "f", arguments: "{}", proof: { family: "gemini", value: "sig" } }, { type: "tool-call", id: "b", name: "f", arguments: "{}" }] },
    result("a", "1"), result("b", "2"), call("c", "f"), result("c", "3"), call("d", "f", "{}", { proof: { family: "anthropic", value: "foreign" } }), result("d", "4"),
  ];
  const signatures = (upstreamModel: string): unknown => encode({ messages }, { upstreamModel }).body.contents.flatMap(({ parts }) => parts.filter((part) => part.functionCall).map((part) => part.thoughtSignature));
  const stand = "skip_thought_signature_validator";
  expect(signatures("gemini-3-pro-preview")).toEqual(["sig", undefined, stand, stand]);
  expect(signatures("gemini-2.5-flash")).toEqual(["sig", undefined, undefined, undefined]);
});

test("thoughts go back only with the vendor's own signature", () => {
  const { body, warnings } = encode({
    messages: [REQUEST.messages[0]!, {
      role: "assistant", parts: [
        { type: "reasoning", text: "mine", proof: { family: "gemini", value: "s1" } }, { type: "reasoning", text: "theirs", proof: { family: "anthropic", value: "s2" } },
        { type: "reasoning", text: "nobody's" }, { type: "text", text: "said", proof: { family: "gemini", value: "s3" } },
      ],
    }],
  });
  expect(body.contents[1]!.parts).toEqual([{ text: "mine", thought: true, thoughtSignature: "s1" }, { text: "said", thoughtSignature: "s3" }]);
  expect(warnings).toEqual(["reasoning_dropped"]);
});

const PNG = Buffer.from("\x89PNG\r\n\x1a\n0000", "latin1").toString("base64");

test("media: told by its bytes, by its type, by its address", () => {
  const { body } = encode({
    messages: [{ role: "user", parts: [
      { type: "image", source: { kind: "base64", data: PNG }, mime: "image/jpeg" }, { type: "audio", source: { kind: "base64", data: "AA==" }, mime: "audio/mp3" },
      { type: "document", source: { kind: "base64", data: "AA==" }, filename: "a.pdf" }, { type: "document", source: { kind: "text", text: "note" } },
      { type: "video", source: { kind: "url", url: "https://www.youtube.com/watch?v=x" } }, { type: "image", source: { kind: "url", url: "https://example.com/a.png?b" } },
      { type: "document", source: { kind: "file", id: "files/abc" }, mime: "application/pdf" },
    ] }],
  });
  expect(body.contents[0]!.parts).toEqual([
    { inlineData: { mimeType: "image/png", data: PNG } }, { inlineData: { mimeType: "audio/mp3", data: "AA==" } }, { inlineData: { mimeType: "application/pdf", data: "AA==" } },
    { text: "note" }, { fileData: { fileUri: "https://www.youtube.com/watch?v=x" } }, { fileData: { fileUri: "https://example.com/a.png?b", mimeType: "image/png" } },
    { fileData: { fileUri: "files/abc", mimeType: "application/pdf" } },
  ]);
});

test("images of a kind that the vendor does not take, and too many bytes", () => {
  const gif = Buffer.from("GIF89a....").toString("base64");
  expect(() => encode({ messages: [{ role: "user", parts: [{ type: "image", source: { kind: "base64", data: gif } }] }] })).toThrow(expect.objectContaining({ code: "invalid_value" }));
  const big = PNG + "A".repeat(28 * 1024 * 1024);
  expect(() => encode({ messages: [{ role: "user", parts: [{ type: "image", source: { kind: "base64", data: big } }] }] })).toThrow(expect.objectContaining({ code: "request_too_large" }));
});

test("an image in a result: within it where the model can, behind it elsewhere", () => {
  const messages: Message[] = [REQUEST.messages[0]!, call("c", "f"), { role: "tool", parts: [{
    type: "tool-result", callId: "c", parts: [{ type: "text", text: "see" }, { type: "image", source: { kind: "base64", data: PNG } }],
  }] }];
  const image = { inlineData: { mimeType: "image/png", data: PNG } };
  expect(encode({ messages }, { upstreamModel: "gemini-3-flash-preview" }).body.contents[2]!.parts).toEqual([{ functionResponse: { name: "f", response: { result: "see" }, id: "c", parts: [image] } }]);
  const older = encode({ messages });
  expect(older.body.contents[2]!.parts).toEqual([{ functionResponse: { name: "f", response: { result: "see" }, id: "c" } }, { text: "Image result of tool call c:" }, image]);
  expect(older.warnings).toEqual(["tool_image_moved"]);
});

test.each([
  ["gemini-2.5-flash", { effort: "high" }, 10_000, { thinkingBudget: 6_000 }],
  ["gemini-2.5-flash", { effort: "none" }, 10_000, { thinkingBudget: 0 }],
  ["gemini-2.5-pro", { effort: "none" }, 10_000, { thinkingBudget: 128 }],
  ["gemini-2.5-pro", { effort: "minimal" }, 10_000, { thinkingBudget: 512 }],
  ["gemini-2.5-flash-lite", { budget: 100 }, 10_000, { thinkingBudget: 512 }],
  ["gemini-2.5-flash", { budget: 90_000 }, undefined, { thinkingBudget: 24_576 }],
  ["gemini-2.5-flash", { adaptive: true }, undefined, { thinkingBudget: -1 }],
  ["gemini-3-pro-preview", { effort: "high" }, 10_000, { thinkingLevel: "HIGH" }],
  ["gemini-3-pro-preview", { effort: "medium" }, 10_000, { thinkingLevel: "LOW" }],
  ["gemini-3-flash-preview", { effort: "none" }, 10_000, { thinkingLevel: "MINIMAL" }],
  ["gemini-3-flash-preview", { budget: 1_500 }, 10_000, { thinkingLevel: "LOW" }],
  ["gemini-2.0-flash", { effort: "high" }, 10_000, undefined],
] as const)("%s thinks as told: %j of %s", (upstreamModel, reasoning, maxOutputTokens, expected) => {
  const { body } = encode({ reasoning: { expose: "none", ...reasoning }, ...(maxOutputTokens && { maxOutputTokens }) }, { upstreamModel });
  expect((body.generationConfig as Record<string, unknown> | undefined)?.thinkingConfig).toEqual(expected);
});

test("thoughts are asked for where they are to be shown", () => {
  expect(encode({ reasoning: { expose: "summary", effort: "low" }, maxOutputTokens: 10_000 }).body.generationConfig).toMatchObject({ thinkingConfig: { thinkingBudget: 1_000, includeThoughts: true } });
});

test("a form of the answer; beside functions only where the model can", () => {
  const output = { format: "json-schema" as const, name: "x", schema: { type: "object", properties: { a: { type: ["string", "null"] } } } };
  const form = { responseMimeType: "application/json", responseSchema: { type: "OBJECT", properties: { a: { type: "STRING", nullable: true } } } };
  expect(encode({ output }).body.generationConfig).toEqual(form);
  expect(encode({ output: { format: "json" } }).body.generationConfig).toEqual({ responseMimeType: "application/json" });
  const beside = encode({ output, tools: [tool({})] });
  expect(beside.body.generationConfig).toBeUndefined();
  expect(beside.warnings).toEqual(["schema_soft"]);
  expect(encode({ output, tools: [tool({})] }, { upstreamModel: "gemini-3-pro-preview" }).body.generationConfig).toEqual(form);
});

test("tools of the vendor's own, alone and beside functions", () => {
  const search: Tool = { type: "builtin", kind: "web-search", origin: "openai-chat", raw: {} };
  expect(encode({ tools: [search] }).body.tools).toEqual([{ googleSearch: {} }]);
  expect(encode({ tools: [search, tool({})] })).toMatchObject({ body: { tools: [{ functionDeclarations: [{ name: "f" }] }] }, warnings: ["web_search_dropped"] });
  expect(() => encode({ tools: [search, tool({})], toolChoice: { mode: "required" } })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
  expect(encode({ tools: [search, tool({})] }, { upstreamModel: "gemini-3-pro-preview" }).body.tools).toHaveLength(2);
  expect(() => encode({ tools: [{ type: "builtin", kind: "shell", origin: "openai-responses", raw: {} }] })).toThrow(expect.objectContaining({ code: "unsupported_parameter" }));
});

test("a free-text tool is a function of one text", () => {
  const { body } = encode({ tools: [{ type: "custom", name: "sh" }], messages: [REQUEST.messages[0]!, call("c", "sh", "ls -l", { custom: true }), result("c", "x")] });
  expect(body.tools).toMatchObject([{ functionDeclarations: [{ name: "sh", parameters: { properties: { input: { type: "STRING" } }, required: ["input"] } }] }]);
  expect(body.contents[1]!.parts[0]).toEqual({ functionCall: { name: "sh", args: { input: "ls -l" }, id: "c" } });
});

test("the system's words stand in the first turn of open models", () => {
  const { body } = encode({ system: [{ type: "text", text: "be brief" }] }, { upstreamModel: "gemma-3-27b-it" });
  expect(body).toEqual({ contents: [{ role: "user", parts: [{ text: "be brief" }, { text: "hi" }] }] });
});

test("what other formats alone know is named when it is dropped", () => {
  const { body, warnings } = encode({ extra: { verbosity: "low" }, serviceTier: "priority", parallelToolCalls: false, tools: [tool({})] });
  expect(Object.keys(body).toSorted()).toEqual(["contents", "tools"]);
  expect(warnings.toSorted()).toEqual(["parallel_tool_calls_dropped", "tier_dropped", "unknown:verbosity"]);
  expect(encode({ origin: "gemini", extra: { safetySettings: [{ category: "X" }], generationConfig: { mediaResolution: "LOW" } } }).body)
    .toMatchObject({ safetySettings: [{ category: "X" }], generationConfig: { mediaResolution: "LOW" } });
});
