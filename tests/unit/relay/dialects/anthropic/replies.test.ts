import { describe, expect, test } from "vitest";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { anthropicClient, anthropicUpstream } from "#relay/dialects/anthropic/index.ts";
import { normaliseUsage } from "#relay/dialects/anthropic/usage.ts";
import { providers } from "#relay/providers/index.ts";

const { flags } = providers.get("anthropic")!;
type Wire = Readonly<{ type: string; [member: string]: unknown }>;

const START: Wire = { type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], usage: { input_tokens: 10, output_tokens: 1 } } };
const STOP: Wire = { type: "message_stop" };
const ended = (stop_reason = "end_turn", usage: object = { output_tokens: 5 }): Wire => ({ type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage });
const opens = (index: number, content_block: Wire): Wire => ({ type: "content_block_start", index, content_block });
const adds = (index: number, delta: Wire): Wire => ({ type: "content_block_delta", index, delta });
const closes = (index: number): Wire => ({ type: "content_block_stop", index });
const TEXT: readonly Wire[] = [opens(0, { type: "text", text: "" }), adds(0, { type: "text_delta", text: "hi" }), closes(0)];

function decode(events: readonly (Wire | string)[], more: Partial<Parameters<typeof anthropicUpstream.streamDecoder>[0]> = {}): readonly CanonicalEvent[] {
  const decoder = anthropicUpstream.streamDecoder({ flags, ...more });
  const out = events.flatMap((event) => [...decoder.push(Buffer.from(typeof event === "string" ? event : `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`))]);
  out.push(...decoder.end());
  expect(brokenRule(out)).toBeUndefined();
  return out;
}
const told = (events: readonly CanonicalEvent[]): readonly CanonicalEvent[] => events.filter(({ type }) => type !== "start" && type !== "usage" && type !== "ping");
const end = (finish: string, native: string | undefined, more: object = {}): unknown => expect.objectContaining({ type: "end", finish, ...(native === undefined ? {} : { native }), ...more });

describe("what vendors send is read, however they leave the format", () => {
  test("the opening's output is a placeholder; the last value of each field wins", () => {
    const events = decode([START, ...TEXT, ended("end_turn", { output_tokens: 57, cache_read_input_tokens: 900 }), STOP]);
    expect(events[0]).toMatchObject({ type: "start", id: "msg_1", model: "m", usage: { inputUncached: 10 } });
    expect((events[0] as { usage: object }).usage).not.toHaveProperty("outputText");
    expect(events.at(-1)).toMatchObject({ usage: { inputUncached: 10, cacheRead: 900, outputText: 57 } });
  });

  test("a call without a piece of input is called with an empty object, one that came whole with what came", () => {
    const events = decode([
      START, opens(0, { type: "tool_use", id: "t1", name: "a", input: {} }), adds(0, { type: "input_json_delta", partial_json: "" }), closes(0),
      opens(1, { type: "tool_use", id: "t2", name: "b", input: { x: 1 } }), closes(1), ended("tool_use"), STOP,
    ]);
    expect(events.flatMap((event) => (event.type === "tool-delta" ? [event.arguments] : []))).toEqual(["{}", '{"x":1}']);
  });

  test("unknown events, blocks and deltas are passed over; what the vendor ran is no call", () => {
    const events = decode([
      START, { type: "news" }, opens(0, { type: "hologram" }), adds(0, { type: "hologram_delta", data: "x" }), closes(0),
      opens(1, { type: "server_tool_use", id: "s1", name: "web_search", input: {} }), adds(1, { type: "input_json_delta", partial_json: '{"query":"q"}' }), closes(1),
      opens(2, { type: "web_search_tool_result", tool_use_id: "s1", content: [] }), closes(2),
      opens(3, { type: "text", text: "" }), adds(3, { type: "citations_delta", citation: { type: "web_search_result_location", url: "https://a.example", title: "A", cited_text: "c", encrypted_index: "e" } }),
      adds(3, { type: "text_delta", text: "so" }), adds(3, { type: "shine_delta" }), closes(3), ended(), STOP,
    ]);
    expect(told(events)).toEqual([
      expect.objectContaining({ type: "server-tool", index: 0, phase: "start" }), expect.objectContaining({ type: "server-tool", index: 0, phase: "delta" }),
      { type: "server-tool", index: 0, phase: "end", raw: { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "q" } } },
      expect.objectContaining({ type: "server-tool", index: 1, phase: "start" }), expect.objectContaining({ type: "server-tool", index: 1, phase: "end" }),
      { type: "text-delta", index: 2, text: "so" }, { type: "citation", index: 2, citation: expect.objectContaining({ kind: "url", url: "https://a.example", title: "A", quoted: "c" }) },
      { type: "block-end", index: 2 }, end("stop", "end_turn"),
    ]);
  });

  test.each([
    ["no opening of the block", [START, adds(0, { type: "text_delta", text: "hi" }), ended(), STOP]],
    ["no opening of the message", [...TEXT, ended(), STOP]],
    ["no closing of the block", [START, ...TEXT.slice(0, 2), ended(), STOP]],
    ["text in the opening", [START, opens(0, { type: "text", text: "hi" }), closes(0), ended(), STOP]],
    ["OpenAI's terminator", [START, ...TEXT, ended(), STOP, "data: [DONE]\n\n"]],
    ["no message_stop", [START, ...TEXT, ended()]],
    ["a second opening", [START, START, ...TEXT, ended(), STOP]],
    ["more after the end", [START, ...TEXT, ended(), STOP, ...TEXT]],
  ] as const)("%s", (_name, events) => {
    expect(told(decode(events))).toEqual([{ type: "text-delta", index: 0, text: "hi" }, { type: "block-end", index: 0 }, end("stop", "end_turn")]);
  });

  test("a cut stream has no end, but of vendors who end so", () => {
    expect(decode([START, ...TEXT]).some(({ type }) => type === "end")).toBe(false);
    expect(decode([START, ...TEXT], { flags: { ...flags, eofIsEnd: true } }).at(-1)).toMatchObject({ type: "end", finish: "stop" });
  });

  test.each([
    ["end_turn", "stop"], ["stop_sequence", "stop"], ["max_tokens", "length"], ["refusal", "refusal"], ["pause_turn", "pause"],
    ["model_context_window_exceeded", "context-full"], ["brand_new", "stop"],
  ])("%s is %s", (native, finish) => {
    expect(decode([START, ...TEXT, ended(native), STOP]).at(-1)).toEqual(end(finish, native));
  });

  test("why it was refused is told; an answer in the forced tool is text; names are the client's", () => {
    const refused = decode([START, { type: "message_delta", delta: { stop_reason: "refusal", stop_details: { type: "refusal", explanation: "No." } }, usage: {} }, STOP]);
    expect(told(refused)).toEqual([{ type: "refusal-delta", index: 0, text: "No." }, { type: "block-end", index: 0 }, end("refusal", "refusal")]);
    const forced = decode([START, opens(0, { type: "tool_use", id: "t", name: "structured_reply", input: {} }), adds(0, { type: "input_json_delta", partial_json: '{"a":1}' }), closes(0), ended("tool_use"), STOP]);
    expect(told(forced)).toEqual([{ type: "text-delta", index: 0, text: '{"a":1}' }, { type: "block-end", index: 0 }, end("stop", "tool_use")]);
    const restored = decode([START, opens(0, { type: "tool_use", id: "short", name: "short", input: {} }), closes(0), ended("tool_use"), STOP], { restore: (word) => `${word}.er` });
    expect(restored.find(({ type }) => type === "tool-start")).toMatchObject({ id: "short.er", name: "short.er" });
  });

  test("errors are told with what the vendor would have answered; pages and nonsense are none of this kind", () => {
    expect(decode([START, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, STOP]).at(-1)).toEqual({ type: "error", error: { status: 529, type: "overloaded_error", message: "Overloaded" } });
    expect(decode(['data: {"error":{"code":"429","message":"slow"}}\n\n'])).toEqual([{ type: "error", error: { status: 429, code: "429", message: "slow" } }]);
    expect(() => decode(["<html>"])).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
    expect(() => decode(["data: nonsense\n\n"])).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
    expect(() => anthropicUpstream.decodeReply(Buffer.from("{}"), { flags })).toThrow(expect.objectContaining({ code: "bad_upstream_response" }));
  });
});

test.each([
  [{ input_tokens: 10, cache_read_input_tokens: 900, cache_creation: { ephemeral_5m_input_tokens: 40, ephemeral_1h_input_tokens: 60 }, output_tokens: 5 }, { inputUncached: 10, cacheRead: 900, cacheWrite5m: 40, cacheWrite1h: 60, outputText: 5 }, false],
  [{ input_tokens: 1, cache_creation_input_tokens: 100 }, { inputUncached: 1, cacheWrite5m: 100 }, false],
  [{ cache_creation_input_tokens: 100, cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 } }, { cacheWrite5m: 100, cacheWrite1h: 0 }, false],
  [{ output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } }, { outputText: 5, reasoning: 4 }, false],
  [{ output_tokens: 3, output_tokens_details: { thinking_tokens: 4 } }, { outputText: 0, reasoning: 3 }, true],
  [{ input_tokens: "7", output_tokens: -1 }, { inputUncached: 7 }, true],
  [{ input_tokens: null, output_tokens: 0 }, { outputText: 0 }, false],
  [{ server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 }, service_tier: "priority" }, { items: { web_search: 2, url_fetch: 1 }, serviceTier: "priority" }, false],
  [{ iterations: [{ type: "compaction" }, { type: "message" }, { type: "advisor_message" }] }, { items: { "tool:compaction": 1, "tool:advisor_message": 1 } }, false],
] as const)("usage %j", (wire, expected, inconsistent) => {
  const read = normaliseUsage(wire);
  const { raw: _raw, ...usage } = read.usage;
  expect(usage).toEqual(expected);
  expect(read.inconsistent).toBe(inconsistent);
});

const OPTIONS: ReplyOptions = {
  model: "shop", requestId: "req_01ABC", createdAt: 1, includeUsage: true, inputTokensEstimate: 33,
  request: anthropicClient.decodeRequest({ model: "shop", max_tokens: 1, messages: [{ role: "user", content: "hi" }] }, { betas: [] }),
};
const BEGIN: CanonicalEvent = { type: "start", id: "chatcmpl-1", model: "up" };

function write(events: readonly CanonicalEvent[]): readonly Wire[] {
  const encoder = anthropicClient.streamEncoder(OPTIONS);
  const text = events.map((event) => encoder.push(event)).join("") + encoder.tail();
  return text.split("\n\n").filter((event) => event !== "").map((event) => {
    const [name, data] = event.split("\n");
    const wire = JSON.parse(data!.slice("data: ".length)) as Wire;
    expect(name).toBe(`event: ${wire.type}`);
    return wire;
  });
}

test("calls whose pieces interleave become one block after the other", () => {
  const events = write([
    BEGIN, { type: "tool-start", index: 0, id: "a", name: "one" }, { type: "tool-start", index: 1, id: "b:1", name: "two" },
    { type: "tool-delta", index: 0, arguments: '{"x"' }, { type: "tool-delta", index: 1, arguments: '{"y":' }, { type: "tool-delta", index: 0, arguments: ":1}" },
    { type: "tool-delta", index: 1, arguments: "2}" }, { type: "block-end", index: 1 }, { type: "block-end", index: 0 },
    { type: "end", finish: "tool-calls", usage: { inputUncached: 10, cacheRead: 5, outputText: 3, reasoning: 2 } },
  ]);
  expect(events.slice(2)).toEqual([
    opens(0, { type: "tool_use", id: "a", name: "one", input: {}, caller: { type: "direct" } }), adds(0, { type: "input_json_delta", partial_json: '{"x"' }), adds(0, { type: "input_json_delta", partial_json: ":1}" }), closes(0),
    opens(1, { type: "tool_use", id: expect.stringMatching(/^toolu_[\w-]+$/) as unknown, name: "two", input: {}, caller: { type: "direct" } }), adds(1, { type: "input_json_delta", partial_json: '{"y":' }), adds(1, { type: "input_json_delta", partial_json: "2}" }), closes(1),
    expect.objectContaining({ type: "message_delta", delta: expect.objectContaining({ stop_reason: "tool_use" }) as unknown, usage: expect.objectContaining({ input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 5, output_tokens_details: { thinking_tokens: 2 } }) as unknown }),
    STOP,
  ]);
});

test("the opening guesses the input, the end corrects it; the id and the name are ours; nothing said is nothing", () => {
  const events = write([BEGIN, { type: "usage", usage: { inputUncached: 40, outputText: 0 } }, { type: "end", finish: "stop", stopSequence: "END" }]);
  expect(events.map(({ type }) => type)).toEqual(["message_start", "ping", "message_delta", "message_stop"]);
  expect(events[0]).toMatchObject({ message: { id: "msg_01ABC", model: "shop", content: [], usage: { input_tokens: 33, output_tokens: 1 } } });
  expect(events[2]).toMatchObject({ delta: { stop_reason: "stop_sequence", stop_sequence: "END" }, usage: { input_tokens: 40, output_tokens: 0 } });
});

test("what this format has no place for leaves no trace; refusals are text; late sources stand in the whole reply", () => {
  const events: readonly CanonicalEvent[] = [
    BEGIN, { type: "ping" }, { type: "image", index: 0, mime: "image/png", base64: "AA", partial: false }, { type: "refusal-delta", index: 1, text: "No." }, { type: "text-proof", index: 1, proof: { family: "gemini", value: "x" } },
    { type: "block-end", index: 1 }, { type: "citation", index: 1, citation: { kind: "url", url: "https://a.example", title: "A" } },
    { type: "server-tool", index: 2, phase: "start", raw: { type: "web_search_call" } }, { type: "server-tool", index: 2, phase: "end", raw: { type: "web_search_call" } }, { type: "end", finish: "content-filter" },
  ];
  expect(write(events).map(({ type }) => type)).toEqual(["message_start", "ping", "ping", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]);
  expect(anthropicClient.encodeReply(events, OPTIONS)).toMatchObject({
    stop_reason: "refusal", content: [{ type: "text", text: "No.", citations: [{ type: "web_search_result_location", url: "https://a.example", title: "A" }] }],
  });
});
