import { expect, test } from "vitest";
import type { PassOptions } from "#relay/dialects/dialect.ts";
import { openaiResponses } from "#relay/dialects/openai-responses/index.ts";
import { RelayError } from "#relay/errors.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";

const OPTIONS: PassOptions = { operation: "chat", publicModel: "shop", upstreamModel: "up", clientWantsUsage: true, rewriteModel: true, flags: DEFAULT_FLAGS };
const event = (value: Readonly<{ type: string; [member: string]: unknown }>): string => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;

const USAGE = { input_tokens: 5, input_tokens_details: { cached_tokens: 2 }, output_tokens: 3, output_tokens_details: { reasoning_tokens: 1 }, total_tokens: 8 };
const MESSAGE = { id: "msg_1", type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "héllo 你", annotations: [] }] };
const CALL = { id: "fc_1", type: "function_call", status: "completed", call_id: "call_1", name: "look", arguments: "{}" };
const WHOLE = { id: "resp_1", object: "response", model: "up", status: "completed", store: false, previous_response_id: null, metadata: { model: "up" }, output: [MESSAGE, CALL], usage: USAGE };
const CREATED = { type: "response.created", response: { ...WHOLE, status: "in_progress", output: [], usage: null }, sequence_number: 0 };
const DELTA = { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: "héllo 你", sequence_number: 1 };
const DONE = { type: "response.completed", response: WHOLE, sequence_number: 2 };

function pass(text: string, over: Partial<PassOptions> = {}) {
  const stream = openaiResponses.passStream({ ...OPTIONS, ...over });
  const out = [...stream.push(Buffer.from(text)), ...stream.end()];
  return { stream, out: Buffer.concat(out).toString(), tail: stream.tail().toString(), facts: stream.facts };
}

test("only the response's own model is put in another's place, and what stands in metadata stays", () => {
  const { out, tail, facts } = pass(event(CREATED) + event(DELTA) + event(DONE));
  const shown = { ...WHOLE, model: "shop" };
  expect(out).toBe(event({ ...CREATED, response: { ...CREATED.response, model: "shop" } }) + event(DELTA));
  expect(tail).toBe(event({ ...DONE, response: shown }));
  expect(facts).toMatchObject({
    id: "resp_1", finish: "tool_calls", complete: true, content: true, contentBytes: Buffer.byteLength("héllo 你"), contentCjk: 1, text: ["héllo 你"],
    usage: { inputUncached: 3, cacheRead: 2, outputText: 2, reasoning: 1 },
  });
});

test("what the shop keeps in mind is told, whatever the vendor knows of it", () => {
  const { out, tail } = pass(event(CREATED) + event(DONE), { reply: { store: true, previousResponseId: "resp_0" } });
  for (const sent of (out + tail).split("\n").filter((line) => line.startsWith("data: "))) {
    expect((JSON.parse(sent.slice(6)) as typeof DONE).response).toMatchObject({ model: "shop", store: true, previous_response_id: "resp_0" });
  }
});

test("a whole response in the place of a stream becomes one", () => {
  const { out, tail, facts } = pass(JSON.stringify(WHOLE));
  const types = [...(out + tail).matchAll(/^event: (.*)$/gm)].map(([, type]) => type);
  expect(types).toEqual([
    "response.created", "response.in_progress",
    "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.done", "response.content_part.done", "response.output_item.done",
    "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done",
    "response.completed",
  ]);
  expect(tail).toContain('"model":"shop"');
  expect(facts).toMatchObject({ complete: true, content: true, usage: { outputText: 2 } });
});

test("a stream in the place of a whole response becomes one", () => {
  const { body, facts } = openaiResponses.passBody(Buffer.from(event(CREATED) + event(DELTA) + event(DONE)), OPTIONS);
  expect(JSON.parse(body.toString())).toEqual({ ...WHOLE, model: "shop" });
  expect(facts).toMatchObject({ complete: true, finish: "tool_calls" });
});

test.each([
  ["an error event", event({ type: "error", code: "rate_limit_exceeded", message: "Slow." }), { status: 429, code: "rate_limit_exceeded" }],
  ["a response that failed", event({ type: "response.failed", response: { ...WHOLE, status: "failed", error: { code: "server_error", message: "Oh." } } }), { status: 500, code: "server_error" }],
  ["an error without a type", 'data: {"error":{"code":"context_length_exceeded","message":"Too long."}}\n\n', { status: 400, code: "context_length_exceeded" }],
])("%s is a fact and is not passed", (_, wire, error) => {
  const { out, facts } = pass(event(CREATED) + wire);
  expect(out).not.toContain("Slow");
  expect(out.match(/^event:/gm)).toHaveLength(1);
  expect(facts).toMatchObject({ complete: false, error });
});

test("a stream that ends without its last event is not complete", () => {
  expect(pass(event(CREATED) + event(DELTA)).facts.complete).toBe(false);
  const unfinished = pass(event(CREATED) + event(DONE).trimEnd());
  expect(unfinished.facts.complete).toBe(true);
  expect(unfinished.tail.endsWith("\n\n")).toBe(true);
});

test.each([["a page", "<html></html>"], ["garbage", "data: {oh\n\n"]])("%s is no stream", (_, wire) => {
  expect(() => pass(wire)).toThrow(RelayError);
});

test("a break is told as the response that failed, numbered on", () => {
  const { stream } = pass(event(CREATED) + event(DELTA));
  const told = stream.fail!(new RelayError("upstream_timeout", "Too slow."), "req_1")!;
  expect(JSON.parse(told.split("\ndata: ")[1]!)).toMatchObject({ type: "response.failed", sequence_number: 2, response: { id: "resp_1", model: "shop", status: "failed", error: { code: "server_error" } } });
});
