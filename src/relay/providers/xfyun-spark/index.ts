import { openaiShaped } from "#relay/providers/kit/openai-shaped.ts";

/**
 * iFlytek Spark.
 * - Bearer takes the APIPassword
 * - errors {code,message,sid} may come with HTTP 200
 * - usage: payload.usage.text.{prompt,completion,total}_tokens in the last frame only
 */
export const xfyunSpark = openaiShaped({
  id: "xfyun-spark",
  name: "iFlytek Spark",
  baseUrl: "https://spark-api-open.xf-yun.com/v1",
  paths: { chat: "/chat/completions" },
  errorClasses: [
    { match: "10007", class: "rate" },
    { match: "10013", class: "policy" },
    { match: "10014", class: "policy" },
    { match: "10019", class: "policy" },
    { match: "10907", class: "client" },
    { match: "11200", class: "auth" },
    { match: "11201", class: "quota" },
    { match: "11202", class: "rate" },
    { match: "11203", class: "rate" },
  ],
  docs: "https://www.xfyun.cn/doc/spark",
});
