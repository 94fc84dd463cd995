import { describe, expect, test } from "vitest";
import { convert, convertWhole, decode, flagsOf, FORMATS, framings, hear, metered, pass, passWhole, type Heard } from "../../../../support/heard.ts";

const event = (value: object): string => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 7, model: "up", ...value })}\n\n`;
const delta = (said: object, finish: string | null = null, more: object = {}): string => event({ choices: [{ index: 0, delta: said, finish_reason: finish, ...more }] });
const calls = (...tool_calls: object[]): string => delta({ tool_calls });
const usage = (prompt_tokens: number, completion_tokens: number): object => ({ prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens });
const USAGE = event({ choices: [], usage: usage(5, 7) });
const DONE = "data: [DONE]\n\n";
const SAID = delta({ role: "assistant", content: "" }) + delta({ content: "Hi " }) + delta({ content: "you." });
const ENDED = delta({}, "stop") + USAGE + DONE;
const PLAIN: Heard = { text: "Hi you.", thoughts: "", refusal: "", calls: [], finish: "stop", error: undefined, usage: [5, 7] };
const CALLED = (...calls: Heard["calls"]): Partial<Heard> => ({ text: "", calls, finish: "tool-calls" });
const f = (args: unknown): readonly ["f", unknown] => ["f", args];

type Habit = readonly [name: string, stream: string, heard: Partial<Heard>];

const USAGES: readonly Habit[] = [
  ["usage before the last chunk", SAID + USAGE + delta({}, "stop") + DONE, {}],
  ["usage in every chunk, growing", [1, 4].map((n) => delta({ content: n === 1 ? "Hi " : "you." }, null).replace("}\n\n", `,"usage":${JSON.stringify(usage(5, n))}}\n\n`)).join("") + event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage: usage(5, 7) }) + DONE, {}],
  ["usage, and then an empty one", SAID + USAGE + event({ choices: [], usage: {} }) + delta({}, "stop") + DONE, {}],
  ["usage, and then one of nulls", SAID + USAGE + event({ choices: [], usage: { prompt_tokens: null, completion_tokens: null, total_tokens: null } }) + delta({}, "stop") + DONE, {}],
  ["a total of nought before the last chunk", SAID.replaceAll("}\n\n", ",\"usage\":{\"total_tokens\":0,\"total_characters\":0}}\n\n") + ENDED, {}],
  ["and behind it", SAID + USAGE + event({ choices: [], usage: { total_tokens: 0, total_characters: 0 } }) + delta({}, "stop") + DONE, {}],
  ["usage: null in every chunk", (SAID + delta({}, "stop")).replaceAll("}\n\n", ",\"usage\":null}\n\n") + USAGE + DONE, {}],
  ["details that are null", SAID + delta({}, "stop") + event({ choices: [], usage: { ...usage(5, 7), prompt_tokens_details: null, completion_tokens_details: null } }) + DONE, {}],
  ["usage in the first choice", SAID + event({ choices: [{ index: 0, delta: {}, finish_reason: "stop", usage: usage(5, 7) }] }) + DONE, {}],
  ["usage in x_groq", SAID + event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], x_groq: { id: "r", usage: usage(5, 7) } }) + DONE, {}],
  ["usage as text", SAID + delta({}, "stop") + event({ choices: [], usage: { prompt_tokens: "5", completion_tokens: "7" } }) + DONE, {}],
];

const CHUNKS: readonly Habit[] = [
  ["a head without choices", event({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] }) + SAID + ENDED, {}],
  ["choices that are null, or missing", event({ choices: null }) + event({}) + SAID + ENDED, {}],
  ["the reason with the last text", delta({ content: "Hi " }) + delta({ content: "you." }, "stop") + USAGE + DONE, {}],
  ["the reason twice", SAID + delta({}, "stop") + delta({ content: "" }, "stop") + USAGE + DONE, {}],
  ["an empty reason", SAID.replaceAll("\"finish_reason\":null", "\"finish_reason\":\"\"") + ENDED, {}],
  ["no [DONE]", SAID + delta({}, "stop") + USAGE, {}],
  ["[DONE] without a line end", SAID + delta({}, "stop") + USAGE + "data: [DONE]", {}],
  ["the last chunk without a line end", SAID + delta({}, "stop") + USAGE.trimEnd(), {}],
  ["the last chunk repeats the message whole", SAID + event({ object: "chat.completion", choices: [{ index: 0, message: { role: "assistant", content: "Hi you." }, finish_reason: "stop" }], usage: usage(5, 7), base_resp: { status_code: 0, status_msg: "" } }) + DONE, {}],
  ["a delta and the message so far", delta({ content: "Hi " }, null, { message: { role: "assistant", content: "Hi " } }) + delta({ content: "you." }, "stop", { message: { role: "assistant", content: "Hi you." } }) + USAGE + DONE, {}],
  ["a message in place of deltas", event({ choices: [{ index: 0, message: { role: "assistant", content: "Hi you." }, finish_reason: "stop" }], usage: usage(5, 7) }) + DONE, {}],
  ["two events without a line between them", SAID + (delta({}, "stop") + USAGE).replace("\n\n", "\n") + DONE, {}],
  ["several in one line", (SAID + delta({ content: " \\\"}{" })).replaceAll("\n\ndata: ", "") + ENDED, { text: "Hi you. \\\"}{" }],
  ["the end in the line of the last", SAID + delta({}, "stop") + USAGE.trimEnd() + "[DONE]\n\n", {}],
  ["no blank lines at all", (SAID + ENDED).replaceAll("\n\n", "\n"), {}],
  ["an event that is null, a word or a number", SAID + "data: null\n\ndata: \"alive\"\n\ndata: 1\n\n" + ENDED, {}],
  ["[DONE] as JSON", SAID + delta({}, "stop") + USAGE + "data: \"[DONE]\"\n\n", {}],
  ["named events", (SAID + ENDED).replaceAll("data: {", "event: message\ndata: {"), {}],
  ["content as parts", delta({ content: [{ type: "text", text: "Hi " }] }) + delta({ content: [{ type: "text", text: "you." }] }) + ENDED, {}],
  ["no error, said as one", SAID.replaceAll("\"model\"", "\"error\":\"\",\"model\"") + delta({}, "stop").replace("\"model\"", "\"error\":{},\"model\"") + USAGE + DONE, {}],
];

const REASONS: readonly Habit[] = ([
  ["length", "length"], ["max_tokens", "length"], ["MAX_TOKENS", "length"], ["model_length", "length"], ["max_length", "length"], ["content_filter", "content-filter"], ["sensitive", "content-filter"],
  ["SAFETY", "content-filter"], ["prohibited_content", "content-filter"], ["recitation", "content-filter"], ["eos", "stop"], ["end_turn", "stop"], ["stop_sequence", "stop"], ["whatever comes next", "stop"],
  ["model_context_window_exceeded", "context-full"],
] as const).map(([word, finish]) => [`the reason ${word}`, SAID + delta({}, word) + USAGE + DONE, { finish }]);

const THOUGHTS: readonly Habit[] = [
  ["reasoning_content", delta({ reasoning_content: "Hm." }) + SAID + ENDED, { thoughts: "Hm." }],
  ["reasoning", delta({ reasoning: "H" }) + delta({ reasoning: "m." }) + SAID + ENDED, { thoughts: "Hm." }],
  ["both", delta({ reasoning: "Hm.", reasoning_content: "Hm." }) + SAID + ENDED, { thoughts: "Hm." }],
  ["details beside it", delta({ reasoning: "Hm.", reasoning_details: [{ type: "reasoning.text", text: "Hm.", index: 0 }] }) + SAID + ENDED, { thoughts: "Hm." }],
  ["details alone, in pieces", delta({ reasoning_details: [{ type: "reasoning.summary", summary: "H", index: 0 }] }) + delta({ reasoning_details: [{ type: "reasoning.summary", summary: "m.", index: 0 }] }) + SAID + ENDED, { thoughts: "Hm." }],
  ["reasoning_text", delta({ reasoning_text: "Hm." }) + SAID + ENDED, { thoughts: "Hm." }],
  ["a part with a summary", delta({ content: [{ type: "reasoning", summary: [{ type: "summary_text", text: "Hm." }] }] }) + SAID + ENDED, { thoughts: "Hm." }],
  ["a part of thinking", delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }], closed: true }] }) + SAID + ENDED, { thoughts: "Hm." }],
  ["marks in the text", delta({ content: "<think>Hm.</think>" }) + SAID + ENDED, { text: "<think>Hm.</think>Hi you." }],
  ["thoughts between texts", delta({ content: "Hi " }) + delta({ reasoning_content: "Hm." }) + delta({ content: "you." }) + ENDED, { thoughts: "Hm." }],
];

const CALLS_END = delta({}, "tool_calls") + USAGE + DONE;
const TOOLS: readonly Habit[] = [
  ["arguments as an object", calls({ index: 0, id: "a", type: "function", function: { name: "f", arguments: { x: 1 } } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["no index, the name in every piece", calls({ id: "a", function: { name: "f", arguments: "{\"x\"" } }) + calls({ function: { name: "f", arguments: ":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["neither index nor id, two calls of one function", calls({ function: { name: "f", arguments: "{\"x\":1}" } }) + calls({ function: { name: "f", arguments: "{\"x\":2}" } }) + CALLS_END, CALLED(f({ x: 1 }), f({ x: 2 }))],
  ["all of index 0, whole, one function", calls({ index: 0, id: "a", function: { name: "f", arguments: "{\"x\":1}" } }) + calls({ index: 0, id: "b", function: { name: "f", arguments: "{\"x\":2}" } }) + CALLS_END, CALLED(f({ x: 1 }), f({ x: 2 }))],
  ["an id that comes after the first arguments", calls({ index: 0, function: { name: "f", arguments: "{\"x\"" } }) + calls({ index: 0, id: "a", function: { arguments: ":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["an id that comes before the name", calls({ index: 0, id: "a", type: "function" }) + calls({ index: 0, function: { name: "f" } }) + calls({ index: 0, function: { arguments: "{\"x\":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["another id in every piece", calls({ index: 0, id: "a", function: { name: "f", arguments: "" } }) + calls({ index: 0, id: "b", function: { arguments: "{\"x\"" } }) + calls({ index: 0, id: "c", function: { name: "", arguments: ":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["another id and the name in every piece", calls({ index: 0, id: "a", function: { name: "f", arguments: "{\"x\"" } }) + calls({ index: 0, id: "b", function: { name: "f", arguments: ":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["empty ids and names after the first", calls({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }) + calls({ index: 0, id: "", type: "function", function: { name: "", arguments: "{\"x\"" } }) + calls({ index: 0, id: "", function: { name: null, arguments: ":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["null ids and names after the first", calls({ index: 0, id: "a", function: { name: "f", arguments: null } }) + calls({ index: 0, id: null, function: { name: null, arguments: "{\"x\":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["an empty id from the beginning", calls({ index: 0, id: "", function: { name: "f", arguments: "{}" } }) + calls({ index: 1, id: "", function: { name: "g", arguments: "{}" } }) + CALLS_END, CALLED(f({}), ["g", {}])],
  ["parallel calls, interleaved", calls({ index: 0, id: "a", function: { name: "f", arguments: "" } }) + calls({ index: 1, id: "b", function: { name: "g", arguments: "" } }) + calls({ index: 1, function: { arguments: "{\"y\"" } }) + calls({ index: 0, function: { arguments: "{\"x\"" } }) + calls({ index: 1, function: { arguments: ":2}" } }) + calls({ index: 0, function: { arguments: ":1}" } }) + CALLS_END, CALLED(f({ x: 1 }), ["g", { y: 2 }])],
  ["the rest under another index", calls({ index: 0, id: "a", function: { name: "f", arguments: "{\"x\":1}" } }) + calls({ index: 0, id: "b", function: { name: "g", arguments: "{\"y\"" } }) + calls({ index: 1, function: { arguments: ":2}" } }) + CALLS_END, CALLED(f({ x: 1 }), ["g", { y: 2 }])],
  ["the rest under the id, and another index", calls({ index: 0, id: "a", function: { name: "f", arguments: "{\"x\"" } }) + calls({ index: 1, id: "a", function: { arguments: ":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["arguments before the name", calls({ id: "a", function: { arguments: "{\"x\"" } }) + calls({ id: "a", function: { name: "f", arguments: ":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["counted from one", calls({ index: 1, id: "a", function: { name: "f", arguments: "{}" } }) + calls({ index: 2, id: "b", function: { name: "g", arguments: "{}" } }) + CALLS_END, CALLED(f({}), ["g", {}])],
  ["no arguments at all", calls({ index: 0, id: "a", function: { name: "f" } }) + CALLS_END, CALLED(f({}))],
  ["an index as text", calls({ index: "0", id: "a", function: { name: "f", arguments: "{\"x\"" } }) + calls({ index: "0", function: { arguments: ":1}" } }) + CALLS_END, CALLED(f({ x: 1 }))],
  ["said to have stopped", calls({ index: 0, id: "a", function: { name: "f", arguments: "{}" } }) + delta({}, "stop") + USAGE + DONE, CALLED(f({}))],
  ["no calls, in a list", delta({ content: "Hi you.", tool_calls: [] }) + delta({ tool_calls: null }) + ENDED, {}],
  ["text before the calls", SAID + calls({ index: 0, id: "a", function: { name: "f", arguments: "{}" } }) + CALLS_END, { calls: [f({})], finish: "tool-calls" }],
];

const ERRORS: readonly Habit[] = ([
  ["an error object", event({ error: { message: "boom", type: "server_error", code: 500 } })],
  ["an error alone", "data: {\"error\":{\"message\":\"boom\"}}\n\n"],
  ["an error as text", "data: {\"error\":\"boom\"}\n\n"],
  ["a named event", "event: error\ndata: {\"error\":{\"message\":\"boom\"}}\n\n"],
  ["a named event of its own form", "event: error\ndata: {\"code\":\"500\",\"message\":\"boom\",\"request_id\":\"r\"}\n\n"],
  ["an error that is the object", "data: {\"object\":\"error\",\"message\":\"boom\",\"type\":\"BadRequestError\",\"code\":400}\n\n" + DONE],
  ["code and msg", "data: {\"code\":50505,\"msg\":\"boom\",\"data\":null}\n\n"],
  ["base_resp", "data: {\"id\":\"c\",\"choices\":null,\"base_resp\":{\"status_code\":1002,\"status_msg\":\"boom\"}}\n\n" + DONE],
  ["a detail", "data: {\"detail\":\"boom\"}\n\n"],
  ["a list of errors", "data: {\"errors\":[{\"code\":1,\"message\":\"boom\"}]}\n\n"],
  ["an error with an empty choice", event({ choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }], error: { code: 502, message: "boom" } })],
] as const).flatMap(([name, failed]): Habit[] => [
  [`${name}, at once`, failed, { error: "boom" }], [`${name}, after some text`, SAID + delta({ content: "!" }) + delta({ content: "?" }) + failed, { error: "boom" }],
]);

const flags = flagsOf("openai-compatible");

describe.each([["usage", USAGES], ["chunks", CHUNKS], ["reasons", REASONS], ["thoughts", THOUGHTS], ["tools", TOOLS]] as const)("%s", (_group, habits) => {
  test.each(habits)("%s", (_name, stream, more) => {
    const expected = { ...PLAIN, ...more };
    for (const pieces of framings(stream)) {
      expect(hear(decode("openai-chat", pieces, flags))).toEqual(expected);
      const passed = pass("openai-chat", pieces, flags);
      expect(passed.heard).toEqual(expected);
      expect(passed.facts).toMatchObject({ complete: true, content: true });
      expect(metered(passed.facts)).toEqual(expected.usage);
    }
    for (const format of FORMATS) expect([format, convert("openai-chat", format, [Buffer.from(stream)], flags).heard]).toEqual([format, heardBy(format, expected)]);
    // The same, although no stream was asked for.
    expect(passWhole("openai-chat", Buffer.from(stream), flags).heard).toEqual(expected);
    for (const format of FORMATS) expect([format, convertWhole("openai-chat", format, Buffer.from(stream), flags).heard]).toEqual([format, heardBy(format, expected)]);
  });
});

/** Not every format has a word of its own for every end. */
const heardBy = (format: string, heard: Heard): Heard => {
  if (heard.finish === "content-filter" && format === "anthropic") return { ...heard, finish: "refusal" };
  if (heard.finish === "context-full" && format !== "anthropic") return { ...heard, finish: "length" };
  return heard;
};

test("usage behind the end is metered, and told where the end is ours", () => {
  const pieces = [Buffer.from(SAID + delta({}, "stop") + DONE + USAGE)];
  expect(metered(pass("openai-chat", pieces, flags).facts)).toEqual([5, 7]);
  for (const format of FORMATS) expect([format, convert("openai-chat", format, pieces, flags).heard]).toEqual([format, PLAIN]);
});

test.each([
  ["addresses", { citations: ["https://a.example", "https://b.example"] }, [{ url: "https://a.example" }, { url: "https://b.example" }]],
  ["results", { citations: ["https://a.example"], search_results: [{ title: "A", url: "https://a.example", date: "2026-01-01" }] }, [{ url: "https://a.example", title: "A" }]],
])("sources of the whole answer: %s", (_name, sources, expected) => {
  const stream = Buffer.from((SAID + ENDED).replaceAll("\"model\"", `${JSON.stringify(sources).slice(1, -1)},"model"`));
  const cited = decode("openai-chat", [stream], flags).flatMap((event) => (event.type === "citation" ? [event.citation] : []));
  expect(cited).toMatchObject(expected);
  for (const format of FORMATS) expect([format, convert("openai-chat", format, [stream], flags).heard]).toEqual([format, PLAIN]);
  for (const format of ["openai-chat", "openai-responses", "anthropic", "gemini"] as const) expect(convert("openai-chat", format, [stream], flags).sent).toContain("https://a.example");
});

describe("errors in place of an answer, or in its middle", () => {
  test.each(ERRORS)("%s", (_name, stream, { error }) => {
    for (const pieces of framings(stream)) {
      expect(hear(decode("openai-chat", pieces, flags)).error).toBe(error);
      const { facts } = pass("openai-chat", pieces, flags);
      expect(facts.error?.message).toBe(error);
    }
    for (const format of FORMATS) expect([format, convert("openai-chat", format, [Buffer.from(stream)], flags).facts.error?.message]).toEqual([format, error]);
    expect(passWhole("openai-chat", Buffer.from(stream), flags).facts.error?.message).toBe(error);
  });
});
