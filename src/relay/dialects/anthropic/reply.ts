import type { ReplyOptions, StreamEncoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { accumulate } from "#relay/dialects/anthropic/accumulate.ts";
import { MessageWriter } from "#relay/dialects/anthropic/message-writer.ts";
import { asWire, listOf, textOf, type Wire } from "#relay/dialects/anthropic/wire.ts";

/** One event as it stands on the wire. */
export const eventText = (event: Wire): string => `event: ${textOf(event.type) ?? ""}\ndata: ${JSON.stringify(event)}\n\n`;

export const MESSAGE_STOP = eventText({ type: "message_stop" });

/** Writes an answer as a stream. */
export class AnthropicStreamEncoder implements StreamEncoder {
  private readonly writer: MessageWriter;

  constructor(options: ReplyOptions) {
    this.writer = new MessageWriter(options);
  }

  push(event: CanonicalEvent): string {
    return this.writer.push(event).map(eventText).join("");
  }

  tail(): string {
    return MESSAGE_STOP;
  }
}

/** Writes an answer in one piece. */
export function encodeReply(events: readonly CanonicalEvent[], options: ReplyOptions): Wire {
  const writer = new MessageWriter(options);
  const message = accumulate(events.flatMap((event) => writer.push(event))) ?? {};
  return { ...message, content: listOf(message.content).map((block) => finished(asWire(block))) };
}

/** A text's sources are null where it has none. */
function finished(block: Wire): Wire {
  return block.type === "text" ? { ...block, citations: block.citations ?? null } : block;
}
