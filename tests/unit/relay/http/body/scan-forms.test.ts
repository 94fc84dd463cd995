import { expect, test } from "vitest";
import { RelayError } from "#relay/errors.ts";
import { scanRequest, type PathFacts, type ScannedRequest } from "#relay/http/body/scan.ts";

const scan = (body: unknown, path: PathFacts): ScannedRequest => scanRequest(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), "chat", path);
const anthropic = (body: unknown, more: PathFacts = {}): ScannedRequest => scan(body, { dialect: "anthropic", ...more });
const gemini = (body: unknown, more: PathFacts = {}): ScannedRequest => scan(body, { dialect: "gemini", model: "g", stream: false, ...more });
const responses = (body: unknown, more: PathFacts = {}): ScannedRequest => scan(body, { dialect: "openai-responses", ...more });

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RelayError) return `${error.status} ${error.code}${error.options.param ? ` ${error.options.param}` : ""}`;
    throw error;
  }
  return "accepted";
}

const text = (...words: readonly string[]): number => words.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
const PIXELS = "A".repeat(5_000);

test("an Anthropic request: text and media by their blocks, base64 left out", () => {
  const tools = [{ name: "t", input_schema: { type: "object" } }];
  const found = anthropic({
    model: "claude", max_tokens: 100, stream: true, system: [{ type: "text", text: "Sei kurz", cache_control: { type: "ephemeral" } }], tools,
    messages: [
      { role: "user", content: [
        { type: "text", text: "你好" },
        { type: "image", source: { type: "base64", media_type: "image/png", data: PIXELS } },
        { type: "document", source: { type: "url", url: "https://example.org/a.pdf" } },
      ] },
      { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: PIXELS }, { type: "tool_use", id: "1", name: "t", input: { type: "image", n: 1 } }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content: [{ type: "image", source: { type: "url", url: "x" } }] }] },
    ],
  });
  expect(found).toMatchObject({ dialect: "anthropic", model: "claude", stream: true, includeUsage: true, maxTokens: 100, candidates: 1, messages: 3, tools: true, images: 2, documents: true, audio: false, cjkChars: 2 });
  expect(found.textBytes).toBe(
    text("text", "Sei kurz", "user", "text", "你好", "image", "document", "assistant", "thinking", "hm", "tool_use", "1", "t", "image", "user", "tool_result", "1", "image") + 4 + JSON.stringify(tools).length,
  );
});

test("a block's kind spelled with an escape is the same kind", () => {
  expect(anthropic(`{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"t\\u0079pe":"\\u0069mage","source":{"data":"AAAA"}}]}]}`).images).toBe(1);
});

test("a Gemini request in both spellings: model and stream from its address, media by MIME type", () => {
  const camel = gemini({
    contents: [{ role: "user", parts: [
      { text: "a" }, { inlineData: { mimeType: "image/png", data: PIXELS } }, { fileData: { fileUri: "https://x", mimeType: "audio/wav" } }, { inlineData: { data: PIXELS, mimeType: "application/pdf" } },
    ] }, { role: "model", parts: [{ functionCall: { name: "f", args: { inlineData: { mimeType: "image/png" } } }, thoughtSignature: PIXELS }] }],
    systemInstruction: { parts: [{ text: "b" }] },
    generationConfig: { maxOutputTokens: 64, candidateCount: 3, temperature: 0 },
  }, { stream: true });
  expect(camel).toMatchObject({ dialect: "gemini", model: "g", stream: true, includeUsage: true, maxTokens: 64, candidates: 3, messages: 2, tools: false, images: 1, audio: true, documents: true });
  expect(camel.textBytes).toBe(text("user", "a", "model", "f", "image/png", "b", '{"maxOutputTokens":64,"candidateCount":3,"temperature":0}'));

  const body = `{"system_instruction":{"parts":[{"text":"b"}]},"generation_config": {"max_output_tokens":7},"contents":[{"parts":[{"inline_data":{"mime_type":"image/jpeg","data":"AA"}}]}]}`;
  const snake = gemini(body);
  expect(snake).toMatchObject({ maxTokens: 7, candidates: 1, images: 1, stream: false });
  const range = snake.ranges.get("generationConfig.maxOutputTokens")!;
  expect(body.slice(...range)).toBe("7");
  expect([...snake.ranges.keys()]).toEqual(["systemInstruction", "generationConfig", "contents", "generationConfig.maxOutputTokens"]);
});

test("a Responses request: text, items, and media by their type", () => {
  expect(responses({ model: "m", input: "hé", instructions: "x", max_output_tokens: 9 })).toMatchObject({ messages: 1, textBytes: 4, maxTokens: 9, stream: false, dialect: "openai-responses" });
  const found = responses({
    model: "m", stream: true,
    input: [
      { role: "user", content: [{ type: "input_text", text: "a" }, { type: "input_image", image_url: `data:image/png;base64,${PIXELS}` }, { type: "input_file", file_data: PIXELS }] },
      { type: "function_call_output", call_id: "c", output: "b" },
      { type: "image_generation_call", id: "i", result: PIXELS },
    ],
    text: { format: { type: "text" } },
  });
  expect(found).toMatchObject({ stream: true, messages: 3, images: 2, documents: true, audio: false });
  expect(found.textBytes).toBe(text("user", "input_text", "a", "input_image", "input_file", "function_call_output", "c", "b", "image_generation_call", "i", '{"format":{"type":"text"}}'));
});

test("a Responses body at the chat address is known by its shape", () => {
  const found = scan({ model: "m", input: [{ role: "user", content: [{ type: "input_image", image_url: PIXELS }] }], stream: true, stream_options: { include_usage: true } }, { dialect: "openai-chat" });
  expect(found).toMatchObject({ dialect: "openai-responses", messages: 1, images: 1, includeUsage: true, stream: true });
  expect(scan({ model: "m", input: "x", messages: [{ role: "user", content: "y" }] }, { dialect: "openai-chat" }).dialect).toBe("openai-chat");
});

const MESSAGES = [{ role: "user", content: "hi" }], CONTENTS = [{ parts: [{ text: "hi" }] }];

test.each([
  ["no cap", { model: "m", messages: MESSAGES }, "400 missing_required_parameter max_tokens"],
  ["no messages", { model: "m", max_tokens: 1 }, "400 missing_required_parameter messages"],
  ["no model", { max_tokens: 1, messages: MESSAGES }, "400 missing_required_parameter model"],
  ["an empty conversation", { model: "m", max_tokens: 1, messages: [] }, "400 invalid_value messages"],
  ["a system that is a number", { model: "m", max_tokens: 1, messages: MESSAGES, system: 5 }, "400 invalid_value system"],
  ["a cap that is text", { model: "m", max_tokens: "5", messages: MESSAGES }, "400 invalid_value max_tokens"],
  ["all it needs", { model: "m", max_tokens: 1, messages: MESSAGES, system: null }, "accepted"],
])("Anthropic, %s", (_name, body, expected) => {
  expect(refusal(() => anthropic(body))).toBe(expected);
});

test("what is only counted needs no cap and no answer", () => {
  expect(anthropic({ model: "m", messages: MESSAGES }, { counting: true }).maxTokens).toBeUndefined();
});

test.each([
  ["no contents", {}, "400 missing_required_parameter contents"],
  ["contents as text", { contents: "hi" }, "400 invalid_value contents"],
  ["somebody's cache", { contents: CONTENTS, cachedContent: "cachedContents/x" }, "400 unsupported_parameter cachedContent"],
  ["no answers", { contents: CONTENTS, generationConfig: { candidateCount: 0 } }, "400 invalid_value generationConfig.candidateCount"],
  ["a cap that is text", { contents: CONTENTS, generationConfig: { maxOutputTokens: "5" } }, "400 invalid_value generationConfig.maxOutputTokens"],
  ["a configuration that is a list", { contents: CONTENTS, generationConfig: [] }, "400 invalid_value generationConfig"],
  ["one field in both spellings", { contents: CONTENTS, generationConfig: {}, generation_config: {} }, "400 invalid_json"],
  ["a cap in both spellings", { contents: CONTENTS, generationConfig: { maxOutputTokens: 1, max_output_tokens: 9_999 } }, "400 invalid_json"],
  ["all it needs", { contents: CONTENTS, generationConfig: null }, "accepted"],
])("Gemini, %s", (_name, body, expected) => {
  expect(refusal(() => gemini(body))).toBe(expected);
});

test.each([
  ["no input", { model: "m" }, "400 missing_required_parameter input"],
  ["input as a number", { model: "m", input: 5 }, "400 invalid_value input"],
  ["a conversation", { model: "m", input: "x", conversation: "conv_1" }, "400 unsupported_parameter conversation"],
  ["the background", { model: "m", input: "x", background: true }, "400 unsupported_parameter background"],
  ["a stored prompt", { model: "m", input: "x", prompt: { id: "pmpt_1" } }, "400 unsupported_parameter prompt"],
  ["the foreground", { model: "m", input: "x", background: false, conversation: null }, "accepted"],
  ["nothing but the response before", { model: "m", previous_response_id: "resp_1" }, "accepted"],
])("Responses, %s", (_name, body, expected) => {
  expect(refusal(() => responses(body))).toBe(expected);
});
