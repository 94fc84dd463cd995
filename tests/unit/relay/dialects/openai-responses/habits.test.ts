import { describe, expect, test } from "vitest";
import { convert, convertWhole, decode, flagsOf, FORMATS, framings, hear, metered, pass, passWhole, type Heard } from "../../../../support/heard.ts";

type Item = Readonly<Record<string, unknown>>;

const event = (type: string, members: object = {}): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
const USAGE = { input_tokens: 5, output_tokens: 7, total_tokens: 12 };
const response = (members: object): object => ({ id: "resp_1", object: "response", created_at: 7, model: "up", status: "in_progress", output: [], usage: null, error: null, incomplete_details: null, ...members });
const BEGUN = event("response.created", { response: response({}) });
const done = (output: readonly Item[], members: object = {}): string => event("response.completed", { response: response({ status: "completed", output, usage: USAGE, ...members }) });

const part = (text: string, more: object = {}): Item => ({ type: "output_text", text, annotations: [], ...more });
const message = (text: string, more: object = {}): Item => ({ id: "msg_1", type: "message", role: "assistant", status: "completed", content: [part(text, more)] });
const CALL: Item = { id: "fc_1", type: "function_call", call_id: "call_1", name: "f", arguments: "{\"x\":1}", status: "completed" };
const THOUGHT: Item = { id: "rs_1", type: "reasoning", summary: [{ type: "summary_text", text: "Hm." }] };

const added = (output_index: number, item: Item): string => event("response.output_item.added", { output_index, item });
const itemDone = (output_index: number, item: Item): string => event("response.output_item.done", { output_index, item });
const delta = (kind: string, output_index: number, piece: unknown, more: object = {}): string => event(`response.${kind}.delta`, { output_index, item_id: "x", content_index: 0, delta: piece, ...more });
const text = (at: number, ...pieces: string[]): string => pieces.map((piece) => delta("output_text", at, piece)).join("");
const SAID = added(0, { ...message(""), content: [], status: "in_progress" }) + text(0, "Hi ", "you.");
const ENDED = itemDone(0, message("Hi you.")) + done([message("Hi you.")]);
const callOpened = (at: number, more: object = {}): string => added(at, { ...CALL, arguments: "", ...more });
const PLAIN: Heard = { text: "Hi you.", thoughts: "", refusal: "", calls: [], finish: "stop", error: undefined, usage: [5, 7] };
const CALLED: Partial<Heard> = { text: "", calls: [["f", { x: 1 }]], finish: "tool-calls" };
const THOUGHTFUL: Partial<Heard> = { thoughts: "Hm." };

type Habit = readonly [name: string, stream: string, heard: Partial<Heard>];

const STREAMS: readonly Habit[] = [
  ["as OpenAI does", BEGUN + SAID + ENDED, {}],
  ["nothing but the whole response", done([message("Hi you.")]), {}],
  ["no items in the whole response", BEGUN + SAID + itemDone(0, message("Hi you.")) + done([]), {}],
  ["no end of the item", BEGUN + SAID + done([message("Hi you.")]), {}],
  ["items told whole alone", BEGUN + added(0, message("Hi you.")) + ENDED, {}],
  ["text told whole alone", BEGUN + added(0, { ...message(""), content: [] }) + event("response.output_text.done", { output_index: 0, content_index: 0, text: "Hi you." }) + done([message("Hi you.")]), {}],
  ["no opening of the item", BEGUN + text(0, "Hi ", "you.") + ENDED, {}],
  ["items all of index 0", BEGUN + added(0, { ...THOUGHT, summary: [] }) + delta("reasoning_summary_text", 0, "Hm.", { summary_index: 0 }) + itemDone(0, THOUGHT) + SAID + itemDone(0, message("Hi you.")) + done([THOUGHT, message("Hi you.")]), THOUGHTFUL],
  ["items without index", (BEGUN + added(0, { ...THOUGHT, summary: [] }) + delta("reasoning_summary_text", 0, "Hm.", { summary_index: 0 }) + itemDone(0, THOUGHT) + SAID + itemDone(0, message("Hi you."))).replaceAll("\"output_index\":0,", "") + done([]), THOUGHTFUL],
  ["no names of events", (BEGUN + SAID + ENDED).replaceAll(/event: .*\n/g, ""), {}],
  ["another's end", BEGUN + SAID + ENDED + "data: [DONE]\n\n", {}],
  ["the last event without a line end", (BEGUN + SAID + ENDED).trimEnd(), {}],
  ["several in one line", (BEGUN + SAID + ENDED).replaceAll(/event: .*\n/g, "").replaceAll("\n\ndata: ", ""), {}],
  ["events without a line between them", (BEGUN + SAID + ENDED).replaceAll("\n\n", "\n").replaceAll(/event: .*\n/g, ""), {}],
  ["events of tomorrow, and keep-alives", BEGUN + event("keepalive", { sequence_number: 3 }) + event("response.hologram.delta", { output_index: 0, delta: { light: 1 } }) + "data: null\n\n" + SAID + ENDED, {}],
  ["queued first", event("response.queued", { response: response({ status: "queued" }) }) + BEGUN + event("response.in_progress", { response: response({}) }) + SAID + ENDED, {}],
  ["another word for the end", BEGUN + SAID + itemDone(0, message("Hi you.")) + done([message("Hi you.")]).replaceAll("response.completed", "response.done"), {}],
];

const ITEMS: readonly Habit[] = [
  ["a call", BEGUN + callOpened(0) + delta("function_call_arguments", 0, "{\"x\"") + delta("function_call_arguments", 0, ":1}") + itemDone(0, CALL) + done([CALL]), CALLED],
  ["a call told whole alone", BEGUN + itemDone(0, CALL) + done([]), CALLED],
  ["arguments told whole alone", BEGUN + callOpened(0) + event("response.function_call_arguments.done", { output_index: 0, arguments: "{\"x\":1}" }) + itemDone(0, { ...CALL, arguments: undefined }) + done([CALL]), CALLED],
  ["arguments as an object", BEGUN + itemDone(0, { ...CALL, arguments: { x: 1 } }) + done([]), CALLED],
  ["no arguments", BEGUN + callOpened(0) + itemDone(0, { ...CALL, arguments: "" }) + done([]), { ...CALLED, calls: [["f", {}]] }],
  ["no id of the call's own", BEGUN + itemDone(0, { ...CALL, call_id: undefined }) + done([]), CALLED],
  ["calls all of index 0", BEGUN + callOpened(0) + delta("function_call_arguments", 0, "{\"x\":1}") + itemDone(0, CALL) + callOpened(0, { id: "fc_2", call_id: "call_2", name: "g" }) + delta("function_call_arguments", 0, "{\"y\":2}") + itemDone(0, { ...CALL, id: "fc_2", call_id: "call_2", name: "g", arguments: "{\"y\":2}" }) + done([]), { ...CALLED, calls: [["f", { x: 1 }], ["g", { y: 2 }]] }],
  ["two calls, interleaved", BEGUN + callOpened(0) + callOpened(1, { id: "fc_2", call_id: "call_2", name: "g" }) + delta("function_call_arguments", 1, "{\"y\"") + delta("function_call_arguments", 0, "{\"x\":1}") + delta("function_call_arguments", 1, ":2}") + done([CALL, { ...CALL, id: "fc_2", call_id: "call_2", name: "g", arguments: "{\"y\":2}" }]), { ...CALLED, calls: [["f", { x: 1 }], ["g", { y: 2 }]] }],
  ["a summary in parts", BEGUN + added(0, { ...THOUGHT, summary: [] }) + delta("reasoning_summary_text", 0, "H", { summary_index: 0 }) + delta("reasoning_summary_text", 0, "m.", { summary_index: 0 }) + itemDone(0, THOUGHT) + added(1, message("")) + text(1, "Hi you.") + done([THOUGHT, message("Hi you.")]), THOUGHTFUL],
  ["a summary told whole alone", BEGUN + added(0, { ...THOUGHT, summary: [] }) + event("response.reasoning_summary_text.done", { output_index: 0, summary_index: 0, text: "Hm." }) + added(1, message("")) + text(1, "Hi you.") + done([THOUGHT, message("Hi you.")]), THOUGHTFUL],
  ["the thought itself", BEGUN + added(0, { ...THOUGHT, summary: [] }) + delta("reasoning_text", 0, "Hm.") + added(1, message("")) + text(1, "Hi you.") + done([THOUGHT, message("Hi you.")]), THOUGHTFUL],
  ["the thought itself, told whole alone", BEGUN + added(0, { ...THOUGHT, summary: [] }) + event("response.reasoning_text.done", { output_index: 0, content_index: 0, text: "Hm." }) + added(1, message("")) + text(1, "Hi you.") + done([THOUGHT, message("Hi you.")]), THOUGHTFUL],
  ["a search of the vendor's", BEGUN + added(0, { id: "ws_1", type: "web_search_call", status: "in_progress" }) + event("response.web_search_call.searching", { output_index: 0, item_id: "ws_1" }) + itemDone(0, { id: "ws_1", type: "web_search_call", status: "completed", action: { type: "search", query: "x" } }) + added(1, message("")) + text(1, "Hi you.") + itemDone(1, message("Hi you.")) + done([]), {}],
  ["two texts in one message", BEGUN + added(0, { ...message(""), content: [] }) + text(0, "Hi ") + event("response.output_text.delta", { output_index: 0, content_index: 1, delta: "you." }) + done([{ ...message("Hi "), content: [part("Hi "), part("you.")] }]), {}],
];

const ENDS: readonly Habit[] = [
  ["cut at the cap", BEGUN + SAID + event("response.incomplete", { response: response({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" }, output: [message("Hi you.")], usage: USAGE }) }), { finish: "length" }],
  ["cut by the filter", BEGUN + SAID + event("response.incomplete", { response: response({ status: "incomplete", incomplete_details: { reason: "content_filter" }, output: [message("Hi you.")], usage: USAGE }) }), { finish: "content-filter" }],
  ["cut, without a status", BEGUN + SAID + event("response.incomplete", { response: response({ status: undefined, incomplete_details: { reason: "max_output_tokens" }, output: [message("Hi you.")], usage: USAGE }) }), { finish: "length" }],
];

const ERRORS: readonly Habit[] = ([
  ["an error event", event("error", { code: "server_error", message: "boom", param: null, sequence_number: 3 })],
  ["an error within one", event("error", { error: { type: "server_error", message: "boom" } })],
  ["an error without a type", "data: {\"error\":{\"message\":\"boom\"}}\n\n"],
  ["code and message", "event: error\ndata: {\"code\":\"500\",\"message\":\"boom\"}\n\n"],
  ["a response that failed", event("response.failed", { response: response({ status: "failed", error: { code: "server_error", message: "boom" } }) })],
  ["a response that failed, in another word", event("response.done", { response: response({ status: "failed", error: { code: "server_error", message: "boom" } }) })],
] as const).flatMap(([name, failed]): Habit[] => [[`${name}, at once`, failed, { error: "boom" }], [`${name}, after some text`, BEGUN + SAID + failed, { error: "boom" }]]);

const flags = flagsOf("openai");

const heardBy = (format: string, heard: Heard): Heard => (heard.finish === "content-filter" && format === "anthropic" ? { ...heard, finish: "refusal" } : heard);

describe.each([["streams", STREAMS], ["items", ITEMS], ["ends", ENDS]] as const)("%s", (_group, habits) => {
  test.each(habits)("%s", (_name, stream, more) => {
    const expected = { ...PLAIN, ...more };
    for (const pieces of framings(stream)) {
      expect(hear(decode("openai-responses", pieces, flags))).toEqual(expected);
      const passed = pass("openai-responses", pieces, flags);
      expect(passed.heard).toEqual(expected);
      expect(passed.facts).toMatchObject({ complete: true, content: true, ...(expected.finish === "tool-calls" && { finish: "tool_calls" }) });
      expect(metered(passed.facts)).toEqual(expected.usage);
    }
    for (const format of FORMATS) expect([format, convert("openai-responses", format, [Buffer.from(stream)], flags).heard]).toEqual([format, heardBy(format, expected)]);
    for (const format of FORMATS) expect([format, convertWhole("openai-responses", format, Buffer.from(stream), flags).heard]).toEqual([format, heardBy(format, expected)]);
    expect(passWhole("openai-responses", Buffer.from(stream), flags).heard).toEqual(expected);
  });
});

describe("errors in place of an answer, or in its middle", () => {
  test.each(ERRORS)("%s", (_name, stream, { error }) => {
    for (const pieces of framings(stream)) {
      expect(hear(decode("openai-responses", pieces, flags)).error).toBe(error);
      expect(pass("openai-responses", pieces, flags).facts.error?.message).toBe(error);
    }
    expect(passWhole("openai-responses", Buffer.from(stream), flags).facts.error?.message).toBe(error);
  });
});

test("sources that stand at the item's end alone are told", () => {
  const cited = message("Hi you.", { annotations: [{ type: "url_citation", url: "https://a.example", title: "A", start_index: 0, end_index: 2 }] });
  const events = decode("openai-responses", [Buffer.from(BEGUN + SAID + itemDone(0, cited) + done([cited]))], flags);
  expect(events.filter(({ type }) => type === "citation")).toMatchObject([{ citation: { url: "https://a.example" } }]);
});

test("the vendor's tools are counted where the items were told in the stream alone", () => {
  const search: Item = { id: "ws_1", type: "web_search_call", status: "completed", action: { type: "search", query: "x" } };
  const stream = Buffer.from(BEGUN + itemDone(0, search) + added(1, message("")) + text(1, "Hi you.") + itemDone(1, message("Hi you.")) + done([]));
  for (const { facts } of [pass("openai-responses", [stream], flags), convert("openai-responses", "openai-chat", [stream], flags)]) expect(facts.usage?.items).toEqual({ web_search: 1 });
});
