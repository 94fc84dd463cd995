import { describe, expect, it, test } from "vitest";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { openaiResponsesClient, openaiResponsesUpstream } from "#relay/dialects/openai-responses/index.ts";
import { RelayError } from "#relay/errors.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import { readSchemas } from "../../../../support/openapi.ts";
import type { SchemaCheck } from "../../../../support/openapi.ts";
import { readRecording, recordings } from "../../../../support/recordings.ts";
import { sharedDir } from "../../../../support/shared.ts";

type Sent = JsonObject & Readonly<{ type: string; sequence_number: number; response?: JsonObject; item?: JsonObject }>;

const request = openaiResponsesClient.decodeRequest({
  model: "shop", input: "Hi", instructions: "Be brief.", stream: true, metadata: { a: "b" }, max_output_tokens: 100,
  tools: [{ type: "function", name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } }, { type: "custom", name: "shell" }],
}, { betas: [] });
const options: ReplyOptions = { model: "shop", requestId: "req_01K2ABC", createdAt: 1_700_000_000, includeUsage: true, request, inputTokensEstimate: 3 };

function encode(events: readonly CanonicalEvent[], over: Partial<ReplyOptions> = {}): Readonly<{ out: string; tail: string; sent: readonly Sent[] }> {
  const encoder = openaiResponsesClient.streamEncoder({ ...options, ...over });
  const out = events.map((event) => encoder.push(event)).join("");
  const tail = encoder.tail();
  const sent = (out + tail).split("\n\n").filter((block) => block !== "").map((block) => {
    const [name, data] = block.split("\n");
    const event = JSON.parse(data!.slice("data: ".length)) as Sent;
    expect(name).toBe(`event: ${event.type}`);
    return event;
  });
  return { out, tail, sent };
}

function decode(text: string): readonly CanonicalEvent[] {
  const decoder = openaiResponsesUpstream.streamDecoder({ flags: DEFAULT_FLAGS });
  return [...decoder.push(Buffer.from(text)), ...decoder.end()];
}

const USAGE = { inputUncached: 10, cacheRead: 5, outputText: 7, reasoning: 3 };
const START: CanonicalEvent = { type: "start", id: "resp_1", model: "shop", created: 1_700_000_001 };
const END: CanonicalEvent = { type: "end", finish: "stop", usage: USAGE };
const text = (index: number, ...pieces: string[]): CanonicalEvent[] =>
  [...pieces.map((piece): CanonicalEvent => ({ type: "text-delta", index, text: piece })), { type: "block-end", index }];

const TURN: readonly CanonicalEvent[] = [
  START,
  { type: "reasoning-delta", index: 0, text: "Let me ", summary: true },
  { type: "reasoning-delta", index: 0, text: "see.", summary: true },
  { type: "reasoning-proof", index: 0, proof: { family: "openai", value: "gAAAA" }, id: "rs_1" },
  { type: "block-end", index: 0 },
  { type: "text-delta", index: 1, text: "Look " },
  { type: "citation", index: 1, citation: { kind: "url", url: "https://a.example", title: "A", start: 0, end: 4 } },
  { type: "text-delta", index: 1, text: "here 你" },
  { type: "block-end", index: 1 },
  { type: "tool-start", index: 2, id: "call_1", name: "weather" },
  { type: "tool-delta", index: 2, arguments: '{"city":' },
  { type: "tool-delta", index: 2, arguments: '"Rome"}' },
  { type: "block-end", index: 2 },
  { type: "tool-start", index: 3, id: "call_2", name: "shell", custom: true },
  { type: "tool-delta", index: 3, arguments: "ls -l" },
  { type: "block-end", index: 3 },
  { type: "usage", usage: USAGE },
  { type: "end", finish: "tool-calls", usage: USAGE },
];

test("events come in the format's order, numbered without a gap; the last one is withheld", () => {
  const { out, tail, sent } = encode(TURN);
  expect(sent.map(({ sequence_number }) => sequence_number)).toEqual(sent.map((_, at) => at));
  expect(sent.map(({ type }) => type.replace("response.", ""))).toEqual([
    "created", "in_progress",
    "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta", "reasoning_summary_text.delta",
    "reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done",
    "output_item.added", "content_part.added", "output_text.delta", "output_text.annotation.added", "output_text.delta",
    "output_text.done", "content_part.done", "output_item.done",
    "output_item.added", "function_call_arguments.delta", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done",
    "output_item.added", "custom_tool_call_input.delta", "custom_tool_call_input.done", "output_item.done",
    "completed",
  ]);
  expect(out).not.toContain("response.completed");
  expect(tail).toMatch(/^event: response\.completed\n/);
  const response = sent.at(-1)!.response!;
  expect(response).toMatchObject({
    id: "resp_1", model: "shop", status: "completed", created_at: 1_700_000_001, metadata: { a: "b" }, max_output_tokens: 100, instructions: "Be brief.",
    usage: { input_tokens: 15, input_tokens_details: { cached_tokens: 5 }, output_tokens: 10, output_tokens_details: { reasoning_tokens: 3 }, total_tokens: 25 },
    output: [
      { type: "reasoning", summary: [{ type: "summary_text", text: "Let me see." }], encrypted_content: "gAAAA" },
      { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "Look here 你", annotations: [{ type: "url_citation", url: "https://a.example", title: "A", start_index: 0, end_index: 4 }] }] },
      { type: "function_call", call_id: "call_1", name: "weather", arguments: '{"city":"Rome"}', status: "completed" },
      { type: "custom_tool_call", call_id: "call_2", name: "shell", input: "ls -l" },
    ],
  });
  // The same, whole.
  expect(openaiResponsesClient.encodeReply(TURN, options)).toEqual(response);
});

/** Ids that the encoder makes up, and what a citation keeps of its wire form. */
const known = (events: readonly CanonicalEvent[]): readonly unknown[] => events.map((event) => {
  if (event.type === "reasoning-proof") return { ...event, id: undefined };
  if (event.type === "citation") return { ...event, citation: { ...event.citation, raw: undefined } };
  return event.type === "end" ? { ...event, native: undefined, usage: undefined } : event.type === "usage" ? { type: "usage" } : event;
});

test("what is written for a client is read back as the same events", () => {
  const { out, tail } = encode(TURN);
  expect(known(decode(out + tail))).toEqual(known(TURN));
  const whole = openaiResponsesClient.encodeReply(TURN, options);
  const events = openaiResponsesUpstream.decodeReply(Buffer.from(JSON.stringify(whole)), { flags: DEFAULT_FLAGS });
  expect(encode(events).sent.at(-1)!.response).toEqual({ ...whole });
});

test.each([
  ["stop", "completed", null],
  ["tool-calls", "completed", null],
  ["length", "incomplete", { reason: "max_output_tokens" }],
  ["content-filter", "incomplete", { reason: "content_filter" }],
] as const)("finish %s is status %s", (finish, status, incomplete) => {
  const { sent } = encode([START, ...text(0, "a"), { type: "end", finish }]);
  expect(sent.at(-1)).toMatchObject({ type: `response.${status}`, response: { status, incomplete_details: incomplete } });
  const item = (sent.at(-1)!.response!.output as JsonObject[])[0]!;
  expect(item.status).toBe(status);
});

test("a refusal is a part of its own", () => {
  const { out, tail, sent } = encode([START, { type: "refusal-delta", index: 0, text: "I can't." }, { type: "block-end", index: 0 }, { type: "end", finish: "refusal" }]);
  expect(sent.at(-1)!.response!.output).toMatchObject([{ type: "message", content: [{ type: "refusal", refusal: "I can't." }] }]);
  expect(decode(out + tail).at(-1)).toMatchObject({ type: "end", finish: "refusal" });
});

test("proofs of other vendors come back from the client as they went out", () => {
  const { sent } = encode([
    START,
    { type: "reasoning-delta", index: 0, text: "Hm." }, { type: "reasoning-proof", index: 0, proof: { family: "anthropic", value: "sig.1" } }, { type: "block-end", index: 0 },
    { type: "reasoning-proof", index: 1, redacted: "blob" }, { type: "block-end", index: 1 },
    { type: "tool-start", index: 2, id: "c", name: "weather", proof: { family: "gemini", value: "th" } }, { type: "block-end", index: 2 },
    { ...END, finish: "tool-calls" },
  ]);
  const output = sent.at(-1)!.response!.output as JsonObject[];
  const again = openaiResponsesClient.decodeRequest({ model: "shop", input: output }, { betas: [] });
  expect(again.messages).toEqual([{
    role: "assistant",
    parts: [
      { type: "reasoning", text: "Hm.", summary: true, id: expect.any(String) as string, proof: { family: "anthropic", value: "sig.1" } },
      { type: "reasoning", text: "", id: expect.any(String) as string, redacted: "blob", proof: { family: "anthropic", value: "blob" } },
      { type: "tool-call", id: "c", name: "weather", arguments: "{}", proof: { family: "gemini", value: "th" } },
    ],
  }]);
});

test("a stream that breaks tells the response that failed, or the error alone where none had begun", () => {
  const error = new RelayError("upstream_timeout", "Too slow.");
  const encoder = openaiResponsesClient.streamEncoder(options);
  expect(encoder.fail!(error, "req_1")).toMatch(/^event: error\ndata: \{"type":"error","code":"upstream_timeout".*"sequence_number":0\}\n\n$/);
  encoder.push(START);
  encoder.push({ type: "text-delta", index: 0, text: "Half" });
  const sent = JSON.parse(encoder.fail!(error, "req_1").split("\ndata: ")[1]!) as Sent;
  expect(sent).toMatchObject({ type: "response.failed", sequence_number: 5, response: { id: "resp_1", status: "failed", error: { code: "server_error" }, output: [{ content: [{ text: "Half" }] }] } });
});

test.each([
  ["an error event", 'event: error\ndata: {"type":"error","code":"rate_limit_exceeded","message":"Slow down.","param":null,"sequence_number":3}\n\n', { status: 429, code: "rate_limit_exceeded", message: "Slow down." }],
  ["an error within an event", 'data: {"type":"error","error":{"type":"invalid_request_error","code":"context_length_exceeded","message":"Too long."}}\n\n', { status: 400, code: "context_length_exceeded", type: "invalid_request_error", message: "Too long." }],
  ["a failed response", 'data: {"type":"response.failed","response":{"id":"resp_1","model":"m","status":"failed","error":{"code":"server_error","message":"Oh."},"output":[]}}\n\n', { status: 500, code: "server_error", message: "Oh." }],
])("%s ends the stream with an error", (_, wire, error) => {
  expect(decode(wire).at(-1)).toEqual({ type: "error", error });
});

test("a stream that is cut has no end", () => {
  const { out } = encode(TURN);
  expect(decode(out).some(({ type }) => type === "end")).toBe(false);
});

test("what no delta told is taken from the event that repeats it", () => {
  const item = { id: "fc_1", type: "function_call", call_id: "call_1", name: "weather", arguments: '{"city":"Rome"}', status: "completed" };
  const message = { id: "msg_1", type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "Hi", annotations: [] }] };
  const events = [
    { type: "response.created", response: { id: "resp_1", model: "m", output: [] } },
    { type: "response.output_item.added", output_index: 0, item: { ...item, arguments: "" } },
    { type: "response.function_call_arguments.done", output_index: 0, arguments: item.arguments },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: { id: "resp_1", model: "m", status: "completed", output: [item, message] } },
  ];
  expect(decode(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""))).toEqual([
    { type: "start", id: "resp_1", model: "m" },
    { type: "tool-start", index: 0, id: "call_1", name: "weather" },
    { type: "tool-delta", index: 0, arguments: item.arguments },
    { type: "block-end", index: 0 },
    { type: "text-delta", index: 1, text: "Hi" },
    { type: "block-end", index: 1 },
    { type: "end", finish: "tool-calls", native: "completed" },
  ]);
});

/** What the Open Responses specification wants in every response object, and what may not be null there. */
const MEMBERS = [
  "id", "object", "created_at", "completed_at", "status", "incomplete_details", "model", "previous_response_id", "instructions", "output", "error", "tools",
  "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p", "presence_penalty", "frequency_penalty", "top_logprobs", "temperature", "reasoning",
  "usage", "max_output_tokens", "max_tool_calls", "store", "background", "service_tier", "metadata", "safety_identifier", "prompt_cache_key", "user",
];
const NEVER_NULL = ["top_p", "temperature", "presence_penalty", "frequency_penalty", "top_logprobs", "service_tier", "store", "background", "tool_choice", "truncation", "text", "tools", "parallel_tool_calls"];

test("a response object has every member there is", () => {
  for (const { response } of encode(TURN).sent) {
    if (!response) continue;
    for (const member of MEMBERS) expect(response, member).toHaveProperty(member);
    for (const member of NEVER_NULL) expect(response[member], member).not.toBeNull();
    for (const tool of response.tools as JsonObject[]) if (tool.type === "function") expect(typeof tool.strict).toBe("boolean");
  }
});

const shared = sharedDir();
/** A vendor says null where its own document knows only the value itself: `user`, and `usage` while it is not known. */
const NULLS = ["user", "usage"];
/** Items that we make; what a vendor did with tools of its own is handed on in the vendor's words, which need not be OpenAI's. */
const OURS: readonly unknown[] = ["message", "reasoning", "function_call", "custom_tool_call"];

function checkEvent(check: SchemaCheck, names: ReadonlyMap<string, string>, event: Sent): void {
  const { response, ...rest } = event;
  if (event.item && !OURS.includes(event.item.type)) return;
  const told = Object.entries(response ?? {}).filter(([key, value]) => value !== null || !NULLS.includes(key))
    .map(([key, value]) => [key, key === "output" ? (value as JsonObject[]).filter(({ type }) => OURS.includes(type)) : value] as const);
  const bare = response ? { ...rest, response: Object.fromEntries(told) } : event;
  expect(check(names.get(event.type) ?? "ResponseStreamEvent", bare), JSON.stringify(event)).toEqual([]);
}

describe.skipIf(!shared)("against OpenAI's own description (needs ../shared)", () => {
  const check: SchemaCheck = shared ? readSchemas(shared, "openai.json") : () => [];
  const names = new Map([
    ["response.created", "ResponseCreatedEvent"], ["response.completed", "ResponseCompletedEvent"], ["response.incomplete", "ResponseIncompleteEvent"],
    ["response.output_item.added", "ResponseOutputItemAddedEvent"], ["response.output_item.done", "ResponseOutputItemDoneEvent"],
  ]);

  it("every event is valid", () => {
    for (const event of encode(TURN).sent) checkEvent(check, names, event);
  });

  const all = shared ? recordings(shared, ["openai-responses"]).filter(({ status, dir }) => status === 200 && dir.includes("/responses/")) : [];
  it.each(all.map((recording) => [recording.dir, recording] as const))("%s, read and written anew, is valid and says the same", (_, recording) => {
    const { bytes } = readRecording(shared!, recording);
    const events = recording.streaming ? decode(bytes.toString()) : openaiResponsesUpstream.decodeReply(bytes, { flags: DEFAULT_FLAGS });
    const { out, tail, sent } = encode(events);
    expect(sent.map(({ sequence_number }) => sequence_number)).toEqual(sent.map((_event, at) => at));
    const added = sent.filter(({ type }) => type === "response.output_item.added").length;
    expect(sent.filter(({ type }) => type === "response.output_item.done").length).toBe(added);
    for (const event of sent) checkEvent(check, names, event);
    expect(said(decode(out + tail))).toEqual(said(events));
  });
});

/** Texts, calls and proofs in their order. */
function said(events: readonly CanonicalEvent[]): readonly unknown[] {
  const blocks = new Map<number, { kind: string; text: string }>();
  for (const event of events) {
    if (!("index" in event)) continue;
    const block = blocks.get(event.index) ?? { kind: event.type.split("-")[0]!, text: "" };
    blocks.set(event.index, block);
    if (event.type === "tool-start") block.text += `${event.id} ${event.name} `;
    else if (event.type === "tool-delta") block.text += event.arguments;
    else if (event.type === "text-delta" || event.type === "reasoning-delta" || event.type === "refusal-delta") block.text += event.text;
    else if (event.type === "reasoning-proof") block.text += event.proof?.value ?? event.redacted ?? "";
  }
  return [...blocks.values()];
}
