import type { ClientCodec, UpstreamCodec } from "#relay/canonical/codec.ts";
import { decodeRequest } from "#relay/dialects/openai-responses/decode-request.ts";
import { encodeRequest } from "#relay/dialects/openai-responses/encode-request.ts";
import { encodeStreamError } from "#relay/dialects/openai-responses/errors.ts";
import { decodeReply, ResponsesStreamDecoder } from "#relay/dialects/openai-responses/stream-decoder.ts";
import { ResponsesStreamEncoder } from "#relay/dialects/openai-responses/stream-encoder.ts";

export const openaiResponsesClient: ClientCodec = {
  decodeRequest,
  streamEncoder: (options) => new ResponsesStreamEncoder(options),
  encodeReply(events, options) {
    const encoder = new ResponsesStreamEncoder(options);
    for (const event of events) encoder.push(event);
    return encoder.response;
  },
  encodeStreamError,
};

export const openaiResponsesUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: (options) => new ResponsesStreamDecoder(options),
  decodeReply,
};
