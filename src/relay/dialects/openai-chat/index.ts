import type { Dialect } from "#relay/dialects/dialect.ts";
import { chatStreamError } from "#relay/dialects/openai-chat/codec.ts";
import { burstChat } from "#relay/dialects/openai-chat/burst.ts";
import { aggregateStream } from "#relay/dialects/openai-kit/aggregate.ts";
import { encodeError } from "#relay/dialects/openai-kit/errors.ts";
import { passJsonBody } from "#relay/dialects/openai-kit/pass-body.ts";
import { spliceRequest } from "#relay/dialects/openai-kit/pass-request.ts";
import { OpenAiPassStream } from "#relay/dialects/openai-kit/pass-stream.ts";
import { looksLikeEvents } from "#relay/http/sse.ts";

export { openaiChatClient, openaiChatUpstream } from "#relay/dialects/openai-chat/codec.ts";

/** OpenAI chat completions. @see OpenAI API reference, "Chat" and "Streaming" */
export const openaiChat: Dialect = {
  id: "openai-chat",
  encodeError,
  encodeStreamError: chatStreamError,
  passStream: (options) => new OpenAiPassStream(options, { contentKey: "delta", burst: burstChat }),
  passBody: (body, options) =>
    passJsonBody(looksLikeEvents(body) ? aggregateStream(body, "chat") : body, options, "choices"),
  passRequest: spliceRequest,
};
