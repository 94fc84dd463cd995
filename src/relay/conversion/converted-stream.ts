import type { ReplyOptions, StreamDecoder, StreamEncoder } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { blockedAsError } from "#relay/conversion/blocked.ts";
import { ConvertedFacts } from "#relay/conversion/converted-facts.ts";
import type { ConvertedSpec } from "#relay/conversion/converted-reader.ts";
import { FirstAnswer } from "#relay/conversion/first-answer.ts";
import { CustomUnwrapper } from "#relay/conversion/unwrap-custom.ts";
import { ThoughtsInText } from "#relay/conversion/thoughts-in-text.ts";
import type { PassStream } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";

const BODY_BYTES_MAX = 32 * 1024 * 1024;
const NOTHING: readonly Buffer[] = [];
/** Tells that something came, where it holds nothing for the client: a comment is a sign of life. */
const ALIVE: readonly Buffer[] = [Buffer.from(": alive\n\n")];

/** A stream of one protocol in, the same answer as a stream of another out. */
export class ConvertedStream implements PassStream {
  readonly facts = new ConvertedFacts();
  readonly #spec: ConvertedSpec;
  readonly #decoder: StreamDecoder;
  readonly #encoder: StreamEncoder;
  readonly #unwrapper: CustomUnwrapper;
  readonly #first: FirstAnswer;
  readonly #thoughts: ThoughtsInText | undefined;
  /** A whole body in the place of a stream is gathered here. */
  #body: Buffer[] | undefined;
  #bodyBytes = 0;
  #begun = false;

  constructor(spec: ConvertedSpec, reply: ReplyOptions) {
    this.#spec = spec;
    this.#unwrapper = new CustomUnwrapper(reply.request);
    this.#first = new FirstAnswer(reply.request.origin);
    this.#thoughts = spec.thinkingToContent ? new ThoughtsInText() : undefined;
    this.#decoder = spec.upstream.streamDecoder(spec.decoder);
    this.#encoder = spec.client.streamEncoder(reply);
  }

  /** @throws RelayError bad_upstream_response when what comes is no stream of the vendor's protocol, or too large */
  push(chunk: Buffer): readonly Buffer[] {
    if (!this.#begun) this.#begin(chunk);
    if (this.#body === undefined) return this.#encode(this.#decoder.push(chunk));
    this.#body.push(chunk);
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > BODY_BYTES_MAX) throw new RelayError("bad_upstream_response", "The upstream's reply is too large.");
    return NOTHING;
  }

  end(): readonly Buffer[] {
    if (this.#body === undefined) return this.#encode(this.#decoder.end());
    return this.#encode(this.#spec.upstream.decodeReply(Buffer.concat(this.#body, this.#bodyBytes), this.#spec.decoder));
  }

  fail(error: RelayError, requestId: string): string | undefined {
    return this.#encoder.fail?.(error, requestId);
  }

  tail(): Buffer {
    return Buffer.from(this.#encoder.tail());
  }

  #begin(chunk: Buffer): void {
    const first = chunk.find((byte) => byte > 32);
    if (first === undefined) return;
    this.#begun = true;
    if (this.#decoder.ownFraming === true) return;
    if (first === 60) throw new RelayError("bad_upstream_response", "The upstream answered with a page.");
    if (first === 123 || first === 91) this.#body = [];
  }

  #encode(said: readonly CanonicalEvent[]): readonly Buffer[] {
    const events = this.#thoughts?.take(said) ?? said;
    let out = "";
    let pinged = false;
    for (const event of blockedAsError(this.#first.take(this.#unwrapper.take(events)), this.#spec.reply.request)) {
      this.facts.take(event);
      // What the vendor says of its failure is told by the relay, in its own words.
      if (event.type === "error") break;
      if (event.type === "ping") pinged = true;
      out += this.#encoder.push(event);
    }
    if (out !== "") return [Buffer.from(out)];
    return pinged ? ALIVE : NOTHING;
  }
}
