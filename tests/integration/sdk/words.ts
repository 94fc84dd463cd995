import { frame, VENDOR_PROTOCOLS, vendorChannel, type VendorProtocol } from "../relay/vendor-protocols.ts";
import { channelOf, PROTOCOLS, type Protocol } from "../relay/protocols.ts";
import type { ShopOptions } from "../relay/shop.ts";
import type { Script, VendorCall } from "../relay/vendor.ts";

export type Call = Readonly<{ id: string; name: string; arguments: object }>;
/** An answer, whatever protocol it is told in: a thought, words, calls of tools, in this order. */
export type Said = Readonly<{ thought?: string; text?: string; calls?: readonly Call[] }>;
export type Upstream = Protocol | VendorProtocol;
export const UPSTREAMS: readonly Upstream[] = [...PROTOCOLS, ...VENDOR_PROTOCOLS];

/** Tokens in and out, in every protocol's own words. */
export const INPUT = 12, OUTPUT = 7;
export const SIGNATURE = "c2lnbmVkIGJ5IHRoZSB2ZW5kb3I=";

export const channelFor = (upstream: Upstream, origin: string): ShopOptions["channels"][number] =>
  (isVendors(upstream) ? vendorChannel(upstream, origin) : channelOf(upstream, origin));

const isVendors = (upstream: Upstream): upstream is VendorProtocol => (VENDOR_PROTOCOLS as readonly string[]).includes(upstream);

type Words = Readonly<{ type: string; isStream(call: Pick<VendorCall, "path" | "body">): boolean; whole(said: Said): object; stream(said: Said): readonly (string | Buffer)[] }>;

const EVENTS = "text/event-stream";
const byFlag: Words["isStream"] = ({ body }) => body.stream === true;
const data = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
const named = (body: { type: string }): string => `event: ${body.type}\n${data(body)}`;
/** Text in pieces of a few characters, as models say it. */
const pieces = (text: string): readonly string[] => text.match(/[\s\S]{1,6}/gu) ?? [];

const CHAT_HEAD = { id: "chatcmpl-1", created: 1_700_000_000, model: "up-model" };
const CHAT_USAGE = { prompt_tokens: INPUT, completion_tokens: OUTPUT, total_tokens: INPUT + OUTPUT };
const chatFinish = ({ calls }: Said): string => (calls ? "tool_calls" : "stop");

const CHAT: Words = {
  type: EVENTS, isStream: byFlag,
  whole: (said) => ({
    ...CHAT_HEAD, object: "chat.completion", usage: CHAT_USAGE,
    choices: [{
      index: 0, finish_reason: chatFinish(said),
      message: {
        role: "assistant", content: said.text ?? null, ...(said.thought !== undefined && { reasoning_content: said.thought }),
        ...(said.calls && { tool_calls: said.calls.map(({ id, name, arguments: given }) => ({ id, type: "function", function: { name, arguments: JSON.stringify(given) } })) }),
      },
    }],
  }),
  stream(said) {
    const chunk = (delta: object, finish_reason: string | null = null): string => data({ ...CHAT_HEAD, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
    return [
      chunk({ role: "assistant", content: "" }),
      ...pieces(said.thought ?? "").map((reasoning_content) => chunk({ reasoning_content })),
      ...pieces(said.text ?? "").map((content) => chunk({ content })),
      ...(said.calls ?? []).flatMap(({ id, name, arguments: given }, index) => [
        chunk({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
        ...pieces(JSON.stringify(given)).map((text) => chunk({ tool_calls: [{ index, function: { arguments: text } }] })),
      ]),
      chunk({}, chatFinish(said)), data({ ...CHAT_HEAD, object: "chat.completion.chunk", choices: [], usage: CHAT_USAGE }), "data: [DONE]\n\n",
    ];
  },
};

const RESPONSES_USAGE = { input_tokens: INPUT, input_tokens_details: { cached_tokens: 0 }, output_tokens: OUTPUT, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: INPUT + OUTPUT };
const response = (status: string, output: readonly object[]): object =>
  ({ id: "resp_1", object: "response", created_at: 1_700_000_000, status, model: "up-model", output, error: null, incomplete_details: null, usage: status === "completed" ? RESPONSES_USAGE : null });

/** One item of a response's output: how it begins, the events in between, how it ends. */
type Item = Readonly<{ begun: object; between: readonly { type: string }[]; done: object }>;

function responseItems({ thought, text, calls = [] }: Said): readonly Item[] {
  const items: Item[] = [];
  const at = (id: string): object => ({ item_id: id, output_index: items.length });
  if (thought !== undefined) {
    const place = { ...at("rs_1"), summary_index: 0 }, part = { type: "summary_text", text: thought };
    const head = { type: "reasoning", id: "rs_1", encrypted_content: SIGNATURE };
    items.push({
      begun: { ...head, summary: [] }, done: { ...head, summary: [part] },
      between: [
        { type: "response.reasoning_summary_part.added", ...place, part: { ...part, text: "" } }, ...pieces(thought).map((delta) => ({ type: "response.reasoning_summary_text.delta", ...place, delta })),
        { type: "response.reasoning_summary_text.done", ...place, text: thought }, { type: "response.reasoning_summary_part.done", ...place, part },
      ] as { type: string }[],
    });
  }
  if (text !== undefined) {
    const place = { ...at("msg_1"), content_index: 0 }, part = { type: "output_text", text, annotations: [], logprobs: [] };
    const head = { type: "message", id: "msg_1", role: "assistant" };
    items.push({
      begun: { ...head, status: "in_progress", content: [] }, done: { ...head, status: "completed", content: [part] },
      between: [
        { type: "response.content_part.added", ...place, part: { ...part, text: "" } }, ...pieces(text).map((delta) => ({ type: "response.output_text.delta", ...place, delta, logprobs: [] })),
        { type: "response.output_text.done", ...place, text, logprobs: [] }, { type: "response.content_part.done", ...place, part },
      ] as { type: string }[],
    });
  }
  for (const { id, name, arguments: given } of calls) {
    const place = at(`fc_${id}`), written = JSON.stringify(given), head = { type: "function_call", id: `fc_${id}`, call_id: id, name };
    items.push({
      begun: { ...head, status: "in_progress", arguments: "" }, done: { ...head, status: "completed", arguments: written },
      between: [
        ...pieces(written).map((delta) => ({ type: "response.function_call_arguments.delta", ...place, delta })), { type: "response.function_call_arguments.done", ...place, name, arguments: written },
      ] as { type: string }[],
    });
  }
  return items;
}

const RESPONSES: Words = {
  type: EVENTS, isStream: byFlag,
  whole: (said) => response("completed", responseItems(said).map(({ done }) => done)),
  stream(said) {
    const items = responseItems(said);
    const events: readonly object[] = [
      { type: "response.created", response: response("in_progress", []) }, { type: "response.in_progress", response: response("in_progress", []) },
      ...items.flatMap(({ begun, between, done }, output_index) => [{ type: "response.output_item.added", output_index, item: begun }, ...between, { type: "response.output_item.done", output_index, item: done }]),
      { type: "response.completed", response: response("completed", items.map(({ done }) => done)) },
    ];
    return events.map((event, sequence_number) => named({ ...event, sequence_number } as { type: string; sequence_number: number }));
  },
};

const messagesUsage = (output_tokens: number): object => ({ input_tokens: INPUT, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens });
const messagesStop = ({ calls }: Said): string => (calls ? "tool_use" : "end_turn");
/** A block as it stands at its start and at its end, with the deltas between. */
const messageBlocks = ({ thought, text, calls = [] }: Said): readonly Readonly<{ start: object; deltas: readonly object[]; whole: object }>[] => [
  ...(thought === undefined ? [] : [{
    start: { type: "thinking", thinking: "", signature: "" }, whole: { type: "thinking", thinking: thought, signature: SIGNATURE },
    deltas: [...pieces(thought).map((thinking) => ({ type: "thinking_delta", thinking })), { type: "signature_delta", signature: SIGNATURE }],
  }]),
  ...(text === undefined ? [] : [{ start: { type: "text", text: "" }, whole: { type: "text", text }, deltas: pieces(text).map((piece) => ({ type: "text_delta", text: piece })) }]),
  ...calls.map(({ id, name, arguments: input }) => ({
    start: { type: "tool_use", id, name, input: {} }, whole: { type: "tool_use", id, name, input }, deltas: pieces(JSON.stringify(input)).map((partial_json) => ({ type: "input_json_delta", partial_json })),
  })),
];

const MESSAGES: Words = {
  type: EVENTS, isStream: byFlag,
  whole: (said) => ({ id: "msg_1", type: "message", role: "assistant", model: "up-model", stop_sequence: null, stop_reason: messagesStop(said), usage: messagesUsage(OUTPUT), content: messageBlocks(said).map(({ whole }) => whole) }),
  stream: (said) => [
    { type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "up-model", content: [], stop_reason: null, stop_sequence: null, usage: messagesUsage(1) } },
    ...messageBlocks(said).flatMap(({ start, deltas }, index) => [{ type: "content_block_start", index, content_block: start }, ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })), { type: "content_block_stop", index }]),
    { type: "message_delta", delta: { stop_reason: messagesStop(said), stop_sequence: null }, usage: { output_tokens: OUTPUT } }, { type: "message_stop" },
  ].map((event) => named(event)),
};

const geminiReply = (parts: readonly object[], last: boolean): object => ({
  candidates: [{ index: 0, content: { role: "model", parts }, ...(last && { finishReason: "STOP" }) }],
  ...(last && { usageMetadata: { promptTokenCount: INPUT, candidatesTokenCount: OUTPUT, totalTokenCount: INPUT + OUTPUT } }), modelVersion: "up-model", responseId: "r-1",
});
const geminiCalls = (calls: readonly Call[] = []): readonly object[] => calls.map(({ id, name, arguments: args }, at) => ({ functionCall: { id, name, args }, ...(at === 0 && { thoughtSignature: SIGNATURE }) }));

const GEMINI: Words = {
  type: EVENTS, isStream: ({ path }) => path.includes(":streamGenerateContent"),
  whole: ({ thought, text, calls }) => geminiReply([...(thought === undefined ? [] : [{ text: thought, thought: true }]), ...(text === undefined ? [] : [{ text }]), ...geminiCalls(calls)], true),
  stream({ thought = "", text = "", calls }) {
    const parts = [...pieces(thought).map((piece) => ({ text: piece, thought: true })), ...pieces(text).map((piece) => ({ text: piece })), ...geminiCalls(calls)];
    return parts.map((part, at) => data(geminiReply([part], at === parts.length - 1)));
  },
};

const CONVERSE_USAGE = { inputTokens: INPUT, outputTokens: OUTPUT, totalTokens: INPUT + OUTPUT };
type Converse = Readonly<{ start?: object; deltas: readonly object[]; whole: object }>;
const converseBlocks = ({ thought, text, calls = [] }: Said): readonly Converse[] => [
  ...(thought === undefined ? [] : [{ deltas: [...pieces(thought).map((piece) => ({ reasoningContent: { text: piece } })), { reasoningContent: { signature: SIGNATURE } }], whole: { reasoningContent: { reasoningText: { text: thought, signature: SIGNATURE } } } }]),
  ...(text === undefined ? [] : [{ deltas: pieces(text).map((piece) => ({ text: piece })), whole: { text } }]),
  ...calls.map(({ id: toolUseId, name, arguments: input }) => ({ start: { toolUse: { toolUseId, name } }, deltas: pieces(JSON.stringify(input)).map((piece) => ({ toolUse: { input: piece } })), whole: { toolUse: { toolUseId, name, input } } })),
];

const CONVERSE: Words = {
  type: "application/vnd.amazon.eventstream", isStream: ({ path }) => path.endsWith("-stream"),
  whole: (said) => ({ output: { message: { role: "assistant", content: converseBlocks(said).map(({ whole }) => whole) } }, stopReason: messagesStop(said), usage: CONVERSE_USAGE, metrics: { latencyMs: 1 } }),
  stream: (said) => [
    frame("messageStart", { role: "assistant" }),
    ...converseBlocks(said).flatMap(({ start, deltas }, contentBlockIndex) => [
      ...(start ? [frame("contentBlockStart", { contentBlockIndex, start })] : []), ...deltas.map((delta) => frame("contentBlockDelta", { contentBlockIndex, delta })), frame("contentBlockStop", { contentBlockIndex }),
    ]),
    frame("messageStop", { stopReason: messagesStop(said) }), frame("metadata", { usage: CONVERSE_USAGE, metrics: { latencyMs: 1 } }),
  ],
};

const COHERE_USAGE = { tokens: { input_tokens: INPUT, output_tokens: OUTPUT }, billed_units: { input_tokens: 1, output_tokens: OUTPUT } };
const cohereCall = ({ id, name, arguments: given }: Call, written = JSON.stringify(given)): object => ({ id, type: "function", function: { name, arguments: written } });
const cohereFinish = ({ calls }: Said): string => (calls ? "TOOL_CALL" : "COMPLETE");
const inMessage = (type: string, index: number, message: object): string => named({ type, index, delta: { message } } as { type: string });

const COHERE: Words = {
  type: EVENTS, isStream: byFlag,
  whole: (said) => ({
    id: "co-1", finish_reason: cohereFinish(said), usage: COHERE_USAGE,
    message: {
      role: "assistant", ...(said.calls && { tool_calls: said.calls.map((call) => cohereCall(call)) }),
      content: [...(said.thought === undefined ? [] : [{ type: "thinking", thinking: said.thought }]), ...(said.text === undefined ? [] : [{ type: "text", text: said.text }])],
    },
  }),
  stream(said) {
    const block = (index: number, type: "thinking" | "text", text: string): readonly string[] => [
      inMessage("content-start", index, { content: { type, [type]: "" } }), ...pieces(text).map((piece) => inMessage("content-delta", index, { content: { [type]: piece } })), named({ type: "content-end", index } as { type: string }),
    ];
    return [
      named({ type: "message-start", id: "co-1", delta: { message: { role: "assistant" } } } as { type: string }),
      ...(said.thought === undefined ? [] : block(0, "thinking", said.thought)), ...(said.text === undefined ? [] : block(1, "text", said.text)),
      ...(said.calls ?? []).flatMap((call, index) => [
        inMessage("tool-call-start", index, { tool_calls: cohereCall(call, "") }),
        ...pieces(JSON.stringify(call.arguments)).map((piece) => inMessage("tool-call-delta", index, { tool_calls: { function: { arguments: piece } } })), named({ type: "tool-call-end", index } as { type: string }),
      ]),
      named({ type: "message-end", delta: { finish_reason: cohereFinish(said), usage: COHERE_USAGE } } as { type: string }),
    ];
  },
};

const OLLAMA_HEAD = { model: "up-model", created_at: "2030-01-01T00:00:00.5Z" };
const OLLAMA_END = { done: true, done_reason: "stop", prompt_eval_count: INPUT, eval_count: OUTPUT };
const ollamaCalls = ({ calls }: Said): object => (calls ? { tool_calls: calls.map(({ name, arguments: given }) => ({ function: { name, arguments: given } })) } : {});
const line = (message: object, more: object = { done: false }): string => `${JSON.stringify({ ...OLLAMA_HEAD, message: { role: "assistant", content: "", ...message }, ...more })}\n`;

const OLLAMA: Words = {
  type: "application/x-ndjson", isStream: byFlag,
  whole: (said) => ({ ...OLLAMA_HEAD, message: { role: "assistant", content: said.text ?? "", ...(said.thought !== undefined && { thinking: said.thought }), ...ollamaCalls(said) }, ...OLLAMA_END }),
  stream: (said) => [...pieces(said.thought ?? "").map((thinking) => line({ thinking })), ...pieces(said.text ?? "").map((content) => line({ content })), ...(said.calls ? [line(ollamaCalls(said))] : []), line({}, OLLAMA_END)],
};

const WORDS: Readonly<Record<Upstream, Words>> = { chat: CHAT, responses: RESPONSES, messages: MESSAGES, gemini: GEMINI, converse: CONVERSE, cohere: COHERE, ollama: OLLAMA };

/** The bytes of a streamed answer. */
export const streamsOf = (upstream: Upstream, said: Said): Buffer => Buffer.concat(WORDS[upstream].stream(said).map((piece) => Buffer.from(piece)));
/** An answer in one piece. */
export const wholeOf = (upstream: Upstream, said: Said): object => WORDS[upstream].whole(said);

/** Answers as a vendor of this protocol does, whole or streamed as it is asked; `hang` = it stops in the middle and waits. */
export const tells = (upstream: Upstream, say: (call: VendorCall) => Said, hang = false): Script => (call) => {
  const words = WORDS[upstream], said = say(call);
  if (!words.isStream(call)) return call.response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(words.whole(said)));
  call.response.writeHead(200, { "content-type": words.type });
  const all = words.stream(said).map((piece) => Buffer.from(piece));
  if (!hang) return call.response.end(Buffer.concat(all));
  return call.response.write(Buffer.concat(all.slice(0, -3)));
};
