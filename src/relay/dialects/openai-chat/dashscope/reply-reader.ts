import type { DecoderOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Json } from "#relay/canonical/request.ts";
import { ChunkReader } from "#relay/dialects/openai-chat/chunk-reader.ts";
import { asWire, compact, isWire, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

/** So is an end called that has not come yet. */
const NOT_YET = new Set(["", "null"]);

/** Reads DashScope's objects as the chunks of OpenAI's form that they are within: pieces of a stream, or a whole reply. */
export class ReplyReader {
  readonly #chunks: ChunkReader;
  readonly #whole: boolean;

  constructor(options: DecoderOptions, whole: boolean) {
    this.#chunks = new ChunkReader(options);
    this.#whole = whole;
  }

  take(wire: Wire): readonly CanonicalEvent[] {
    if (textOf(wire.code) !== "" && !isWire(wire.output)) this.#chunks.fail({ code: textOf(wire.code), message: textOf(wire.message) });
    else this.#read(wire, asWire(wire.output));
    return this.#chunks.taken();
  }

  /** A stream that breaks off owes what was held back. */
  end(): readonly CanonicalEvent[] {
    this.#chunks.tellRest();
    return this.#chunks.taken();
  }

  #read(wire: Wire, output: Wire): void {
    const choice = asWire(listOf(output.choices)[0]);
    const message = isWire(choice.message) ? choice.message : { content: output.text ?? "" };
    const said = compact({ ...message, content: textOfContent(message.content) });
    const native = textOf(choice.finish_reason) || textOf(output.finish_reason);
    const ended = this.#whole || !NOT_YET.has(native);
    this.#chunks.read(compact({
      id: textOf(wire.request_id),
      choices: [compact({ index: 0, [this.#whole ? "message" : "delta"]: said, logprobs: choice.logprobs, finish_reason: NOT_YET.has(native) ? null : native })],
      usage: isWire(wire.usage) ? usageOf(wire.usage) : undefined,
    }), this.#whole);
    if (ended) this.#chunks.end();
  }
}

/** Text, or parts of which each says one thing. */
const textOfContent = (content: Json | undefined): string =>
  (typeof content === "string" ? content : listOf(content).map((part) => textOf(asWire(part).text)).join(""));

/** What was seen and heard is told apart in one place, what was remembered in another. */
function usageOf(usage: Wire): Wire {
  const input = { ...asWire(usage.input_tokens_details), ...asWire(usage.prompt_tokens_details) };
  return Object.keys(input).length === 0 ? usage : { ...usage, prompt_tokens_details: input };
}
