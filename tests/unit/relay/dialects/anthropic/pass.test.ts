import { expect, test } from "vitest";
import type { PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { anthropic } from "#relay/dialects/anthropic/index.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import { providers } from "#relay/providers/index.ts";

const OPTIONS: PassOptions = {
  operation: "chat", publicModel: "shop", upstreamModel: "claude-x", clientWantsUsage: true, rewriteModel: true, flags: providers.get("openai")!.flags,
};
const event = (value: Readonly<{ type: string; [member: string]: unknown }>): string => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
const START = event({
  type: "message_start",
  message: { id: "msg_1", type: "message", role: "assistant", model: "claude-x-2026", content: [], usage: { input_tokens: 10, cache_read_input_tokens: 900, output_tokens: 1 } },
});
const OPEN = event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
const text = (said: string): string => event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: said } });
const CLOSE = event({ type: "content_block_stop", index: 0 });
const DELTA = event({ type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 57 } });
const STOP = event({ type: "message_stop" });

function pass(parts: readonly (string | Buffer)[], over: Partial<PassOptions> = {}): { out: string; tail: string; facts: ReplyFacts } {
  const stream = anthropic.passStream({ ...OPTIONS, ...over });
  const out = parts.flatMap((part) => [...stream.push(Buffer.from(part))]);
  out.push(...stream.end());
  return { out: Buffer.concat(out).toString(), tail: stream.tail().toString(), facts: stream.facts };
}
const bytes = (whole: string): readonly Buffer[] => [...Buffer.from(whole)].map((byte) => Buffer.from([byte]));
const renamed = (whole: string): string => whole.replace('"claude-x-2026"', '"shop"');

test("the end is withheld, the name is put in, the opening's output is no count", () => {
  const { out, tail, facts } = pass([START + OPEN, text("héllo 你"), text("!"), CLOSE + DELTA + STOP]);
  expect(out).toBe(renamed(START + OPEN + text("héllo 你") + text("!") + CLOSE + DELTA));
  expect(tail).toBe(STOP);
  expect(facts).toMatchObject({
    usage: { inputUncached: 10, cacheRead: 900, outputText: 57 }, usageInconsistent: false, finish: "stop", content: true, complete: true, id: "msg_1",
    contentBytes: Buffer.byteLength("héllo 你!"), contentCjk: 1, text: ["héllo 你!"],
  });
});

test("however it is cut, the same bytes and facts come out", () => {
  const whole = [START, OPEN, text('a "quoted" \\ piece'), text("}}"), text("\n"), CLOSE, event({ type: "ping" }), DELTA, STOP].join("");
  for (const stream of [whole, whole.replaceAll("\n", "\r\n"), whole.replaceAll("\n\n", "\n\n: still here\n\n")]) {
    const [at, by] = [pass([stream]), pass(bytes(stream))];
    expect((by.out + by.tail).trimEnd()).toBe((at.out + at.tail).trimEnd());
    expect({ ...by.facts }).toMatchObject({ usage: at.facts.usage, finish: "stop", complete: true });
    expect(by.facts.text).toEqual(['a "quoted" \\ piece}}\n']);
    expect(at.facts.text).toEqual(by.facts.text);
  }
});

test("blanks that a vendor pads its events with are forwarded and hide nothing", () => {
  const padded = (said: string): string => text(said).replace("}}\n", "}          }\n");
  const { out, facts } = pass([START, OPEN, padded("one"), padded("two"), padded("three"), CLOSE, DELTA, STOP]);
  expect(out).toContain(padded("two"));
  expect(facts.text).toEqual(["onetwothree"]);
});

test("a cut stream keeps what its opening said of the input, and no output", () => {
  const { facts } = pass([START, OPEN, text("half")]);
  expect(facts.complete).toBe(false);
  expect(facts.usage).toMatchObject({ inputUncached: 10, cacheRead: 900 });
  expect(facts.usage?.outputText).toBeUndefined();
});

test("thoughts, calls and what the vendor ran are content; a call's name and arguments count as text", () => {
  const call = [
    event({ type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "toolu_1", name: "look", input: {} } }),
    event({ type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: "" } }),
    event({ type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: '{"a"' } }),
    event({ type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: ":1}" } }),
  ];
  expect(pass([START, ...call]).facts).toMatchObject({ content: true, text: ['look{"a":1}'] });
  expect(pass([START, event({ type: "content_block_start", index: 0, content_block: { type: "server_tool_use", id: "s", name: "web_search", input: {} } })]).facts.content).toBe(true);
  expect(pass([START, OPEN]).facts.content).toBe(false);
});

test("an error in the stream ends what is forwarded and tells its status", () => {
  const error = event({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
  const { out, facts } = pass([START + OPEN + text("a") + error, text("b"), STOP]);
  expect(out).toBe(renamed(START + OPEN + text("a")));
  expect(facts.error).toEqual({ status: 529, type: "overloaded_error", message: "Overloaded" });
});

test("a message that is opened twice is opened once; OpenAI's terminator is no event of this format", () => {
  const { out, facts } = pass([START + START + OPEN + text("a") + CLOSE + DELTA, "data: [DONE]\n\n"]);
  expect(out).toBe(renamed(START + OPEN + text("a") + CLOSE + DELTA));
  expect(facts.complete).toBe(true);
});

test("a whole message in place of a stream goes on as a stream", () => {
  const message = { id: "msg_2", type: "message", role: "assistant", model: "m", content: [{ type: "text", text: "hi" }], stop_reason: "max_tokens", stop_sequence: null, usage: { input_tokens: 3, output_tokens: 2 } };
  const { out, tail, facts } = pass([JSON.stringify(message)]);
  const again = pass([out + tail]);
  expect(again.facts).toMatchObject({ text: ["hi"], finish: "length", usage: { inputUncached: 3, outputText: 2 }, complete: true });
  expect(facts).toMatchObject({ text: ["hi"], finish: "length", id: "msg_2" });
  expect(out).toContain('"model":"shop"');
});

test("what is no stream at all is said to be none", () => {
  expect(() => pass(["<html>"])).toThrow(/page/);
  expect(() => pass(["data: nonsense\n\n"])).toThrow(/not JSON/);
  expect(() => pass(["{}"])).toThrow(/no answer/);
});

test("a body keeps every byte but the model's name; an error in it is one; a stream in its place is put together", () => {
  const body = '{ "model" : "claude-x",  "id":"msg_3", "content":[{"type":"text","text":"hi"}], "stop_reason":"refusal","usage":{"input_tokens":1,"output_tokens":2} }';
  const { body: out, facts } = anthropic.passBody(Buffer.from(body), OPTIONS);
  expect(out.toString()).toBe(body.replace('"claude-x"', '"shop"'));
  expect(facts).toMatchObject({ finish: "content_filter", complete: true, usage: { inputUncached: 1, outputText: 2 }, text: ["hi"] });
  expect(anthropic.passBody(Buffer.from('{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}'), OPTIONS).facts.error).toMatchObject({ status: 429 });
  const streamed = anthropic.passBody(Buffer.from(START + OPEN + text("a") + text("b") + CLOSE + DELTA + STOP), OPTIONS);
  expect(JSON.parse(streamed.body.toString())).toMatchObject({ model: "shop", content: [{ type: "text", text: "ab" }], stop_reason: "end_turn", usage: { input_tokens: 10, output_tokens: 57 } });
});

test("a request is spliced: model, cap, its user's name; what is the shop's own goes", () => {
  const body = Buffer.from('{"model":"shop","max_tokens":500,"messages":[{"role":"user","content":"hi"}],"metadata":{"user_id":"ann"},"service_tier":"auto","models":["s"]}');
  const parts = anthropic.passRequest(scanRequest(body, "chat", { dialect: "anthropic" }), body, { upstreamModel: "claude-x", maxTokens: 99, flags: OPTIONS.flags });
  const sent = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
  expect(Object.keys(sent).sort()).toEqual(["max_tokens", "messages", "metadata", "model"]);
  expect(sent).toMatchObject({ model: "claude-x", max_tokens: 99, metadata: { user_id: expect.stringMatching(/^[0-9a-f]{32}$/) } });
});

test.each([
  '{"service_tier":"auto","model":"m","max_tokens":1,"messages":[1]}', '{"model":"m","max_tokens":1,"messages":[1] , "service_tier" : "auto" , "models" : ["s"] }',
  '{"models":["s"],"service_tier":"auto","max_tokens":1,"messages":[1]}', '{"models":["s"],"max_tokens":1,"messages":[1],"service_tier":"auto"}',
])("members go with their commas: %s", (text) => {
  const body = Buffer.from(text);
  const sent = JSON.parse(Buffer.concat(anthropic.passRequest(scanRequest(body, "chat", { dialect: "anthropic", model: "m" }), body, { upstreamModel: "m", flags: OPTIONS.flags })).toString()) as object;
  expect(sent).toEqual({ model: "m", max_tokens: 1, messages: [1] });
});

test("nothing to change: the same bytes", () => {
  const body = Buffer.from('{"model":"claude-x","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}');
  const parts = anthropic.passRequest(scanRequest(body, "chat", { dialect: "anthropic" }), body, { upstreamModel: "claude-x", flags: OPTIONS.flags });
  expect(parts[0]).toBe(body);
});

test("thoughts of another vendor's model leave the history, and nothing else does", () => {
  const own = { type: "thinking", thinking: "mine", signature: "Eabc" };
  const content = [{ type: "thinking", thinking: "theirs", signature: "mm1.eyJ9" }, own, { type: "text", text: "x" }];
  const body = Buffer.from(JSON.stringify({ model: "claude-x", max_tokens: 5, messages: [{ role: "user", content: "hi" }, { role: "assistant", content }] }));
  const parts = anthropic.passRequest(scanRequest(body, "chat", { dialect: "anthropic" }), body, { upstreamModel: "claude-x", flags: OPTIONS.flags });
  const sent = JSON.parse(Buffer.concat(parts).toString()) as { messages: readonly { content: unknown }[] };
  expect(sent.messages[1]!.content).toEqual([own, { type: "text", text: "x" }]);
});

test("the edition of the format that a client speaks goes on, and nothing else of its head", () => {
  const inbound = { headers: { "anthropic-version": "2023-06-01", "anthropic-beta": "a-2025-01-01,b", cookie: "x", "x-api-key": "k" }, query: new URLSearchParams("beta=true&key=k") };
  expect(anthropic.forward!(inbound)).toEqual({ headers: { "anthropic-version": "2023-06-01", "anthropic-beta": "a-2025-01-01,b" }, query: { beta: "true" } });
  expect(anthropic.forward!({ headers: { "anthropic-version": "x\ny" }, query: new URLSearchParams() })).toEqual({ headers: {}, query: {} });
});
