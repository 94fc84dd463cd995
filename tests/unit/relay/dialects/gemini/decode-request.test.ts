import { expect, test } from "vitest";
import type { ChatRequest, JsonObject } from "#relay/canonical/request.ts";
import { geminiClient } from "#relay/dialects/gemini/index.ts";

const decode = (body: object, model = "shop"): ChatRequest => geminiClient.decodeRequest({ contents: [{ parts: [{ text: "hi" }] }], ...body } as JsonObject, { model, stream: true, betas: [] });

test("the smallest request", () => {
  expect(decode({}, "models/shop")).toEqual({
    origin: "gemini", model: "shop", stream: true, system: [], messages: [{ role: "user", parts: [{ type: "text", text: "hi" }] }], tools: [],
    output: { format: "text" }, modalities: ["text"], sampling: {}, candidates: 1, includeUsage: true, cache: {}, metadata: {}, betas: [], extra: {},
  });
});

test("both spellings of every member are read alike", () => {
  const camel = {
    systemInstruction: { parts: [{ text: "be brief" }] },
    generationConfig: {
      temperature: 1, topP: 0.5, topK: 4, candidateCount: 2, maxOutputTokens: 9, stopSequences: ["x"], seed: 3, presencePenalty: 0.1, frequencyPenalty: 0.2,
      responseLogprobs: true, logprobs: 2, responseMimeType: "application/json", responseModalities: ["TEXT", "IMAGE"], imageConfig: { aspectRatio: "1:1", imageSize: "2K" },
      thinkingConfig: { thinkingBudget: 100, includeThoughts: true }, mediaResolution: "MEDIA_RESOLUTION_LOW",
    },
    toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["f"] } },
    tools: [{ functionDeclarations: [{ name: "f" }] }, { googleSearch: {} }],
    safetySettings: [{ category: "c" }],
  };
  const snake = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(snake);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key === "safetySettings" ? key : key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snake(inner)]));
  };
  const read = decode(camel);
  expect(decode(snake(camel) as object)).toEqual(read);
  expect(read).toMatchObject({
    system: [{ type: "text", text: "be brief" }], maxOutputTokens: 9, candidates: 2, output: { format: "json" }, modalities: ["text", "image"], imageOut: { aspectRatio: "1:1", size: "2K" },
    sampling: { temperature: 1, topP: 0.5, topK: 4, stop: ["x"], seed: 3, presencePenalty: 0.1, frequencyPenalty: 0.2, logprobs: true, topLogprobs: 2 },
    reasoning: { expose: "summary", budget: 100 }, toolChoice: { mode: "named", name: "f" },
    tools: [{ type: "function", name: "f", schema: { type: "object", properties: {} } }, { type: "builtin", kind: "web-search", origin: "gemini", raw: { googleSearch: {} } }],
    extra: { safetySettings: [{ category: "c" }], generationConfig: { mediaResolution: "MEDIA_RESOLUTION_LOW" } },
  });
});

test("the vendor's schemas become JSON Schema", () => {
  const parameters = {
    type: "OBJECT", required: ["a"], propertyOrdering: ["a"],
    properties: { a: { type: "STRING", nullable: true, enum: ["x"], format: "enum" }, type: { type: "ARRAY", items: { type: "INTEGER" }, minItems: "2" }, c: { any_of: [{ type: "NUMBER" }], nullable: true } },
  };
  const [tool] = decode({ tools: [{ functionDeclarations: [{ name: "f", description: "d", parameters }] }] }).tools;
  expect(tool).toEqual({ type: "function", name: "f", description: "d", schema: {
    type: "object", required: ["a"],
    properties: { a: { type: ["string", "null"], enum: ["x", null] }, type: { type: "array", items: { type: "integer" }, minItems: 2 }, c: { anyOf: [{ type: "number" }, { type: "null" }] } },
  } });
  expect(decode({ tools: [{ functionDeclarations: [{ name: "f", parametersJsonSchema: { type: "object", $defs: {} } }] }] }).tools[0]).toMatchObject({ schema: { type: "object", $defs: {} } });
  expect(decode({ generationConfig: { responseMimeType: "application/json", responseSchema: parameters } }).output).toMatchObject({ format: "json-schema", name: "response", schema: { type: "object" } });
});

test("calls without ids are answered in their order, those of one name too", () => {
  const { messages } = decode({ contents: [
    { role: "user", parts: [{ text: "go" }] },
    { role: "model", parts: [{ functionCall: { name: "f", args: { a: 1 } } }, { functionCall: { name: "g" } }, { functionCall: { name: "f", args: null }, thoughtSignature: "sig" }] },
    { role: "user", parts: [
      { functionResponse: { name: "f", response: { output: "one" } } }, { functionResponse: { name: "f", response: { error: "bad" } } },
      { functionResponse: { name: "g", response: { x: 1, y: 2 } } }, { text: "so?" },
    ] },
  ] });
  expect(messages.slice(1)).toEqual([
    { role: "assistant", parts: [
      { type: "tool-call", id: "call_1", name: "f", arguments: '{"a":1}' }, { type: "tool-call", id: "call_2", name: "g", arguments: "{}" },
      { type: "tool-call", id: "call_3", name: "f", arguments: "{}", proof: { family: "gemini", value: "sig" } },
    ] },
    { role: "tool", parts: [
      { type: "tool-result", callId: "call_1", name: "f", parts: [{ type: "text", text: "one" }] },
      { type: "tool-result", callId: "call_3", name: "f", parts: [{ type: "text", text: "bad" }], isError: true },
      { type: "tool-result", callId: "call_2", name: "g", parts: [{ type: "text", text: '{"x":1,"y":2}' }] },
    ] },
    { role: "user", parts: [{ type: "text", text: "so?" }] },
  ]);
});

test("a call and its result know each other by their id", () => {
  const { messages } = decode({ contents: [
    { role: "model", parts: [{ functionCall: { id: "a", name: "f" } }, { functionCall: { id: "b", name: "f" } }] },
    { role: "function", parts: [{ functionResponse: { id: "b", name: "f", response: { result: "2" } } }, { functionResponse: { id: "a", name: "f", response: { result: 1 } } }] },
  ] });
  expect(messages[1]).toMatchObject({ parts: [{ callId: "b", parts: [{ text: "2" }] }, { callId: "a", parts: [{ text: "1" }] }] });
});

test("media by its type", () => {
  const inline = (mimeType: string, data = "AA=="): object => ({ inlineData: { mimeType, data } });
  const { messages } = decode({ contents: [{ role: "user", parts: [
    inline("image/png", "-_A="), inline("audio/wav"), inline("video/mp4"), inline("application/pdf"), inline("text/csv", Buffer.from("a,b").toString("base64")),
    { file_data: { file_uri: "https://generativelanguage.googleapis.com/v1beta/files/x", mime_type: "image/png" } }, { fileData: { fileUri: "https://youtu.be/x" } },
  ] }] });
  expect(messages[0]!.parts).toEqual([
    { type: "image", source: { kind: "base64", data: "+/A=" }, mime: "image/png" }, { type: "audio", source: { kind: "base64", data: "AA==" }, mime: "audio/wav" },
    { type: "video", source: { kind: "base64", data: "AA==" }, mime: "video/mp4" }, { type: "document", source: { kind: "base64", data: "AA==" }, mime: "application/pdf" },
    { type: "document", source: { kind: "text", text: "a,b" }, mime: "text/csv" },
    { type: "image", source: { kind: "file", id: "https://generativelanguage.googleapis.com/v1beta/files/x" }, mime: "image/png" },
    { type: "video", source: { kind: "url", url: "https://youtu.be/x" } },
  ]);
});

test("thoughts, signed text and the vendor's own tools go back as they came", () => {
  const { messages } = decode({ contents: [{ role: "model", parts: [
    { text: "hm", thought: true, thoughtSignature: "s1" }, { text: "", thoughtSignature: "s2" }, { text: "" },
    { executableCode: { language: "PYTHON", code: "1" } }, { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1" } },
  ] }] });
  expect(messages[0]!.parts).toMatchObject([
    { type: "reasoning", text: "hm", proof: { family: "gemini", value: "s1" } }, { type: "text", text: "", proof: { value: "s2" } },
    { type: "server-tool", raw: { executableCode: {} } }, { type: "server-tool", raw: { codeExecutionResult: {} } },
  ]);
});

test.each([
  [{ thinkingBudget: 0 }, { expose: "none", effort: "none" }],
  [{ thinkingBudget: -1, includeThoughts: true }, { expose: "summary", budget: -1, adaptive: true }],
  [{ thinkingLevel: "HIGH" }, { expose: "none", effort: "high" }],
  [{ thinkingLevel: "THINKING_LEVEL_UNSPECIFIED" }, { expose: "none" }],
])("thinking as in %j", (thinkingConfig, expected) => {
  expect(decode({ generationConfig: { thinkingConfig } }).reasoning).toEqual(expected);
});

test.each([
  ["AUTO", [], { mode: "auto" }], ["NONE", [], { mode: "none" }], ["ANY", [], { mode: "required" }], ["ANY", ["a", "b"], { mode: "allowed", names: ["a", "b"], required: true }],
  ["VALIDATED", ["a"], { mode: "allowed", names: ["a"], required: false }], ["MODE_UNSPECIFIED", [], undefined],
])("tools chosen by %s of %j", (mode, allowedFunctionNames, expected) => {
  expect(decode({ toolConfig: { functionCallingConfig: { mode, allowedFunctionNames } } }).toolChoice).toEqual(expected);
});

test.each([
  ["no contents", { contents: [] }, "missing_required_parameter", "contents"],
  ["a role nobody has", { contents: [{ role: "robot", parts: [{ text: "a" }] }] }, "invalid_value", "contents[0].role"],
  ["an empty part", { contents: [{ parts: [{}] }] }, "invalid_value", "contents[0].parts[0]"],
  ["media without a type", { contents: [{ parts: [{ inlineData: { data: "AA==" } }] }] }, "invalid_value", "contents[0].parts[0].inlineData"],
  ["a call without a name", { contents: [{ role: "model", parts: [{ functionCall: {} }] }] }, "invalid_value", "contents[0].parts[0].functionCall.name"],
  ["a cache", { cachedContent: "cachedContents/x" }, "unsupported_parameter", "cachedContent"],
  ["no answers", { generationConfig: { candidateCount: 0 } }, "invalid_value", "generationConfig.candidateCount"],
  ["a temperature in words", { generationConfig: { temperature: "hot" } }, "invalid_value", "generationConfig.temperature"],
  ["answers of one word", { generationConfig: { responseMimeType: "text/x.enum" } }, "unsupported_parameter", "generationConfig.responseMimeType"],
  ["a nameless function", { tools: [{ functionDeclarations: [{}] }] }, "missing_required_parameter", "tools[0].functionDeclarations[0].name"],
] as const)("%s is refused, and named", (_name, body, code, param) => {
  expect(() => decode(body)).toThrow(expect.objectContaining({ code, options: expect.objectContaining({ param }) as unknown }));
});
