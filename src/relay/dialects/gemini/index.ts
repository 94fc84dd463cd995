import type { Dialect } from "#relay/dialects/dialect.ts";
import { encodeError, encodeStreamError } from "#relay/dialects/gemini/errors.ts";
import { passBody } from "#relay/dialects/gemini/pass-body.ts";
import { passRequest } from "#relay/dialects/gemini/pass-request.ts";
import { GeminiPassStream } from "#relay/dialects/gemini/pass-stream.ts";

export { geminiClient, geminiUpstream } from "#relay/dialects/gemini/codec.ts";

/** Google's generateContent and streamGenerateContent. @see Gemini API reference, "Generating content" */
export const gemini: Dialect = {
  id: "gemini",
  encodeError,
  encodeStreamError,
  passStream: (options) => new GeminiPassStream(options),
  passBody,
  passRequest,
};
