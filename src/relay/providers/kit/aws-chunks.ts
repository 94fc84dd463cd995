import type { PassStream } from "#relay/dialects/dialect.ts";
import { AwsFrames, type AwsFrame } from "#relay/dialects/stream-kit/aws-frames.ts";
import { parseWire, textOf } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";
import type { ReplyReader } from "#relay/providers/provider.ts";

const bad = (message: string): RelayError => new RelayError("bad_upstream_response", message);

/** Reads Anthropic's events out of Amazon's frames: each holds the JSON of one event, which goes on untouched. */
export const unwrapChunks = (reader: ReplyReader): ReplyReader => ({
  passBody: reader.passBody,
  passStream(options) {
    const inner = reader.passStream(options);
    return new UnwrappedStream(inner);
  },
});

class UnwrappedStream implements PassStream {
  readonly #inner: PassStream;
  readonly #frames = new AwsFrames();
  /** A whole message or a page, in the place of frames. */
  #plain: boolean | undefined;

  constructor(inner: PassStream) {
    this.#inner = inner;
  }

  get facts(): PassStream["facts"] {
    return this.#inner.facts;
  }

  headed(contentType: string | undefined): void {
    this.#inner.headed?.(contentType);
  }

  /** @throws RelayError bad_upstream_response where a frame is damaged or holds no event */
  push(chunk: Buffer): readonly Buffer[] {
    // Frames begin with their length, of which the first byte is 0: they are not that long.
    this.#plain ??= chunk.length > 0 ? chunk[0] !== 0 : undefined;
    if (this.#plain === true) return this.#inner.push(chunk);
    const events = this.#frames.push(chunk).map(eventOf).join("");
    return events === "" ? NOTHING : this.#inner.push(Buffer.from(events));
  }

  end(): readonly Buffer[] {
    return this.#inner.end();
  }

  tail(): Buffer {
    return this.#inner.tail();
  }

  fail(...said: Parameters<NonNullable<PassStream["fail"]>>): string | undefined {
    return this.#inner.fail?.(...said);
  }
}

const NOTHING: readonly Buffer[] = [];

/** What the vendor would have answered with, had it not begun with 200. */
const STATUS: Readonly<Record<string, number>> = {
  throttlingexception: 429, validationexception: 400, serviceunavailableexception: 503, internalserverexception: 500, modelstreamerrorexception: 502, modeltimeoutexception: 504,
};

function eventOf({ kind, exception, payload }: AwsFrame): string {
  const wire = parseWire(payload.toString("utf8"));
  if (wire === undefined) throw bad("The upstream sent a frame that is not JSON.");
  if (exception) return written({ type: "error", error: { type: kind, code: STATUS[kind.toLowerCase()] ?? 500, message: textOf(wire.message) || "The model stopped with an error." } });
  // Later kinds of frames say nothing that is needed.
  if (typeof wire.bytes !== "string") return "";
  const json = Buffer.from(wire.bytes, "base64").toString("utf8");
  const event = parseWire(json);
  if (event === undefined) throw bad("The upstream sent an event that is not JSON.");
  return `event: ${textOf(event.type)}\ndata: ${json.replaceAll(/[\r\n]+/g, " ")}\n\n`;
}

const written = (event: Readonly<{ type: string; error: object }>): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
