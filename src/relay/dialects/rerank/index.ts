import type { Dialect } from "#relay/dialects/dialect.ts";
import { encodeError } from "#relay/dialects/openai-kit/errors.ts";
import { encodeTypedError } from "#relay/dialects/media-kit/errors.ts";
import { passRerankRequest } from "#relay/dialects/rerank/pass-request.ts";
import { passRerank } from "#relay/dialects/rerank/pass-body.ts";
import { RelayError } from "#relay/errors.ts";

/** Documents by how well they answer a question, in the form that Jina's and Cohere's clients both read. */
export const rerank: Dialect = {
  id: "rerank",
  encodeError,
  encodeStreamError: encodeTypedError,
  passStream() {
    throw new RelayError("unsupported_parameter", "This cannot be streamed.", { param: "stream" });
  },
  passBody: (body, options) => passRerank(body, options),
  passRequest: passRerankRequest,
};
