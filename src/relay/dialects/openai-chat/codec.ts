import type { ClientCodec, UpstreamCodec } from "#relay/canonical/codec.ts";
import { decodeRequest } from "#relay/dialects/openai-chat/decode-request.ts";
import { encodeReply, replyId } from "#relay/dialects/openai-chat/encode-reply.ts";
import { encodeRequest } from "#relay/dialects/openai-chat/encode-request.ts";
import { ChatStreamDecoder, decodeReply } from "#relay/dialects/openai-chat/stream-decoder.ts";
import { ChatStreamEncoder } from "#relay/dialects/openai-chat/stream-encoder.ts";
import { encodeErrorEvent } from "#relay/dialects/openai-kit/errors.ts";
import type { RelayError } from "#relay/errors.ts";

/** An error inside a stream, on a chunk of the answer's own id. */
export const chatStreamError = (error: RelayError, requestId: string, id = replyId(requestId)): string =>
  encodeErrorEvent(error, requestId, { id, object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: "error" }] });

/** OpenAI's chat as clients speak it. */
export const openaiChatClient: ClientCodec = {
  decodeRequest,
  streamEncoder: (options) => new ChatStreamEncoder(options),
  encodeReply,
  encodeStreamError: (error, requestId) => chatStreamError(error, requestId),
};

/** OpenAI's chat as vendors speak it, the ways included in which its copies differ. */
export const openaiChatUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: (options) => new ChatStreamDecoder(options),
  decodeReply,
};
