import type { DecoderOptions, StreamDecoder, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { encodeRequest } from "#relay/dialects/bedrock-converse/encode-request.ts";
import { ReplyReader } from "#relay/dialects/bedrock-converse/reply-reader.ts";
import { AwsFrames, type AwsFrame } from "#relay/dialects/stream-kit/aws-frames.ts";
import { parseWire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** Amazon Bedrock's Converse; spoken by the vendor alone. @see Amazon Bedrock API reference */
export const bedrockConverseUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: (options) => new ConverseDecoder(options),
  decodeReply(body, options) {
    const reply = parseWire(body.toString("utf8"));
    const events = reply && new ReplyReader(words(options)).whole(reply);
    if (!events) throw new RelayError("bad_upstream_response", "The upstream's reply holds no answer.");
    return events;
  },
};

const words = ({ restore }: DecoderOptions) => (restore ? { restore } : {});

class ConverseDecoder implements StreamDecoder {
  readonly ownFraming = true;
  readonly #frames = new AwsFrames();
  readonly #reader: ReplyReader;

  constructor(options: DecoderOptions) {
    this.#reader = new ReplyReader(words(options));
  }

  push(chunk: Buffer): readonly CanonicalEvent[] {
    return this.#frames.push(chunk).flatMap((frame) => this.#read(frame));
  }

  end(): readonly CanonicalEvent[] {
    return this.#reader.close();
  }

  #read({ kind, exception, payload }: AwsFrame): readonly CanonicalEvent[] {
    const event = parseWire(payload.toString("utf8"));
    if (event === undefined) throw new RelayError("bad_upstream_response", "The upstream sent a frame that is not JSON.");
    return exception ? this.#reader.fail(kind, event) : this.#reader.take(kind, event);
  }
}
