import { messagesEndpoint } from "#relay/providers/kit/messages-endpoint.ts";
import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";
import type { ErrorClass } from "#relay/providers/provider.ts";

/** @see docs.bigmodel.cn, "API error codes" */
const ERROR_CODES: readonly (readonly [codes: readonly number[], errorClass: ErrorClass])[] = [
  [[1000, 1001, 1002, 1003, 1004], "auth"],
  // Accounts that are asleep, gone or locked.
  [[1110, 1111, 1112, 1121], "auth"],
  [[1113], "quota"],
  [[1120], "transient"],
  [[1200, 1230, 1234], "server"],
  [[1210, 1213, 1214, 1215], "client"],
  // The model, or its call, is not there for this account.
  [[1211, 1212, 1220, 1221, 1222], "config"],
  [[1231], "transient"],
  [[1261], "context"],
  [[1300, 1301], "policy"],
  [[1302, 1303, 1313], "rate"],
  // Used up for the day, the week or the month, or the plan has ended.
  [[1304, 1308, 1309, 1310], "quota"],
  [[1305, 1312], "overload"],
  [[1311], "config"],
];

/**
 * Zhipu / Z.ai (GLM).
 * - top_p and temperature strictly inside (0,1); do_sample=false for 0
 * - thinking:{type:enabled|disabled}
 * - finish_reason sensitive -> content_filter; network_error -> error
 * - tool_stream needed for streamed arguments on some models
 * - numeric error codes, below
 * - other hosts: https://api.z.ai/api/paas/v4 (international), https://api.z.ai/api/anthropic (anthropic
 *   international), https://open.bigmodel.cn/api/coding/paas/v4 (coding plan), https://api.z.ai/api/coding/paas/v4
 *   (coding plan international)
 * - usage: prompt_tokens_details.cached_tokens inclusive; usage in the last chunk without asking
 */
export const zhipu = openaiShaped({
  id: "zhipu",
  name: "Zhipu / Z.ai (GLM)",
  baseUrl: "https://open.bigmodel.cn/api/paas/v4",
  paths: { chat: "/chat/completions", embeddings: "/embeddings", images: "/images/generations", rerank: "/rerank" },
  also: [messagesEndpoint({ basePath: "/api/anthropic" })],
  flags: { reasoningParam: "thinking", streamOptions: "unasked" },
  errorClasses: ERROR_CODES.flatMap(([codes, errorClass]) => codes.map((code) => ({ match: String(code), class: errorClass }))),
  docs: "https://docs.bigmodel.cn",
});
