import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { readTokenUsage } from "#relay/dialects/plain-kit/token-usage.ts";
import { DATA, EVENT } from "#relay/dialects/stream-kit/named-stream.ts";
import { asWire, isWire, parseWire, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const USAGE = { input: "input_count", output: "output_count" } as const;

/** Reads the events of a chat with a bot; a whole object in their place is an error, whatever its status. */
export class ReplyReader {
  readonly #write = new EventWriter();
  /** Messages that came in pieces. */
  readonly #said = new Set<string>();

  take(wire: Wire): readonly CanonicalEvent[] {
    if (typeof wire[DATA] === "string") this.#event(textOf(wire[EVENT]), parseWire(textOf(wire[DATA])) ?? {});
    else if (wire.code !== undefined && wire.code !== 0) this.#fail(wire);
    return this.#write.take();
  }

  #event(name: string, data: Wire): void {
    switch (name) {
      case "conversation.chat.created": case "conversation.chat.in_progress":
        this.#write.start({ id: textOf(data.id), model: "", ...(typeof data.created_at === "number" && data.created_at > 0 && { created: data.created_at }) });
        break;
      case "conversation.message.delta":
        this.#message(data);
        break;
      case "conversation.message.completed":
        // The whole of what came in pieces, but for messages that are not written piece by piece.
        if (!this.#said.has(textOf(data.id))) this.#message(data);
        break;
      case "conversation.chat.completed":
        this.#end(data);
        break;
      case "conversation.chat.requires_action":
        this.#write.error({ code: "requires_action", message: "The bot wants a tool run that lies with its owner." });
        break;
      case "conversation.chat.failed":
        this.#fail(isWire(data.last_error) ? data.last_error : data);
        break;
      case "error":
        this.#fail(data);
        break;
      default:
    }
  }

  #message(data: Wire): void {
    if (data.type !== "answer") return;
    this.#write.start({ id: textOf(data.chat_id), model: "" });
    this.#write.reasoning(textOf(data.reasoning_content));
    const text = textOf(data.content);
    if (text !== "") this.#said.add(textOf(data.id));
    this.#write.text(text);
  }

  #end(data: Wire): void {
    this.#write.start({ id: textOf(data.id), model: "" });
    const counted = readTokenUsage(asWire(data.usage), USAGE);
    if (counted) this.#write.usage(counted.usage, counted.inconsistent);
    this.#write.end("stop", { native: "completed" });
  }

  #fail(wire: Wire): void {
    this.#write.error({ ...(wire.code !== undefined && { code: String(wire.code) }), message: textOf(wire.msg) || textOf(wire.message) || "The bot gave no answer." });
  }
}
