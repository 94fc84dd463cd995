import type { Dialect, PassOptions } from "#relay/dialects/dialect.ts";
import { encodeError, encodeErrorEvent } from "#relay/dialects/openai-kit/errors.ts";
import type { OpenAiFacts } from "#relay/dialects/openai-kit/facts.ts";
import { passJsonBody } from "#relay/dialects/openai-kit/pass-body.ts";
import { spliceRequest } from "#relay/dialects/openai-kit/pass-request.ts";
import { OpenAiPassStream } from "#relay/dialects/openai-kit/pass-stream.ts";

/** OpenAI embeddings: never streamed. @see OpenAI API reference, "Embeddings" */
export const openaiEmbeddings: Dialect = {
  id: "openai-embeddings",
  encodeError,
  encodeStreamError: (error, requestId) => encodeErrorEvent(error, requestId, {}),
  passStream: (options) => new OpenAiPassStream(options, { contentKey: "data", burst: wholeBody }),
  passBody: (body, options) => passJsonBody(body, options, "data"),
  passRequest: (scanned, body, options) => spliceRequest({ ...scanned, stream: false }, body, { ...options, maxTokens: undefined }),
};

const wholeBody = (body: Buffer, options: PassOptions, facts: OpenAiFacts): Buffer => passJsonBody(body, options, "data", facts).body;
