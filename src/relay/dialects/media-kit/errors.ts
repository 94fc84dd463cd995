import { encodeError } from "#relay/dialects/openai-kit/errors.ts";
import type { RelayError } from "#relay/errors.ts";

/** An error inside a stream of typed events. */
export function encodeTypedError(error: RelayError, requestId: string): string {
  const { message, type, code, param } = encodeError(error, requestId).error;
  return `event: error\ndata: ${JSON.stringify({ type: "error", error: { type, code, message, param } })}\n\n`;
}
