import type { UpstreamCodec } from "#relay/canonical/codec.ts";
import { encodeRequest } from "#relay/dialects/openai-chat/dashscope/encode-request.ts";
import { ReplyReader } from "#relay/dialects/openai-chat/dashscope/reply-reader.ts";
import { SseJsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";

/** DashScope's own interface for text and for what is seen and heard. @see Alibaba Cloud Model Studio, "DashScope API reference" */
export const dashscopeNativeUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: (options) => objectDecoder(new SseJsonStream(), new ReplyReader(options, false)),
  decodeReply: (body, options) => decodeWhole(body, objectDecoder(new SseJsonStream(), new ReplyReader(options, true))),
};
