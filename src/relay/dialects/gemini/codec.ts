import type { ClientCodec, UpstreamCodec } from "#relay/canonical/codec.ts";
import { decodeRequest } from "#relay/dialects/gemini/decode-request.ts";
import { encodeRequest } from "#relay/dialects/gemini/encode-request.ts";
import { encodeStreamError } from "#relay/dialects/gemini/errors.ts";
import { encodeReply, GeminiStreamEncoder } from "#relay/dialects/gemini/reply-encoder.ts";
import { decodeReply, GeminiStreamDecoder } from "#relay/dialects/gemini/stream-decoder.ts";
import { jsonObjectOf } from "#relay/dialects/gemini/wire.ts";

/** The half that clients speak. Streams are always events; @see ArrayFramer for clients that asked for an array. */
export const geminiClient: ClientCodec = {
  decodeRequest,
  streamEncoder: (options) => new GeminiStreamEncoder(options),
  encodeReply: (events, options) => jsonObjectOf(encodeReply(events, options)),
  encodeStreamError,
};

/** The half that vendors speak. */
export const geminiUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: (options) => new GeminiStreamDecoder(options),
  decodeReply,
};
