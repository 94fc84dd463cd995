import { encodeError as encodeOpenAiError } from "#relay/dialects/openai-kit/errors.ts";
import type { RelayError } from "#relay/errors.ts";

export { encodeError } from "#relay/dialects/openai-kit/errors.ts";

/** The `error` member of a response that failed: of its codes these three can be meant by us. */
export type ResponseFailure = Readonly<{ code: "server_error" | "rate_limit_exceeded" | "invalid_prompt"; message: string }>;

/** What `response.failed` says of an error, once `response.created` was sent. */
export function responseFailure(error: RelayError, requestId: string): ResponseFailure {
  const { status } = error;
  const code = status === 429 ? "rate_limit_exceeded" : status < 500 ? "invalid_prompt" : "server_error";
  return { code, message: `${error.message} (request id: ${requestId})` };
}

/** An error inside a stream for which no response object can be told. @param sequenceNumber the next of the stream */
export function encodeStreamError(error: RelayError, requestId: string, sequenceNumber = 0): string {
  const { code, message, param } = encodeOpenAiError(error, requestId).error;
  return `event: error\ndata: ${JSON.stringify({ type: "error", code, message, param, sequence_number: sequenceNumber })}\n\n`;
}
