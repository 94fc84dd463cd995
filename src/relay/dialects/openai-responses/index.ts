import type { Dialect } from "#relay/dialects/dialect.ts";
import { encodeError, encodeStreamError } from "#relay/dialects/openai-responses/errors.ts";
import { passBody } from "#relay/dialects/openai-responses/pass-body.ts";
import { passRequest } from "#relay/dialects/openai-responses/pass-request.ts";
import { ResponsesPassStream } from "#relay/dialects/openai-responses/pass-stream.ts";

export { openaiResponsesClient, openaiResponsesUpstream } from "#relay/dialects/openai-responses/codec.ts";

/** OpenAI Responses. @see OpenAI API reference, "Responses" and "Streaming events"; the Open Responses specification */
export const openaiResponses: Dialect = {
  id: "openai-responses",
  encodeError,
  encodeStreamError: (error, requestId) => encodeStreamError(error, requestId),
  passStream: (options) => new ResponsesPassStream(options),
  passBody: (body, options) => passBody(body, options),
  passRequest,
};
