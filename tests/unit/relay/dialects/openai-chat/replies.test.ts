import { describe, expect, test } from "vitest";
import { aggregate } from "#relay/canonical/aggregate.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { ChatRequest, JsonObject } from "#relay/canonical/request.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { openaiChatClient, openaiChatUpstream } from "#relay/dialects/openai-chat/index.ts";
import { providers } from "#relay/providers/index.ts";

const flags = providers.get("openai-compatible")!.flags;
const event = (value: object): string => `data: ${JSON.stringify({ id: "c", model: "up", created: "7", ...value })}\n\n`;
const delta = (said: object, finish: string | null = null): string => event({ choices: [{ index: 0, delta: said, finish_reason: finish }] });
const calls = (...tool_calls: object[]): string => delta({ tool_calls });
const DONE = "data: [DONE]\n\n";

function read(text: string, { eofIsEnd = false } = {}): readonly CanonicalEvent[] {
  const decoder = openaiChatUpstream.streamDecoder({ flags: { ...flags, eofIsEnd } });
  const events = [...decoder.push(Buffer.from(text)), ...decoder.end()];
  expect(brokenRule(events)).toBeUndefined();
  return events;
}
const tools = (events: readonly CanonicalEvent[]): unknown => aggregate(events).candidates[0]!.blocks.flatMap((block) => (block.type === "tool" ? [[block.id, block.name, block.arguments]] : []));
const blocks = (events: readonly CanonicalEvent[]): unknown => aggregate(events).candidates[0]!.blocks.map((block) => [block.type, "text" in block ? block.text : ""]);

describe("calls, however they are cut", () => {
  test.each([
    ["as OpenAI does", calls({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }) + calls({ index: 0, function: { arguments: "{\"x\"" } }) + calls({ index: 0, function: { arguments: ":1}" } }), [["a", "f", "{\"x\":1}"]]],
    ["two side by side, interleaved", calls({ index: 0, id: "a", function: { name: "f", arguments: "1" } }, { index: 1, id: "b", function: { name: "g", arguments: "2" } }) + calls({ index: 0, function: { arguments: "3" } }, { index: 1, function: { arguments: "4" } }), [["a", "f", "13"], ["b", "g", "24"]]],
    ["all with index 0 and ids of their own", calls({ index: 0, id: "a", function: { name: "f", arguments: "1" } }) + calls({ index: 0, id: "b", function: { name: "g", arguments: "2" } }), [["a", "f", "1"], ["b", "g", "2"]]],
    ["without index", calls({ id: "a", function: { name: "f", arguments: "1" } }) + calls({ id: "b", function: { name: "g", arguments: "2" } }), [["a", "f", "1"], ["b", "g", "2"]]],
    ["the id and the name in every piece", calls({ index: 0, id: "a", function: { name: "f", arguments: "1" } }) + calls({ index: 0, id: "a", function: { name: "f", arguments: "2" } }), [["a", "f", "12"]]],
    ["the name in pieces", calls({ index: 0, id: "a", function: { name: "get_" } }) + calls({ index: 0, function: { name: "time" } }) + calls({ index: 0, function: { arguments: "{}" } }), [["a", "get_time", "{}"]]],
    ["arguments as an object, or null", calls({ index: 0, id: "a", function: { name: "f", arguments: { x: 1 } } }) + calls({ index: 1, id: "b", function: { name: "g", arguments: null } }), [["a", "f", "{\"x\":1}"], ["b", "g", ""]]],
    ["both forms, one empty", calls({ index: 0, id: "a", type: "function", custom: { name: "", input: "" }, function: { name: "f", arguments: "1" } }), [["a", "f", "1"]]],
    ["in the old form", delta({ function_call: { name: "f", arguments: "" } }) + delta({ function_call: { arguments: "{}" } }), [[expect.stringMatching(/^call_/), "f", "{}"]]],
  ])("%s", (_name, text, expected) => {
    const events = read(text + delta({}, "stop") + DONE);
    expect(tools(events)).toEqual(expected);
    expect(events.at(-1)).toMatchObject({ type: "end", finish: "tool-calls", native: "stop" });
  });

  test("one id for two calls is told as two", () => {
    const [first, second] = tools(read(calls({ index: 0, id: "a", function: { name: "f", arguments: "1" } }, { index: 1, id: "a", function: { name: "g", arguments: "2" } }) + delta({}, "tool_calls") + DONE)) as string[][];
    expect(first).toEqual(["a", "f", "1"]);
    expect(second![0]).not.toBe("a");
  });
});

test.each([
  ["both names with the same text", delta({ reasoning: "hm", reasoning_content: "hm" }) + delta({ content: "x" }), [["reasoning", "hm"], ["text", "x"]]],
  ["content as parts", delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }) + delta({ content: [{ type: "text", text: "x" }] }), [["reasoning", "hm"], ["text", "x"]]],
  ["details alone", delta({ reasoning_details: [{ type: "reasoning.text", text: "hm", index: 0 }] }) + delta({ content: "x" }), [["reasoning", "hm"], ["text", "x"]]],
  ["empty and missing choices", event({ choices: [] }) + event({}) + event({ choices: null }) + delta({ content: null }) + delta({ content: "x" }), [["text", "x"]]],
  ["text in the chunk that ends", delta({ content: "x" }) + delta({ content: "y" }, "stop"), [["text", "xy"]]],
  ["a refusal", delta({ refusal: "no" }), [["refusal", "no"]]],
])("what is said: %s", (_name, text, expected) => {
  expect(blocks(read(text + delta({}, "stop") + DONE))).toEqual(expected);
});

test("an end is told only where the vendor told it", () => {
  const cut = delta({ content: "x" });
  expect(read(cut).some(({ type }) => type === "end")).toBe(false);
  expect(read(cut, { eofIsEnd: true }).at(-1)).toMatchObject({ type: "end", finish: "stop" });
  expect(read(cut + delta({}, "length")).at(-1)).toMatchObject({ type: "end", finish: "length" });
  expect(read(cut + DONE).at(-1)).toMatchObject({ type: "end", finish: "stop" });
});

test("usage may stand behind the end; an error ends everything", () => {
  const usage = event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } });
  expect(aggregate(read(delta({ content: "x" }, "stop") + DONE + usage)).usage).toMatchObject({ inputUncached: 3, outputText: 4 });
  expect(read(delta({ content: "x" }) + event({ error: { message: "boom", code: 503 } }) + delta({ content: "y" })).at(-1)).toEqual({ type: "error", error: { status: 503, code: "503", message: "boom" } });
  expect(read(delta({}, "insufficient_system_resource") + DONE).at(-1)).toMatchObject({ type: "error", error: { status: 503 } });
  expect(read(delta({ content: "x" }) + delta({}, "insufficient_system_resource") + DONE).at(-1)).toMatchObject({ type: "end", finish: "length" });
});

test("several answers", () => {
  const say = (index: number, content: string, finish_reason: string | null = null): string => event({ choices: [{ index, delta: { content }, finish_reason }] });
  const events = read(say(0, "a") + say(1, "b") + say(0, "c", "stop") + say(1, "d", "length") + DONE);
  expect(aggregate(events).candidates).toMatchObject([{ number: 0, finish: "stop", blocks: [{ text: "ac" }] }, { number: 1, finish: "length", blocks: [{ text: "bd" }] }]);
  const reply = openaiChatClient.encodeReply(events, OPTIONS) as { choices: object[] };
  expect(reply.choices).toMatchObject([{ index: 0, message: { content: "ac" }, finish_reason: "stop" }, { index: 1, message: { content: "bd" }, finish_reason: "length" }]);
});

const REQUEST: ChatRequest = openaiChatClient.decodeRequest({ model: "m", messages: [{ role: "user", content: "hi" }] }, { betas: [] });
const OPTIONS = { model: "shop", requestId: "req_1", createdAt: 5, includeUsage: true, request: REQUEST, inputTokensEstimate: 0 };
const write = (events: readonly CanonicalEvent[], options = OPTIONS): { chunks: JsonObject[]; text: string } => {
  const encoder = openaiChatClient.streamEncoder(options);
  const text = events.map((one) => encoder.push(one)).join("");
  expect(encoder.tail()).toBe(DONE);
  return { text, chunks: text.trim().split("\n\n").map((line) => JSON.parse(line.slice(6)) as JsonObject) };
};

const PROVED: readonly CanonicalEvent[] = [
  { type: "start", id: "v", model: "up" },
  { type: "reasoning-delta", index: 0, text: "h" }, { type: "reasoning-delta", index: 0, text: "m" }, { type: "reasoning-proof", index: 0, proof: { family: "anthropic", value: "SIG" } }, { type: "block-end", index: 0 },
  { type: "reasoning-proof", index: 1, redacted: "SEALED" }, { type: "block-end", index: 1 },
  { type: "reasoning-delta", index: 2, text: "sum", summary: true }, { type: "reasoning-proof", index: 2, id: "rs_1", proof: { family: "openai", value: "ENC" } }, { type: "block-end", index: 2 },
  { type: "text-delta", index: 3, text: "x" }, { type: "text-proof", index: 3, proof: { family: "gemini", value: "TSIG" } }, { type: "block-end", index: 3 },
  { type: "tool-start", index: 4, id: "a", name: "f", proof: { family: "gemini", value: "GSIG" } }, { type: "tool-delta", index: 4, arguments: "{}" }, { type: "block-end", index: 4 },
  { type: "usage", usage: { inputUncached: 5, cacheRead: 2, cacheWrite5m: 1, outputText: 3, reasoning: 4 } },
  { type: "end", finish: "tool-calls" },
];

test("a stream for a client: role, text, calls, finish, usage, in this order and shape", () => {
  const { chunks } = write(PROVED);
  const deltas = chunks.flatMap((chunk) => (chunk.choices as { delta: JsonObject }[]).map(({ delta: said }) => said));
  expect(deltas[0]).toEqual({ role: "assistant", content: "" });
  expect(deltas.filter((said) => "tool_calls" in said)).toEqual([
    { tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" }, extra_content: { google: { thought_signature: "GSIG" } } }] },
    { tool_calls: [{ index: 0, function: { arguments: "{}" } }] },
  ]);
  expect(chunks.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: "tool_calls" }], usage: null });
  expect(chunks.at(-1)).toMatchObject({
    choices: [], usage: { prompt_tokens: 8, completion_tokens: 7, total_tokens: 15, prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 1 }, completion_tokens_details: { reasoning_tokens: 4 } },
  });
  for (const chunk of chunks) expect(chunk).toMatchObject({ id: "chatcmpl-req_1", object: "chat.completion.chunk", created: 5, model: "shop" });
  expect(write(PROVED, { ...OPTIONS, includeUsage: false }).text).not.toContain("usage");
});

test("proofs come back as they went, from a stream and from a whole reply", () => {
  const parts = [
    { type: "reasoning", text: "hm", proof: { family: "anthropic", value: "SIG" } }, { type: "reasoning", text: "", redacted: "SEALED" },
    { type: "reasoning", text: "sum", summary: true, id: "rs_1", proof: { family: "openai", value: "ENC" } },
    { type: "text", text: "x", proof: { family: "gemini", value: "TSIG" } }, { type: "tool-call", id: "a", name: "f", arguments: "{}", proof: { family: "gemini", value: "GSIG" } },
  ];
  const { message } = (openaiChatClient.encodeReply(PROVED, OPTIONS).choices as { message: JsonObject }[])[0]!;
  const back = (said: JsonObject): unknown => openaiChatClient.decodeRequest({ model: "m", messages: [said] }, { betas: [] }).messages[0]!.parts;
  expect(back(message)).toEqual(parts);

  const said = aggregate(read(write(PROVED).text + DONE)).candidates[0]!.blocks;
  expect(said).toMatchObject([{ type: "reasoning", text: "hm", proof: { value: "SIG" } }, { type: "reasoning", redacted: "SEALED" }, { type: "reasoning", text: "sum", proof: { value: "ENC" } }, { type: "text", text: "x", proof: { value: "TSIG" } }, { type: "tool", id: "a", proof: { value: "GSIG" } }]);
});

test("a client of the old form is told calls in it", () => {
  const request: ChatRequest = { ...REQUEST, legacyFunctions: true };
  expect((openaiChatClient.encodeReply(PROVED, { ...OPTIONS, request }).choices as JsonObject[])[0]).toMatchObject({ message: { function_call: { name: "f", arguments: "{}" } }, finish_reason: "function_call" });
  expect(write(PROVED, { ...OPTIONS, request }).text).toContain('"function_call":{"arguments":"{}"}');
});

test("content is null only beside calls", () => {
  const message = (events: readonly CanonicalEvent[]): JsonObject => (openaiChatClient.encodeReply([{ type: "start", id: "", model: "" }, ...events, { type: "end", finish: "stop" }], OPTIONS).choices as { message: JsonObject }[])[0]!.message;
  expect(message([]).content).toBe("");
  expect(message([{ type: "tool-start", index: 0, id: "a", name: "f" }, { type: "block-end", index: 0 }]).content).toBeNull();
  expect(message([{ type: "text-delta", index: 0, text: "a" }, { type: "block-end", index: 0 }, { type: "text-delta", index: 1, text: "b" }, { type: "block-end", index: 1 }]).content).toBe("ab");
});

test.each(["<html>", "{}", "{\"choices\":1}", "nothing"])("%s is no reply", (text) => {
  expect(() => openaiChatUpstream.decodeReply(Buffer.from(text), { flags })).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
});
