import { describe, expect, test } from "vitest";
import { convert, convertWhole, decode, flagsOf, FORMATS, framings, hear, metered, pass, passWhole, type Heard } from "../../../../support/heard.ts";

const event = (type: string, members: object = {}): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
const start = (usage: object | null = { input_tokens: 5, output_tokens: 1 }): string =>
  event("message_start", { message: { id: "msg_1", type: "message", role: "assistant", model: "up", content: [], stop_reason: null, stop_sequence: null, ...(usage && { usage }) } });
const open = (index: number, block: object): string => event("content_block_start", { index, content_block: block });
const delta = (index: number, type: string, members: object): string => event("content_block_delta", { index, delta: { type, ...members } });
const stop = (index: number): string => event("content_block_stop", { index });
const block = (index: number, opened: object, ...deltas: (readonly [type: string, members: object])[]): string => open(index, opened) + deltas.map(([type, members]) => delta(index, type, members)).join("") + stop(index);
const text = (index: number, ...pieces: string[]): string => block(index, { type: "text", text: "" }, ...pieces.map((piece) => ["text_delta", { text: piece }] as const));
const end = (reason: string, usage: object | null = { output_tokens: 7 }, more: object = {}): string =>
  event("message_delta", { delta: { stop_reason: reason, stop_sequence: null, ...more }, ...(usage && { usage }) }) + event("message_stop");

const SAID = text(0, "Hi ", "you.");
const PLAIN: Heard = { text: "Hi you.", thoughts: "", refusal: "", calls: [], finish: "stop", error: undefined, usage: [5, 7] };
const TOOL = { type: "tool_use", id: "toolu_1", name: "f", input: {} };
const CALLED: Partial<Heard> = { text: "", calls: [["f", { x: 1 }]], finish: "tool-calls" };

type Habit = readonly [name: string, stream: string, heard: Partial<Heard>];

const USAGES: readonly Habit[] = [
  ["input told at the end alone", start({ input_tokens: 0, output_tokens: 0 }) + SAID + end("end_turn", { input_tokens: 5, output_tokens: 7 }), {}],
  ["input told at the beginning, nought at the end", start() + SAID + end("end_turn", { input_tokens: 0, output_tokens: 7 }), {}],
  ["noughts for all of the input at the end", start({ input_tokens: 2, cache_read_input_tokens: 3, output_tokens: 1 }) + SAID + end("end_turn", { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 7 }), {}],
  ["a guess at the beginning, from the cache in truth", start() + SAID + end("end_turn", { input_tokens: 0, cache_read_input_tokens: 5, output_tokens: 7 }), {}],
  ["nulls at the end", start() + SAID + end("end_turn", { input_tokens: null, cache_read_input_tokens: null, output_tokens: 7, server_tool_use: null }), {}],
  ["all again at the end", start() + SAID + end("end_turn", { input_tokens: 5, output_tokens: 7, cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 } }), {}],
  ["writes of both lifetimes", start({ input_tokens: 1, cache_creation_input_tokens: 4, cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 3 }, output_tokens: 1 }) + SAID + end("end_turn", { input_tokens: 1, cache_creation_input_tokens: 4, output_tokens: 7 }), {}],
  ["in two deltas", start() + SAID + event("message_delta", { delta: {}, usage: { output_tokens: 3 } }) + end("end_turn"), {}],
  ["no usage at the beginning", start(null) + SAID + end("end_turn", { input_tokens: 5, output_tokens: 7 }), {}],
];

const EVENTS: readonly Habit[] = [
  ["pings, and events of tomorrow", event("ping") + start() + event("ping") + event("vendor_event", { vendor: { text: "no" } }) + SAID + end("end_turn"), {}],
  ["no names of events", (start() + SAID + end("end_turn")).replaceAll(/event: .*\n/g, ""), {}],
  ["blocks all of index 0", start() + block(0, { type: "thinking", thinking: "" }, ["thinking_delta", { thinking: "Hm." }]) + SAID + end("end_turn"), { thoughts: "Hm." }],
  ["another kind of piece in an open block", start() + open(0, { type: "thinking", thinking: "" }) + delta(0, "thinking_delta", { thinking: "Hm." }) + delta(0, "text_delta", { text: "Hi you." }) + stop(0) + end("end_turn"), { thoughts: "Hm." }],
  ["blocks that were never opened", start() + delta(0, "text_delta", { text: "Hi you." }) + end("end_turn"), {}],
  ["text in the opening", start() + block(0, { type: "text", text: "Hi " }, ["text_delta", { text: "you." }]) + end("end_turn"), {}],
  ["blocks that are never closed", start() + SAID.replace(stop(0), "") + end("end_turn"), {}],
  ["no message_stop", start() + SAID + end("end_turn").replace(event("message_stop"), ""), {}],
  ["another's end", start() + SAID + end("end_turn") + "data: [DONE]\n\n", {}],
  ["another's end before its own", start() + SAID + end("end_turn").replace("event: message_stop", "data: [DONE]\n\nevent: message_stop"), {}],
  ["the last event without a line end", (start() + SAID + end("end_turn")).trimEnd(), {}],
  ["several in one line", (start() + SAID + end("end_turn")).replaceAll(/event: .*\n/g, "").replaceAll("\n\ndata: ", ""), {}],
  ["events without a line between them", start() + (SAID + end("end_turn")).replaceAll("\n\n", "\n").replaceAll(/event: .*\n/g, ""), {}],
  ["an event that is null", start() + "data: null\n\n" + SAID + end("end_turn"), {}],
  ["the opening twice", start() + start() + SAID + end("end_turn"), {}],
  ["a kind of block of tomorrow", start() + block(0, { type: "hologram", shape: "cube" }, ["hologram_delta", { light: "x" }]) + text(1, "Hi you.") + end("end_turn"), {}],
];

const BLOCKS: readonly Habit[] = [
  ["signed thoughts", start() + block(0, { type: "thinking", thinking: "", signature: "" }, ["thinking_delta", { thinking: "Hm." }], ["signature_delta", { signature: "SIG" }]) + text(1, "Hi you.") + end("end_turn"), { thoughts: "Hm." }],
  ["sealed thoughts", start() + block(0, { type: "redacted_thinking", data: "SEALED" }) + text(1, "Hi you.") + end("end_turn"), {}],
  ["texts with sources", start() + text(0, "Hi ") + block(1, { type: "text", text: "", citations: [] }, ["citations_delta", { citation: { type: "char_location", cited_text: "y", document_index: 0, document_title: "D", start_char_index: 0, end_char_index: 1 } }], ["text_delta", { text: "you." }]) + end("end_turn"), {}],
  ["a search of the vendor's", start() + block(0, { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {} }, ["input_json_delta", { partial_json: "{\"query\":\"x\"}" }]) + block(1, { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [{ type: "web_search_result", url: "https://a.example", title: "A", encrypted_content: "E", page_age: null }] }) + text(2, "Hi you.") + end("end_turn", { output_tokens: 7, server_tool_use: { web_search_requests: 1 } }), {}],
  ["a call", start() + block(0, TOOL, ["input_json_delta", { partial_json: "" }], ["input_json_delta", { partial_json: "{\"x\"" }], ["input_json_delta", { partial_json: ":1}" }]) + end("tool_use"), CALLED],
  ["a call that comes whole", start() + block(0, { ...TOOL, input: { x: 1 } }) + end("tool_use"), CALLED],
  ["a call whose arguments are an object", start() + block(0, TOOL, ["input_json_delta", { partial_json: { x: 1 } }]) + end("tool_use"), CALLED],
  ["a call without arguments", start() + block(0, TOOL) + end("tool_use"), { ...CALLED, calls: [["f", {}]] }],
  ["a call, and the turn's end", start() + block(0, TOOL, ["input_json_delta", { partial_json: "{\"x\":1}" }]) + end("end_turn"), CALLED],
  ["two calls, interleaved", start() + open(0, TOOL) + open(1, { ...TOOL, id: "toolu_2", name: "g" }) + delta(1, "input_json_delta", { partial_json: "{\"y\":2}" }) + delta(0, "input_json_delta", { partial_json: "{\"x\":1}" }) + stop(0) + stop(1) + end("tool_use"), { ...CALLED, calls: [["f", { x: 1 }], ["g", { y: 2 }]] }],
];

const REASONS: readonly Habit[] = ([
  ["stop_sequence", "stop"], ["max_tokens", "length"], ["pause_turn", "pause"], ["compaction", "pause"], ["refusal", "refusal"], ["model_context_window_exceeded", "context-full"], ["of_tomorrow", "stop"],
] as const).map(([reason, finish]) => [`the reason ${reason}`, start() + SAID + end(reason), { finish }]);

const ERRORS: readonly Habit[] = ([
  ["an error event", event("error", { error: { type: "overloaded_error", message: "boom" }, request_id: "req_1" })],
  ["an error without a type", "event: error\ndata: {\"error\":{\"message\":\"boom\"}}\n\n"],
  ["an error as text", "data: {\"error\":\"boom\"}\n\n"],
  ["an error of another's form", "event: error\ndata: {\"code\":\"500\",\"message\":\"boom\",\"request_id\":\"r\"}\n\n"],
] as const).flatMap(([name, failed]): Habit[] => [[`${name}, at once`, failed, { error: "boom" }], [`${name}, after some text`, start() + SAID + failed, { error: "boom" }]]);

const flags = flagsOf("anthropic");

/** Not every format has a word of its own for every end. */
const heardBy = (format: string, heard: Heard): Heard => {
  if (format === "anthropic") return heard;
  const words = { pause: "stop", refusal: format === "openai-responses" ? "stop" : "content-filter", "context-full": "length" } as const;
  return heard.finish !== undefined && heard.finish in words ? { ...heard, finish: words[heard.finish as keyof typeof words] } : heard;
};

describe.each([["usage", USAGES], ["events", EVENTS], ["blocks", BLOCKS], ["reasons", REASONS]] as const)("%s", (_group, habits) => {
  test.each(habits)("%s", (_name, stream, more) => {
    const expected = { ...PLAIN, ...more };
    for (const pieces of framings(stream)) {
      expect(hear(decode("anthropic", pieces, flags))).toEqual(expected);
      const passed = pass("anthropic", pieces, flags);
      expect(passed.heard).toEqual(expected);
      expect(passed.facts).toMatchObject({ complete: true, content: true });
      expect(metered(passed.facts)).toEqual(expected.usage);
    }
    for (const format of FORMATS) expect([format, convert("anthropic", format, [Buffer.from(stream)], flags).heard]).toEqual([format, heardBy(format, expected)]);
    for (const format of FORMATS) expect([format, convertWhole("anthropic", format, Buffer.from(stream), flags).heard]).toEqual([format, heardBy(format, expected)]);
    expect(passWhole("anthropic", Buffer.from(stream), flags).heard).toEqual(expected);
  });
});

describe("errors in place of an answer, or in its middle", () => {
  test.each(ERRORS)("%s", (_name, stream, { error }) => {
    for (const pieces of framings(stream)) {
      expect(hear(decode("anthropic", pieces, flags)).error).toBe(error);
      expect(pass("anthropic", pieces, flags).facts.error?.message).toBe(error);
    }
    expect(passWhole("anthropic", Buffer.from(stream), flags).facts.error?.message).toBe(error);
  });
});
