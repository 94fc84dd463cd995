import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { ChatRequest, JsonObject } from "#relay/canonical/request.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { geminiClient, geminiUpstream } from "#relay/dialects/gemini/index.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { readRecording, recordings } from "../../../../support/recordings.ts";
import { sharedDir } from "../../../../support/shared.ts";

const REQUEST: ChatRequest = {
  origin: "gemini", model: "shop", stream: true, system: [], messages: [], tools: [], output: { format: "text" }, modalities: ["text"],
  reasoning: { expose: "summary" }, sampling: {}, candidates: 1, includeUsage: true, cache: {}, metadata: {}, betas: [], extra: {},
};
const OPTIONS: ReplyOptions = { model: "shop", requestId: "req_1", createdAt: 1, includeUsage: true, request: REQUEST, inputTokensEstimate: 1 };
const decoding = { flags: DEFAULT_FLAGS };

function throughStream(events: readonly CanonicalEvent[], options = OPTIONS): readonly CanonicalEvent[] {
  const encoder = geminiClient.streamEncoder(options);
  const bytes = Buffer.from(events.map((event) => encoder.push(event)).join("") + encoder.tail());
  const decoder = geminiUpstream.streamDecoder(decoding);
  return [...decoder.push(bytes), ...decoder.end()];
}

const throughBody = (events: readonly CanonicalEvent[], options = OPTIONS): readonly CanonicalEvent[] =>
  geminiUpstream.decodeReply(Buffer.from(JSON.stringify(geminiClient.encodeReply(events, options))), decoding);

/** What both ways must keep: pieces of one block joined, names of the model and figures in the middle left out. */
function essence(events: readonly CanonicalEvent[]): unknown[] {
  const out: unknown[] = [];
  const texts = new Map<number, { text: string }>();
  for (const event of events) {
    if (event.type === "start" || event.type === "usage" || event.type === "ping" || event.type === "block-end") continue;
    if (event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "tool-delta") {
      const added = event.type === "tool-delta" ? event.arguments.replaceAll(/\s/g, "") : event.text;
      const known = texts.get(event.index);
      if (known) known.text += added;
      else {
        const block = { type: event.type, index: event.index, text: added };
        texts.set(event.index, block);
        out.push(block);
      }
    } else if (event.type === "end") out.push({ type: "end", finish: event.finish });
    else out.push(event);
  }
  return out;
}

/** Totals as clients see them; cache writes and searches have no place in this form. */
const totals = (events: readonly CanonicalEvent[]): unknown => {
  const end = events.find((event) => event.type === "end");
  if (!end?.usage) return undefined;
  const { raw: _raw, items: _items, serviceTier: _tier, inputUncached = 0, cacheRead, ...usage } = end.usage;
  return { ...usage, input: inputUncached + (cacheRead ?? 0), cached: cacheRead };
};

const usage = { inputUncached: 60, cacheRead: 40, outputText: 20, reasoning: 30 };
const ANSWER: readonly CanonicalEvent[] = [
  { type: "start", id: "r-1", model: "up" },
  { type: "reasoning-delta", index: 0, text: "let me " , summary: true }, { type: "reasoning-delta", index: 0, text: "think", summary: true },
  { type: "reasoning-proof", index: 0, proof: { family: "anthropic", value: "signed" } }, { type: "block-end", index: 0 },
  { type: "text-delta", index: 1, text: "Hé" }, { type: "text-delta", index: 1, text: "llo" }, { type: "text-proof", index: 1, proof: { family: "gemini", value: "c2ln" } },
  { type: "block-end", index: 1 },
  { type: "tool-start", index: 2, id: "call_a", name: "f", proof: { family: "gemini", value: "c2lnMg==" } }, { type: "tool-delta", index: 2, arguments: '{"a":' },
  { type: "tool-delta", index: 2, arguments: "1}" }, { type: "block-end", index: 2 },
  { type: "tool-start", index: 3, id: "call_b", name: "f" }, { type: "block-end", index: 3 },
  { type: "end", finish: "tool-calls", usage },
];

test("an answer keeps everything, streamed and whole", () => {
  const expected = essence(ANSWER);
  // A call without arguments is told with an empty object.
  const withArguments = expected.flatMap((event) => ((event as { id?: string }).id === "call_b" ? [event, { type: "tool-delta", index: 3, text: "{}" }] : [event]));
  for (const again of [throughStream(ANSWER), throughBody(ANSWER)]) {
    expect(brokenRule(again)).toBeUndefined();
    expect(essence(again)).toEqual(withArguments);
    expect(totals(again)).toEqual(totals(ANSWER));
  }
});

test("the end is withheld; nothing before it says how the answer ended", () => {
  const encoder = geminiClient.streamEncoder(OPTIONS);
  const early = ANSWER.map((event) => encoder.push(event)).join("");
  expect(early).toContain('"text":"Hé"');
  expect(early).not.toContain("finishReason");
  expect(encoder.tail()).toMatch(/^data: \{"candidates":\[\{.*"finishReason":"STOP".*"usageMetadata":\{.*\}.*\}\n\n$/);
});

test("thoughts are shown to those who asked; for others they go along in the signature", () => {
  const hidden: ReplyOptions = { ...OPTIONS, request: { ...REQUEST, reasoning: { expose: "none" } } };
  const encoder = geminiClient.streamEncoder(hidden);
  expect(ANSWER.map((event) => encoder.push(event)).join("")).not.toContain("think");
  const parts = (geminiClient.encodeReply(ANSWER, hidden) as unknown as { candidates: { content: { parts: JsonObject[] } }[] }).candidates[0]!.content.parts;
  const request = geminiClient.decodeRequest({ contents: [{ role: "user", parts: [{ text: "hi" }] }, { role: "model", parts }] }, { model: "m", betas: [] });
  expect(request.messages[1]).toMatchObject({ role: "assistant", parts: [
    { type: "reasoning", text: "let me think", proof: { family: "anthropic", value: "signed" } }, { type: "text", text: "Héllo", proof: { family: "gemini", value: "c2ln" } },
    { type: "tool-call", id: "call_a", proof: { family: "gemini", value: "c2lnMg==" } }, { type: "tool-call", id: "call_b" },
  ] });
});

test.each([
  ["length", "MAX_TOKENS"], ["content-filter", "SAFETY"], ["refusal", "SAFETY"], ["stop", "STOP"], ["pause", "STOP"], ["context-full", "MAX_TOKENS"],
] as const)("an answer that ended by %s says %s", (finish, native) => {
  const reply = geminiClient.encodeReply([{ type: "start", id: "r", model: "m" }, { type: "end", finish }], OPTIONS);
  expect(reply).toMatchObject({ candidates: [{ finishReason: native, index: 0, content: { parts: [], role: "model" } }], modelVersion: "shop", responseId: "r" });
});

test("several answers stay apart", () => {
  const candidate = (index: number, text: string, more: object = {}): object => ({ index, content: { parts: [{ text }] }, ...more });
  const events = (...chunks: readonly object[][]): readonly CanonicalEvent[] => {
    const decoder = geminiUpstream.streamDecoder(decoding);
    return [...chunks.flatMap((candidates) => decoder.push(Buffer.from(`data: ${JSON.stringify({ candidates })}\n\n`))), ...decoder.end()];
  };
  const found = events([candidate(0, "a"), candidate(1, "x")], [candidate(0, "b", { finishReason: "STOP" })], [candidate(1, "y", { finishReason: "MAX_TOKENS" })]);
  expect(brokenRule(found)).toBeUndefined();
  expect(found.filter(({ type }) => type === "candidate")).toEqual([
    { type: "candidate", number: 1 }, { type: "candidate", number: 0 }, { type: "candidate", number: 1 },
    { type: "candidate", number: 0 }, { type: "candidate", number: 0, finish: "stop" }, { type: "candidate", number: 1 }, { type: "candidate", number: 1, finish: "length" },
  ]);
  expect(geminiClient.encodeReply(found, OPTIONS)).toMatchObject({ candidates: [
    { index: 0, finishReason: "STOP", content: { parts: [{ text: "ab" }] } }, { index: 1, finishReason: "MAX_TOKENS", content: { parts: [{ text: "xy" }] } },
  ] });
});

test("sources keep their places, whatever their letters weigh", () => {
  const text = "Nämlich: 你好 ist ein Gruß.";
  const segment = { startIndex: Buffer.byteLength("Nämlich: "), endIndex: Buffer.byteLength("Nämlich: 你好"), text: "你好" };
  const groundingMetadata = {
    webSearchQueries: ["gruß", "hallo"], groundingChunks: [{ web: { uri: "https://a.example", title: "A" } }, { web: { uri: "https://b.example" } }],
    groundingSupports: [{ segment, groundingChunkIndices: [0] }],
  };
  const decode = (modelVersion: string): readonly CanonicalEvent[] => geminiUpstream.decodeReply(Buffer.from(JSON.stringify({
    candidates: [{ content: { parts: [{ text }] }, finishReason: "STOP", groundingMetadata }], modelVersion, usageMetadata: { promptTokenCount: 1, totalTokenCount: 1 },
  })), decoding);
  const found = decode("gemini-2.5-flash");
  const citations = [{ kind: "url", url: "https://a.example", title: "A", start: 9, end: 11, quoted: "你好" }, { kind: "url", url: "https://b.example" }];
  expect(found.flatMap((event) => (event.type === "citation" ? [event.citation] : []))).toEqual(citations);
  expect(found.find((event) => event.type === "end")?.usage?.items).toEqual({ web_search: 1 });
  expect(decode("gemini-3-pro-preview").find((event) => event.type === "end")?.usage?.items).toEqual({ web_search: 2 });
  for (const again of [throughStream(found), throughBody(found)]) expect(again.flatMap((event) => (event.type === "citation" ? [event.citation] : []))).toEqual(citations);
});

test("figures of tokens survive", () => {
  const logprobsResult = { chosenCandidates: [{ token: "a", logProbability: -0.5 }], topCandidates: [{ candidates: [{ token: "a", logProbability: -0.5 }, { token: "b", logProbability: -1 }] }] };
  const found = geminiUpstream.decodeReply(Buffer.from(JSON.stringify({ candidates: [{ content: { parts: [{ text: "a" }] }, finishReason: "STOP", logprobsResult }] })), decoding);
  expect(found.find(({ type }) => type === "logprobs")).toMatchObject({ raw: { content: [{ token: "a", logprob: -0.5, bytes: [97], top_logprobs: [{ token: "a" }, { token: "b", logprob: -1 }] }] } });
  expect(geminiClient.encodeReply(found, OPTIONS)).toMatchObject({ candidates: [{ logprobsResult }] });
});

test.each([
  ["a call that cannot be read", { candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL" }] }, { type: "error", error: { status: 502, code: "MALFORMED_FUNCTION_CALL" } }],
  ["an unexpected call that can", { candidates: [{ content: { parts: [{ functionCall: { name: "f" } }] }, finishReason: "UNEXPECTED_TOOL_CALL" }] }, { type: "end", finish: "tool-calls" }],
  ["a refused prompt", { promptFeedback: { blockReason: "SAFETY" } }, { type: "end", finish: "content-filter", native: "SAFETY", blocked: true }],
  ["a refused answer", { candidates: [{ finishReason: "RECITATION" }] }, { type: "end", finish: "content-filter", native: "RECITATION" }],
  ["an empty answer", { candidates: [{ finishReason: "STOP" }] }, { type: "end", finish: "stop" }],
  ["a word nobody knows", { candidates: [{ finishReason: "SOMETHING" }] }, { type: "end", finish: "stop", native: "SOMETHING" }],
  ["an error", { error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "slow down" } }, { type: "error", error: { status: 429, type: "RESOURCE_EXHAUSTED", message: "slow down" } }],
] as const)("%s is told as what it is", (_name, reply, last) => {
  const events = geminiUpstream.decodeReply(Buffer.from(JSON.stringify(reply)), decoding);
  expect(brokenRule(events)).toBeUndefined();
  expect(events.at(-1)).toMatchObject(last);
});

test("a stream that stops without saying so has no end", () => {
  const decoder = geminiUpstream.streamDecoder(decoding);
  decoder.push(Buffer.from(`data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text: "a" }] } }] })}\n\n`));
  expect(decoder.end()).toEqual([]);
});

test("bytes that are no answer", () => {
  for (const bytes of ["{}", "nothing", "[]"]) expect(() => geminiUpstream.decodeReply(Buffer.from(bytes), decoding)).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
  expect(() => geminiUpstream.streamDecoder(decoding).push(Buffer.from("data: {broken\n\n"))).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
  expect(() => geminiUpstream.streamDecoder(decoding).push(Buffer.from("[1,2]"))).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
});

test("arguments that come value by value, and a name that would change objects", () => {
  const pieces = [
    { name: "f", willContinue: true }, { partialArgs: [{ jsonPath: "$.a[1]['b c']", stringValue: "x", willContinue: true }], willContinue: true },
    { partialArgs: [{ jsonPath: "$.a[1]['b c']", stringValue: "y" }], willContinue: true }, { partialArgs: [{ jsonPath: "$.n", numberValue: 0 }, { jsonPath: "$.t", boolValue: false }, { jsonPath: "$.z", nullValue: "NULL_VALUE" }], willContinue: true },
    { partialArgs: [{ jsonPath: "$.__proto__.polluted", stringValue: "yes" }, { jsonPath: "$.a[99999999]", stringValue: "no" }], willContinue: true }, {},
  ];
  const decoder = geminiUpstream.streamDecoder(decoding);
  const events = [...pieces.flatMap((functionCall) => decoder.push(Buffer.from(`data: ${JSON.stringify({ candidates: [{ content: { parts: [{ functionCall }] } }] })}\n\n`))),
    ...decoder.push(Buffer.from('data: {"candidates":[{"finishReason":"STOP"}]}\n\n')), ...decoder.end()];
  expect(brokenRule(events)).toBeUndefined();
  const delta = events.find((event) => event.type === "tool-delta");
  expect(delta?.arguments).toBe('{"a":[null,{"b c":"xy"}],"n":0,"t":false,"z":null,"__proto__":{"polluted":"yes"}}');
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
});

const shared = sharedDir();
const recorded = (shared ? recordings(shared, ["gemini"]) : []).filter(({ dir }) => dir.includes("/generate-content/"));

describe.skipIf(!shared)("recordings", () => {
  test("are many", () => expect(recorded.length).toBeGreaterThan(100));

  test.each(recorded.filter(({ status }) => status === 200))("reply $dir", (recording) => {
    const { bytes } = readRecording(shared!, recording);
    const events = geminiUpstream.decodeReply(bytes, decoding);
    expect(brokenRule(events)).toBeUndefined();
    if (events.some((event) => event.type === "end" && event.blocked)) return;
    for (const again of [throughStream(events), throughBody(events)]) {
      expect(brokenRule(again)).toBeUndefined();
      expect(essence(again)).toEqual(essence(events));
      expect(totals(again)).toEqual(totals(events));
    }
  });

  test.each(recorded.filter(({ dir }) => shared && existsSync(join(shared, "fixtures", dir, "request.json"))))("request $dir", ({ dir }) => {
    const body = JSON.parse(readFileSync(join(shared!, "fixtures", dir, "request.json"), "utf8")) as JsonObject;
    if (body.cachedContent !== undefined) return;
    const read = (wire: JsonObject): ChatRequest => geminiClient.decodeRequest(wire, { model: "gemini-3-pro-preview", stream: false, betas: [] });
    const once = read(body);
    const target = { upstreamModel: "gemini-3-pro-preview", flags: DEFAULT_FLAGS, strict: true, warn: (code: string) => expect(code).toBe("tool_image_moved") };
    const twice = geminiUpstream.encodeRequest(once, target).body;
    expect(geminiUpstream.encodeRequest(read(twice), target).body).toEqual(twice);
  });
});
