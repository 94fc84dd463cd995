import type { Dialect } from "#relay/dialects/dialect.ts";
import { burstCompletion } from "#relay/dialects/openai-completions/burst.ts";
import { completionStreamError } from "#relay/dialects/openai-completions/codec.ts";
import { aggregateStream } from "#relay/dialects/openai-kit/aggregate.ts";
import { encodeError } from "#relay/dialects/openai-kit/errors.ts";
import { passJsonBody } from "#relay/dialects/openai-kit/pass-body.ts";
import { spliceRequest } from "#relay/dialects/openai-kit/pass-request.ts";
import { OpenAiPassStream } from "#relay/dialects/openai-kit/pass-stream.ts";
import { looksLikeEvents } from "#relay/http/sse.ts";

export { openaiCompletionsClient } from "#relay/dialects/openai-completions/codec.ts";

/** OpenAI's older text completions. @see OpenAI API reference, "Completions" */
export const openaiCompletions: Dialect = {
  id: "openai-completions",
  encodeError,
  encodeStreamError: completionStreamError,
  passStream: (options) => new OpenAiPassStream(options, { contentKey: "choices", burst: burstCompletion }),
  passBody: (body, options) =>
    passJsonBody(looksLikeEvents(body) ? aggregateStream(body, "completions") : body, options, "choices"),
  passRequest: spliceRequest,
};
