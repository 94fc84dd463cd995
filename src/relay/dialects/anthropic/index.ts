import type { ClientCodec, UpstreamCodec } from "#relay/canonical/codec.ts";
import { decodeRequest } from "#relay/dialects/anthropic/decode-request.ts";
import { encodeRequest } from "#relay/dialects/anthropic/encode-request.ts";
import { encodeStreamError } from "#relay/dialects/anthropic/errors.ts";
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
