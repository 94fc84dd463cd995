import { clientCodecs } from "#relay/dialects/codecs.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import type { Script } from "./vendor.ts";

export type Protocol = Extract<WireFormat, "openai-chat" | "openai-responses" | "anthropic" | "gemini">;

const start: CanonicalEvent = { type: "start", id: "vendor-id-1", model: "up-model-2026" };
const usage: CanonicalEvent = { type: "usage", usage: { inputUncached: 10, outputText: 5 } };

/** "Hello, 你好 world" in three pieces. */
export const TEXT: readonly CanonicalEvent[] = [
  start, { type: "text-delta", index: 0, text: "Hello, " }, { type: "text-delta", index: 0, text: "你好" }, { type: "text-delta", index: 0, text: " world" },
  { type: "block-end", index: 0 }, usage, { type: "end", finish: "stop" },
];

/** A thought, then two calls side by side. */
export const CALLS: readonly CanonicalEvent[] = [
  start, { type: "text-delta", index: 0, text: "Let me look." }, { type: "block-end", index: 0 },
  { type: "tool-start", index: 1, id: "call_one", name: "weather" }, { type: "tool-delta", index: 1, arguments: '{"city":' }, { type: "tool-delta", index: 1, arguments: '"Bern"}' }, { type: "block-end", index: 1 },
  { type: "tool-start", index: 2, id: "call_two", name: "clock" }, { type: "tool-delta", index: 2, arguments: "{}" }, { type: "block-end", index: 2 },
  usage, { type: "end", finish: "tool-calls" },
];

/** Says these events as a vendor of this protocol does, whole or streamed as it is asked. */
export function says(protocol: Protocol, events: readonly CanonicalEvent[]): Script {
  return ({ path, body, response }) => {
    const codec = clientCodecs[protocol]!;
    const stream = body.stream === true || path.includes("streamGenerateContent");
    const options: ReplyOptions = {
      model: "up-model-2026", requestId: "req_vendor", createdAt: 1_700_000_000, includeUsage: true, inputTokensEstimate: 10,
      request: codec.decodeRequest(body as JsonObject, { model: "up-model", stream, betas: [] }),
    };
    if (!stream) {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(codec.encodeReply(events, options)));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const encoder = codec.streamEncoder(options);
    for (const event of events) {
      const piece = encoder.push(event);
      if (piece !== "") response.write(piece);
    }
    if (events.at(-1)?.type === "end") response.end(encoder.tail());
    else response.end();
  };
}
