import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { geminiClient, geminiUpstream } from "#relay/dialects/gemini/index.ts";
import { openaiChatClient } from "#relay/dialects/openai-chat/index.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { readSchemas } from "../../../../support/openapi.ts";
import { sharedDir } from "../../../../support/shared.ts";

type Schema = Readonly<{ $ref?: string; properties?: Record<string, Schema>; items?: Schema; additionalProperties?: unknown; allOf?: Schema[]; anyOf?: Schema[]; oneOf?: Schema[] }>;

/** Members that the description does not know: the vendor refuses them in requests. */
function strangers(schemas: Record<string, Schema>, schema: Schema | undefined, value: unknown, path: string): string[] {
  if (!schema || typeof value !== "object" || value === null) return [];
  if (schema.$ref) return strangers(schemas, schemas[schema.$ref.split("/").at(-1)!], value, path);
  const alternatives = schema.allOf ?? schema.anyOf ?? schema.oneOf;
  if (alternatives && !schema.properties) {
    const found = alternatives.map((one) => strangers(schemas, one, value, path));
    return found.find((list) => list.length === 0) ?? found[0] ?? [];
  }
  if (Array.isArray(value)) return value.flatMap((item, at) => strangers(schemas, schema.items, item, `${path}[${at}]`));
  if (!schema.properties || schema.additionalProperties) return [];
  return Object.entries(value).flatMap(([key, member]) => (schema.properties![key] ? strangers(schemas, schema.properties![key], member, `${path}.${key}`) : [`${path}.${key}`]));
}

const PNG = Buffer.from("\x89PNG\r\n\x1a\n0000", "latin1").toString("base64");
const REQUEST = openaiChatClient.decodeRequest({
  model: "shop", stream: true, temperature: 0.5, top_p: 0.5, max_completion_tokens: 500, stop: ["x"], seed: 1, presence_penalty: 0.1, frequency_penalty: 0.2, logprobs: true, top_logprobs: 2,
  reasoning_effort: "medium", tool_choice: { type: "function", function: { name: "weather" } },
  response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object", properties: { a: { type: ["string", "null"] } }, additionalProperties: false } } },
  tools: [{ type: "function", function: { name: "weather", description: "d", parameters: { type: "object", $defs: { C: { enum: ["a", "b"] } }, properties: { city: { $ref: "#/$defs/C" }, n: { type: "integer", exclusiveMinimum: 0 } }, required: ["city"] } } }],
  messages: [
    { role: "system", content: "be brief" },
    { role: "user", content: [{ type: "text", text: "hi" }, { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } }] },
    { role: "assistant", content: "well", tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"a"}' } }] },
    { role: "tool", tool_call_id: "call_1", content: "rain" },
  ],
}, { betas: [] });
const EVENTS: readonly CanonicalEvent[] = [
  { type: "start", id: "r", model: "m" },
  { type: "reasoning-delta", index: 0, text: "hm" }, { type: "reasoning-proof", index: 0, proof: { family: "anthropic", value: "s" } }, { type: "block-end", index: 0 },
  { type: "text-delta", index: 1, text: "Hello" }, { type: "citation", index: 1, citation: { kind: "url", url: "https://a.example", title: "A", start: 0, end: 5 } },
  { type: "logprobs", index: 1, raw: { content: [{ token: "Hello", logprob: -0.1, bytes: null, top_logprobs: [{ token: "Hello", logprob: -0.1, bytes: null }] }] } }, { type: "block-end", index: 1 },
  { type: "image", index: 2, mime: "image/png", base64: PNG, partial: false },
  { type: "tool-start", index: 3, id: "call_1", name: "weather" }, { type: "tool-delta", index: 3, arguments: '{"city":"a"}' }, { type: "block-end", index: 3 },
  { type: "end", finish: "tool-calls", usage: { inputUncached: 5, cacheRead: 2, inputAudio: 3, cacheReadAudio: 1, outputText: 7, reasoning: 4, outputImage: 9 } },
];
const OPTIONS: ReplyOptions = { model: "shop", requestId: "req_1", createdAt: 1, includeUsage: true, request: { ...REQUEST, reasoning: { expose: "full" } }, inputTokensEstimate: 1 };

const shared = sharedDir();

describe.skipIf(!shared)("the vendor's own description", () => {
  const read = () => {
    const check = readSchemas(shared!, "gemini.json");
    const { schemas } = (JSON.parse(readFileSync(join(shared!, "spec/gemini.json"), "utf8")) as { components: { schemas: Record<string, Schema> } }).components;
    return (name: string, value: unknown): readonly string[] => [...check(name, value), ...strangers(schemas, schemas[name], value, name)];
  };

  test("refuses what it does not know, or this test would prove nothing", () => {
    const check = read();
    expect(check("GenerateContentRequest", { model: "m", contents: [{ parts: [{ words: "hi" }] }] })).toEqual(["GenerateContentRequest.contents[0].parts[0].words"]);
    expect(check("GenerateContentResponse", { candidates: [{ index: "first" }] })).not.toEqual([]);
  });

  test.each(["gemini-2.5-flash", "gemini-3-pro-preview"])("takes what %s is asked", (upstreamModel) => {
    const { body } = geminiUpstream.encodeRequest(REQUEST, { upstreamModel, flags: DEFAULT_FLAGS, strict: false, warn: () => undefined });
    expect(read()("GenerateContentRequest", { model: "models/m", ...body })).toEqual([]);
  });

  test("takes every event and every whole reply of ours", () => {
    const check = read();
    const encoder = geminiClient.streamEncoder(OPTIONS);
    const stream = EVENTS.map((event) => encoder.push(event)).join("") + encoder.tail();
    const sent = stream.split("\n\n").filter((event) => event !== "").map((event) => JSON.parse(event.slice("data: ".length)) as object);
    expect(sent.length).toBeGreaterThan(4);
    for (const object of [...sent, geminiClient.encodeReply(EVENTS, OPTIONS)]) expect(check("GenerateContentResponse", object)).toEqual([]);
  });
});
