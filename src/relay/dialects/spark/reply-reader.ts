import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { readTokenUsage } from "#relay/dialects/plain-kit/token-usage.ts";
import { asWire, isWire, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const USAGE = { input: "prompt_tokens", output: "completion_tokens" } as const;
const LAST = 2;

/** Reads Spark's frames: each has a header with a code and whether it is the last. */
export class ReplyReader {
  readonly #write = new EventWriter();

  take(wire: Wire): readonly CanonicalEvent[] {
    const header = asWire(wire.header);
    if (typeof header.code === "number" && header.code !== 0) this.#write.error({ code: String(header.code), message: textOf(header.message) });
    else if (isWire(wire.header)) this.#frame(header, asWire(wire.payload));
    // What is no frame says what went wrong before there was one.
    else this.#write.error({ message: textOf(wire.message) || "The vendor answered with no frame." });
    return this.#write.take();
  }

  #frame(header: Wire, payload: Wire): void {
    this.#write.start({ id: textOf(header.sid), model: "" });
    const choices = asWire(payload.choices);
    for (const said of listOf(choices.text)) {
      this.#write.reasoning(textOf(asWire(said).reasoning_content));
      this.#write.text(textOf(asWire(said).content));
    }
    const counted = readTokenUsage(asWire(payload.usage).text, USAGE);
    if (counted) this.#write.usage(counted.usage, counted.inconsistent);
    if (header.status === LAST || choices.status === LAST) this.#write.end("stop", { native: "stop" });
  }
}
