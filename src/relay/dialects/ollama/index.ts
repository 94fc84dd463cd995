import type { UpstreamCodec } from "#relay/canonical/codec.ts";
import { encodeRequest } from "#relay/dialects/ollama/encode-request.ts";
import { ReplyReader } from "#relay/dialects/ollama/reply-reader.ts";
import { NdjsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";

/** Ollama's own chat; spoken by the vendor alone. @see Ollama API reference */
export const ollamaUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: () => objectDecoder(new NdjsonStream(), new ReplyReader(), true),
  decodeReply: (body) => decodeWhole(body, objectDecoder(new NdjsonStream(), new ReplyReader())),
};
