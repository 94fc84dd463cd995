import type { Channel } from "#snapshot/snapshot.ts";
import { begin, json, type Script, type VendorCall } from "./vendor.ts";

/** What a vendor has to say, whatever protocol it speaks. */
export type Say = Readonly<{ text: string } | { tool: Readonly<{ id: string; name: string; arguments: object }> }>;
export type Protocol = "chat" | "responses" | "messages" | "gemini";
export const PROTOCOLS: readonly Protocol[] = ["chat", "responses", "messages", "gemini"];

/** Ten tokens in and five out, in every protocol's own words. */
export const INPUT = 10, OUTPUT = 5;

/** A channel whose vendor speaks this protocol. @param origin of the vendor, without a path */
export function channelOf(protocol: Protocol, origin: string): Partial<Channel> & { baseUrl: string } {
  switch (protocol) {
    case "chat":
      return { provider: "openai-compatible", baseUrl: `${origin}/v1` };
    case "responses":
      return { provider: "openai", protocol: "responses", baseUrl: `${origin}/v1` };
    case "messages":
      return { provider: "anthropic", baseUrl: origin };
    case "gemini":
      return { provider: "gemini", protocol: "gemini", baseUrl: `${origin}/v1beta/openai` };
  }
}

/** Answers in the protocol that the address stands for; `cut` = the connection breaks in the middle of the stream. */
export const speaks = (say: (call: VendorCall) => Say, cut = false): Script => (call) => {
  const protocol = protocolOf(call.path);
  const isStream = protocol === "gemini" ? call.path.includes(":streamGenerateContent") : call.body.stream === true;
  const what = say(call);
  if (!isStream) return json(call, 200, WHOLE[protocol](what));
  begin(call);
  const events = STREAMS[protocol](what);
  if (!cut) return call.response.end(events.join(""));
  call.response.write(events.slice(0, CUT_BEHIND[protocol]).join(""), () => setImmediate(() => call.response.destroy()));
};

/** An answer by its address: what a vendor of that protocol would send. */
export function repliesTo(path: string, body: Readonly<Record<string, unknown>> | undefined, say: Say): Readonly<{ type: string; pieces: readonly (string | Buffer)[] }> {
  const protocol = protocolOf(path);
  const isStream = protocol === "gemini" ? path.includes(":streamGenerateContent") : body?.stream === true;
  return isStream ? { type: "text/event-stream", pieces: STREAMS[protocol](say) } : { type: "application/json", pieces: [JSON.stringify(WHOLE[protocol](say))] };
}

function protocolOf(path: string): Protocol {
  if (path.includes("/chat/completions")) return "chat";
  if (path.includes("/responses")) return "responses";
  return path.includes("/messages") ? "messages" : "gemini";
}

type Words = Record<Protocol, (say: Say) => readonly string[]>;
const data = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
const named = (body: { type: string; sequence_number?: number }): string => `event: ${body.type}\n${data(body)}`;
/** The first word of two. */
const halves = (text: string): readonly [string, string] => [text.slice(0, text.indexOf(" ") + 1), text.slice(text.indexOf(" ") + 1)];

const CHAT_HEAD = { id: "chatcmpl-1", created: 1_700_000_000, model: "up-model" };
const CHAT_USAGE = { prompt_tokens: INPUT, completion_tokens: OUTPUT, total_tokens: INPUT + OUTPUT };
const RESPONSES_USAGE = { input_tokens: INPUT, input_tokens_details: { cached_tokens: 0 }, output_tokens: OUTPUT, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: INPUT + OUTPUT };
const GEMINI_USAGE = { promptTokenCount: INPUT, candidatesTokenCount: OUTPUT, totalTokenCount: INPUT + OUTPUT };
const messagesUsage = (output: number): object => ({ input_tokens: INPUT, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: output });

const responseItem = (say: Say, status: string): object => ("text" in say
  ? { type: "message", id: "msg_1", status, role: "assistant", content: status === "completed" ? [{ type: "output_text", text: say.text, annotations: [], logprobs: [] }] : [] }
  : { type: "function_call", id: "fc_1", status, call_id: say.tool.id, name: say.tool.name, arguments: status === "completed" ? JSON.stringify(say.tool.arguments) : "" });
const response = (status: string, output: readonly object[]): object =>
  ({ id: "resp_1", object: "response", created_at: 1_700_000_000, status, model: "up-model", output, error: null, incomplete_details: null, usage: status === "completed" ? RESPONSES_USAGE : null });

const WHOLE: Readonly<Record<Protocol, (say: Say) => object>> = {
  chat: (say) => ({
    ...CHAT_HEAD, object: "chat.completion", usage: CHAT_USAGE,
    choices: ["text" in say
      ? { index: 0, message: { role: "assistant", content: say.text }, finish_reason: "stop" }
      : { index: 0, message: { role: "assistant", content: null, tool_calls: [{ id: say.tool.id, type: "function", function: { name: say.tool.name, arguments: JSON.stringify(say.tool.arguments) } }] }, finish_reason: "tool_calls" }],
  }),
  responses: (say) => response("completed", [responseItem(say, "completed")]),
  messages: (say) => ({
    id: "msg_1", type: "message", role: "assistant", model: "up-model", stop_sequence: null, usage: messagesUsage(OUTPUT),
    ...("text" in say
      ? { content: [{ type: "text", text: say.text }], stop_reason: "end_turn" }
      : { content: [{ type: "tool_use", id: say.tool.id, name: say.tool.name, input: say.tool.arguments }], stop_reason: "tool_use" }),
  }),
  gemini: (say) => geminiReply([geminiPart(say)], true),
};

const geminiPart = (say: Say): object => ("text" in say ? { text: say.text } : { functionCall: { id: say.tool.id, name: say.tool.name, args: say.tool.arguments } });
const geminiReply = (parts: readonly object[], last: boolean): object => ({
  candidates: [{ index: 0, content: { role: "model", parts }, ...(last && { finishReason: "STOP" }) }],
  ...(last && { usageMetadata: GEMINI_USAGE }), modelVersion: "up-model", responseId: "r-1",
});

/** How many events of a text come before a cut: the first half of it has been said. */
const CUT_BEHIND: Readonly<Record<Protocol, number>> = { chat: 2, responses: 5, messages: 3, gemini: 1 };

const STREAMS: Words = {
  chat(say) {
    const chunk = (delta: object, finish_reason: string | null = null): string => data({ ...CHAT_HEAD, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
    const said = "text" in say
      ? [...halves(say.text).map((content) => chunk({ content })), chunk({}, "stop")]
      : [
        chunk({ tool_calls: [{ index: 0, id: say.tool.id, type: "function", function: { name: say.tool.name, arguments: "" } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(say.tool.arguments) } }] }), chunk({}, "tool_calls"),
      ];
    return [chunk({ role: "assistant", content: "" }), ...said, data({ ...CHAT_HEAD, object: "chat.completion.chunk", choices: [], usage: CHAT_USAGE }), "data: [DONE]\n\n"];
  },
  responses(say) {
    const place = { item_id: "text" in say ? "msg_1" : "fc_1", output_index: 0 };
    const inner = "text" in say
      ? [
        { type: "response.content_part.added", ...place, content_index: 0, part: { type: "output_text", text: "", annotations: [] } },
        ...halves(say.text).map((delta) => ({ type: "response.output_text.delta", ...place, content_index: 0, delta, logprobs: [] })),
        { type: "response.output_text.done", ...place, content_index: 0, text: say.text, logprobs: [] },
        { type: "response.content_part.done", ...place, content_index: 0, part: { type: "output_text", text: say.text, annotations: [] } },
      ]
      : [
        { type: "response.function_call_arguments.delta", ...place, delta: JSON.stringify(say.tool.arguments) },
        { type: "response.function_call_arguments.done", ...place, name: say.tool.name, arguments: JSON.stringify(say.tool.arguments) },
      ];
    return [
      { type: "response.created", response: response("in_progress", []) },
      { type: "response.in_progress", response: response("in_progress", []) },
      { type: "response.output_item.added", output_index: 0, item: responseItem(say, "in_progress") },
      ...inner,
      { type: "response.output_item.done", output_index: 0, item: responseItem(say, "completed") },
      { type: "response.completed", response: response("completed", [responseItem(say, "completed")]) },
    ].map((body, sequence_number) => named({ ...body, sequence_number }));
  },
  messages(say) {
    const block = "text" in say ? { type: "text", text: "" } : { type: "tool_use", id: say.tool.id, name: say.tool.name, input: {} };
    const deltas = "text" in say
      ? halves(say.text).map((text) => ({ type: "text_delta", text }))
      : [{ type: "input_json_delta", partial_json: JSON.stringify(say.tool.arguments) }];
    return [
      { type: "message_start", message: { id: "msg_1", type: "message", role: "assistant", model: "up-model", content: [], stop_reason: null, stop_sequence: null, usage: messagesUsage(1) } },
      { type: "content_block_start", index: 0, content_block: block },
      ...deltas.map((delta) => ({ type: "content_block_delta", index: 0, delta })),
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "text" in say ? "end_turn" : "tool_use", stop_sequence: null }, usage: { output_tokens: OUTPUT } },
      { type: "message_stop" },
    ].map((body) => named(body));
  },
  gemini(say) {
    if (!("text" in say)) return [data(geminiReply([geminiPart(say)], true))];
    const [first, second] = halves(say.text);
    return [data(geminiReply([{ text: first }], false)), data(geminiReply([{ text: second }], true))];
  },
};
