import { begin, json, type VendorCall } from "./vendor.ts";

export type Block = Readonly<{ type: string; [member: string]: unknown }>;

type Answer = Readonly<{ content?: readonly Block[]; stop?: string; usage?: Readonly<Record<string, unknown>> }>;

const INPUT = { input_tokens: 10, cache_creation_input_tokens: 40, cache_read_input_tokens: 900 };

export const messageEvent = ({ response }: VendorCall, body: Readonly<{ type: string; [member: string]: unknown }>): void =>
  void response.write(`event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`);

export const opening = (call: VendorCall): void =>
  messageEvent(call, {
    type: "message_start",
    message: { id: "msg_vendor", type: "message", role: "assistant", model: call.body.model, content: [], stop_reason: null, stop_sequence: null, usage: { ...INPUT, output_tokens: 1 } },
  });

/** An answer as Anthropic gives it, streamed if that was asked for. */
export function messages(call: VendorCall, { content = [{ type: "text", text: "Hello there" }], stop = "end_turn", usage = { output_tokens: 5 } }: Answer = {}): void {
  if (call.body.stream !== true) {
    json(call, 200, { id: "msg_vendor", type: "message", role: "assistant", model: call.body.model, content, stop_reason: stop, stop_sequence: null, usage: { ...INPUT, ...usage } });
    return;
  }
  begin(call);
  opening(call);
  messageEvent(call, { type: "ping" });
  for (const [index, block] of content.entries()) {
    const [empty, deltas] = inPieces(block);
    messageEvent(call, { type: "content_block_start", index, content_block: empty });
    for (const delta of deltas) messageEvent(call, { type: "content_block_delta", index, delta });
    messageEvent(call, { type: "content_block_stop", index });
  }
  messageEvent(call, { type: "message_delta", delta: { stop_reason: stop, stop_sequence: null }, usage });
  messageEvent(call, { type: "message_stop" });
  call.response.end();
}

const halves = (text: string): readonly string[] => [text.slice(0, text.length / 2), text.slice(text.length / 2)];

function inPieces(block: Block): readonly [opening: Block, deltas: readonly Block[]] {
  switch (block.type) {
    case "text":
      return [{ ...block, text: "" }, halves(String(block.text)).map((text) => ({ type: "text_delta", text }))];
    case "thinking":
      return [
        { ...block, thinking: "", signature: "" },
        [...halves(String(block.thinking)).map((thinking) => ({ type: "thinking_delta", thinking })), { type: "signature_delta", signature: block.signature }],
      ];
    case "tool_use":
      return [{ ...block, input: {} }, halves(JSON.stringify(block.input)).map((partial_json) => ({ type: "input_json_delta", partial_json }))];
    default:
      return [block, []];
  }
}

/** As Anthropic refuses. */
export const refusal = (call: VendorCall, status: number, type: string, message: string): void =>
  json(call, status, { type: "error", error: { type, message }, request_id: "req_vendor" });
