import { dashscope } from "#relay/providers/dashscope/index.ts";
import { bearer } from "#relay/providers/kit/auth.ts";
import type { Provider } from "#relay/providers/provider.ts";

/**
 * Alibaba Qwen by DashScope's own interface.
 * - models that look and listen have another address; which, their names say
 * - streams are asked for by a header; thinking is told in streams only
 * - errors {code,message,request_id}, in streams with status 200
 */
export const dashscopeNative: Provider = {
  id: "dashscope-native",
  name: "Alibaba DashScope (own interface)",
  baseUrl: "https://dashscope.aliyuncs.com/api/v1",
  paths: { chat: { dialect: "dashscope-native", path: "/services/aigc/text-generation/generation" } },
  authorize: bearer,
  listings: ({ baseUrl }) => (baseUrl === undefined ? [{ baseUrl: dashscope.baseUrl!, path: "/models" }] : []),
  flags: { ...dashscope.flags, streamOptions: "none" },
  errorClasses: [
    ...(dashscope.errorClasses ?? []),
    { match: /^Throttling\b/, class: "rate" },
    { match: /^InvalidParameter\b|^BadRequest\b/, class: "client" },
    { match: /^(?:ModelUnavailable|ServiceUnavailable)\b/, class: "overload" },
    { match: /^RequestTimeOut\b/, class: "slow" },
    { match: /^InternalError\b/, class: "server" },
  ],
  docs: "https://help.aliyun.com/zh/model-studio/qwen-api-via-dashscope",
};
