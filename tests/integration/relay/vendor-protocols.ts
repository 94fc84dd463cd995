import { crc32 } from "node:zlib";
import type { Channel } from "#snapshot/snapshot.ts";
import { INPUT, OUTPUT, type Say } from "./protocols.ts";
import { json, type Script, type VendorCall } from "./vendor.ts";

/** Protocols that vendors speak and clients do not. */
export type VendorProtocol = "converse" | "cohere" | "ollama";
export const VENDOR_PROTOCOLS: readonly VendorProtocol[] = ["converse", "cohere", "ollama"];

/** @param origin of the vendor, without a path */
export const vendorChannel = (protocol: VendorProtocol, origin: string): Partial<Channel> & { baseUrl: string } =>
  ({ provider: { converse: "bedrock", cohere: "cohere", ollama: "ollama-native" }[protocol], baseUrl: origin });

export const VENDOR_PATHS: Readonly<Record<VendorProtocol, RegExp>> = { converse: /^\/model\/up-model\/converse(?:-stream)?$/, cohere: /^\/v2\/chat$/, ollama: /^\/api\/chat$/ };

/** One frame of Amazon's event streams. @param exception the frame tells of a failure */
export function frame(kind: string, body: object, exception = false): Buffer {
  const header = (name: string, value: string): Buffer => {
    const head = Buffer.from([name.length, ...Buffer.from(name), 7, 0, 0]);
    head.writeUInt16BE(value.length, head.length - 2);
    return Buffer.concat([head, Buffer.from(value)]);
  };
  const headers = Buffer.concat([header(exception ? ":exception-type" : ":event-type", kind), header(":content-type", "application/json"), header(":message-type", exception ? "exception" : "event")]);
  const payload = Buffer.from(JSON.stringify(body));
  const out = Buffer.alloc(12 + headers.length + payload.length + 4);
  out.writeUInt32BE(out.length, 0);
  out.writeUInt32BE(headers.length, 4);
  out.writeUInt32BE(crc32(out.subarray(0, 8)), 8);
  headers.copy(out, 12);
  payload.copy(out, 12 + headers.length);
  out.writeUInt32BE(crc32(out.subarray(0, out.length - 4)), out.length - 4);
  return out;
}

const event = (body: { type: string }): Buffer => Buffer.from(`event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`);
const line = (body: object): Buffer => Buffer.from(`${JSON.stringify(body)}\n`);
const message = (content: object): object => ({ delta: { message: content } });

type Words = Readonly<{ type: string; isStream(call: Pick<VendorCall, "path" | "body">): boolean; whole(say: Say): object; stream(say: Say): readonly Buffer[] }>;

const CONVERSE_USAGE = { inputTokens: INPUT, outputTokens: OUTPUT, totalTokens: INPUT + OUTPUT };
const COHERE_USAGE = { tokens: { input_tokens: INPUT, output_tokens: OUTPUT }, billed_units: { input_tokens: 1, output_tokens: OUTPUT } };
const OLLAMA_END = { done: true, done_reason: "stop", prompt_eval_count: INPUT, eval_count: OUTPUT };
const OLLAMA_HEAD = { model: "up-model", created_at: "2030-01-01T00:00:00.5Z" };

const WORDS: Readonly<Record<VendorProtocol, Words>> = {
  converse: {
    type: "application/vnd.amazon.eventstream",
    isStream: ({ path }) => path.endsWith("-stream"),
    whole: (say) => ({
      output: { message: { role: "assistant", content: ["text" in say ? { text: say.text } : { toolUse: { toolUseId: say.tool.id, name: say.tool.name, input: say.tool.arguments } }] } },
      stopReason: "text" in say ? "end_turn" : "tool_use", usage: CONVERSE_USAGE, metrics: { latencyMs: 1 },
    }),
    stream: (say) => [
      frame("messageStart", { role: "assistant" }),
      ...("text" in say
        ? say.text.split(/(?<= )/).map((text) => frame("contentBlockDelta", { contentBlockIndex: 0, delta: { text } }))
        : [frame("contentBlockStart", { contentBlockIndex: 0, start: { toolUse: { toolUseId: say.tool.id, name: say.tool.name } } }), frame("contentBlockDelta", { contentBlockIndex: 0, delta: { toolUse: { input: JSON.stringify(say.tool.arguments) } } })]),
      frame("contentBlockStop", { contentBlockIndex: 0 }), frame("messageStop", { stopReason: "text" in say ? "end_turn" : "tool_use" }), frame("metadata", { usage: CONVERSE_USAGE, metrics: {} }),
    ],
  },
  cohere: {
    type: "text/event-stream",
    isStream: ({ body }) => body.stream === true,
    whole: (say) => ({
      id: "co-1", finish_reason: "text" in say ? "COMPLETE" : "TOOL_CALL", usage: COHERE_USAGE,
      message: { role: "assistant", ...("text" in say ? { content: [{ type: "text", text: say.text }] } : { tool_calls: [{ id: say.tool.id, type: "function", function: { name: say.tool.name, arguments: JSON.stringify(say.tool.arguments) } }] }) },
    }),
    stream: (say) => [
      event({ type: "message-start", id: "co-1", delta: { message: { role: "assistant" } } } as { type: string }),
      ...("text" in say
        ? say.text.split(/(?<= )/).map((text) => event({ type: "content-delta", index: 0, ...message({ content: { text } }) } as { type: string }))
        : [
          event({ type: "tool-call-start", index: 0, ...message({ tool_calls: { id: say.tool.id, type: "function", function: { name: say.tool.name, arguments: "" } } }) } as { type: string }),
          event({ type: "tool-call-delta", index: 0, ...message({ tool_calls: { function: { arguments: JSON.stringify(say.tool.arguments) } } }) } as { type: string }),
        ]),
      event({ type: "message-end", delta: { finish_reason: "text" in say ? "COMPLETE" : "TOOL_CALL", usage: COHERE_USAGE } } as { type: string }),
    ],
  },
  ollama: {
    type: "application/x-ndjson",
    isStream: ({ body }) => body.stream === true,
    whole: (say) => ({ ...OLLAMA_HEAD, message: ollamaMessage(say), ...OLLAMA_END }),
    stream: (say) => [
      ...("text" in say ? say.text.split(/(?<= )/).map((content) => line({ ...OLLAMA_HEAD, message: { role: "assistant", content }, done: false })) : [line({ ...OLLAMA_HEAD, message: ollamaMessage(say), done: false })]),
      line({ ...OLLAMA_HEAD, message: { role: "assistant", content: "" }, ...OLLAMA_END }),
    ],
  },
};

const ollamaMessage = (say: Say): object =>
  ({ role: "assistant", content: "text" in say ? say.text : "", ...("tool" in say && { tool_calls: [{ function: { name: say.tool.name, arguments: say.tool.arguments } }] }) });

/** An answer by its address: what a vendor of that protocol would send; undefined where it is none of these. */
export function vendorRepliesTo(path: string, body: Readonly<Record<string, unknown>> | undefined, say: Say): Readonly<{ type: string; pieces: readonly (string | Buffer)[] }> | undefined {
  const protocol = VENDOR_PROTOCOLS.find((one) => ADDRESS[one].test(path));
  if (protocol === undefined) return undefined;
  const words = WORDS[protocol];
  return words.isStream({ path, body: body ?? {} }) ? { type: words.type, pieces: words.stream(say) } : { type: "application/json", pieces: [JSON.stringify(words.whole(say))] };
}

const ADDRESS: Readonly<Record<VendorProtocol, RegExp>> = { converse: /\/converse(?:-stream)?$/, cohere: /\/v2\/chat$/, ollama: /\/api\/chat$/ };

/** Answers as such a vendor does; `cut` = the connection breaks before the answer has ended. */
export const vendorSpeaks = (protocol: VendorProtocol, say: (call: VendorCall) => Say, cut = false): Script => (call) => {
  const words = WORDS[protocol], what = say(call);
  if (!words.isStream(call)) return json(call, 200, words.whole(what));
  call.response.writeHead(200, { "content-type": words.type });
  const pieces = words.stream(what);
  if (!cut) return call.response.end(Buffer.concat(pieces));
  call.response.write(Buffer.concat(pieces.slice(0, 2)), () => setImmediate(() => call.response.destroy()));
};
