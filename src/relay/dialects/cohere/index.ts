import type { UpstreamCodec } from "#relay/canonical/codec.ts";
import { encodeRequest } from "#relay/dialects/cohere/encode-request.ts";
import { ReplyReader } from "#relay/dialects/cohere/reply-reader.ts";
import { SseJsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";

/** Cohere's chat, version 2; spoken by the vendor alone. @see Cohere API reference, "Chat" (v2) */
export const cohereUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: ({ restore }) => objectDecoder(new SseJsonStream(), new ReplyReader(restore)),
  decodeReply: (body, { restore }) => decodeWhole(body, objectDecoder(new SseJsonStream(), new ReplyReader(restore))),
};
