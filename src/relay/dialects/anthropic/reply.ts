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
    // Most of a stream, written as `eventText` would.
    const index = event.type === "text-delta" ? this.writer.openText(event.index) : undefined;
    if (index !== undefined) return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"text_delta","text":${JSON.stringify((event as { text: string }).text)}}}\n\n`;
    return this.writer.push(event).map(eventText).join("");
  }

  tail(): string {
    return MESSAGE_STOP;
  }
}

/** Writes an answer in one piece. */
export function encodeReply(events: readonly CanonicalEvent[], options: ReplyOptions): Wire {
  const writer = new MessageWriter(options);
  const message = accumulate(inPlace(events).flatMap((event) => writer.push(event))) ?? {};
  return { ...message, content: listOf(message.content).map((block) => finished(asWire(block))) };
}

/** Sources that were told when their text was closed already stand within it. */
function inPlace(events: readonly CanonicalEvent[]): readonly CanonicalEvent[] {
  const closed = new Map<number, number>();
  const ordered: CanonicalEvent[] = [];
  for (const event of events) {
    const end = event.type === "citation" ? closed.get(event.index) : undefined;
    if (event.type === "block-end") closed.set(event.index, ordered.length);
    if (end === undefined) ordered.push(event);
    else {
      ordered.splice(end, 0, event);
      for (const [index, at] of closed) if (at >= end) closed.set(index, at + 1);
    }
  }
  return ordered;
}

/** A text's sources are null where it has none. */
function finished(block: Wire): Wire {
  return block.type === "text" ? { ...block, citations: block.citations ?? null } : block;
}
