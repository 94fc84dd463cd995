import type { ClientCodec, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { Dialect } from "#relay/dialects/dialect.ts";
import { decodeRequest } from "#relay/dialects/anthropic/decode-request.ts";
import { encodeRequest } from "#relay/dialects/anthropic/encode-request.ts";
import { encodeError, encodeStreamError } from "#relay/dialects/anthropic/errors.ts";
import { forward } from "#relay/dialects/anthropic/forward.ts";
import { passBody } from "#relay/dialects/anthropic/pass-body.ts";
import { passRequest } from "#relay/dialects/anthropic/pass-request.ts";
import { AnthropicPassStream } from "#relay/dialects/anthropic/pass-stream.ts";
import { AnthropicStreamEncoder, encodeReply } from "#relay/dialects/anthropic/reply.ts";
import { AnthropicStreamDecoder, decodeReply } from "#relay/dialects/anthropic/stream-decoder.ts";

/** Anthropic messages, as clients speak them. */
export const anthropicClient: ClientCodec = {
  decodeRequest,
  streamEncoder: (options) => new AnthropicStreamEncoder(options),
  encodeReply,
  encodeStreamError,
};

/** Anthropic messages, as vendors speak them. */
export const anthropicUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: (options) => new AnthropicStreamDecoder(options),
  decodeReply,
};

/** Anthropic messages from a client to a vendor that speaks them too. */
export const anthropic: Dialect = {
  id: "anthropic",
  encodeError,
  encodeStreamError,
  passStream: (options) => new AnthropicPassStream(options),
  passBody: (body, options) => passBody(body, options),
  passRequest,
  forward,
};
