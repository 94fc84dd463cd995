import { expect, test } from "vitest";
import { providers } from "#relay/providers/index.ts";
import { classifyFault, readFault, retryAfterMs } from "#relay/providers/kit/classify.ts";
import { customerError, mostUseful } from "#relay/providers/kit/customer-error.ts";
import { scrubMessage } from "#relay/providers/kit/scrub.ts";

const classify = (provider: string, status: number, body: object | string): string => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return classifyFault(readFault(status, Buffer.from(text)), providers.get(provider)?.errorClasses);
};

test.each([
  ["openai", 401, { error: { message: "Incorrect API key provided: sk-x", code: "invalid_api_key" } }, "auth"],
  ["openai", 429, { error: { message: "You exceeded your current quota", type: "insufficient_quota", code: "insufficient_quota" } }, "quota"],
  ["openai", 429, { error: { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" } }, "rate"],
  ["openai", 400, { error: { message: "This model's maximum context length is 8192 tokens", code: "context_length_exceeded" } }, "context"],
  ["openai", 400, { error: { message: "x", code: "content_policy_violation" } }, "policy"],
  ["openai", 404, { error: { message: "x", code: "model_not_found" } }, "config"],
  ["openai", 400, { error: { message: "Unsupported value: 'messages[0].role'", code: "unsupported_value" } }, "client"],
  ["openai", 400, { error: { message: "Unknown parameter: 'stream_options'." } }, "quirk"],
  ["openai", 400, { error: { message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead." } }, "quirk"],
  ["azure", 400, { error: { message: "filtered", code: "content_filter" } }, "policy"],
  ["azure", 429, { error: { code: "RateLimitReached", message: "exceeded rate limit" } }, "rate"],
  ["deepseek", 402, { error: { message: "Insufficient Balance" } }, "quota"],
  ["deepseek", 503, {}, "overload"],
  ["mistral", 401, { detail: "Invalid API Key" }, "auth"],
  ["mistral", 422, { object: "error", message: { detail: [{ msg: "extra" }] } }, "client"],
  ["moonshot", 429, { error: { type: "exceeded_current_quota_error", message: "x" } }, "quota"],
  ["moonshot", 429, { error: { type: "engine_overloaded_error", message: "x" } }, "overload"],
  ["zhipu", 429, { error: { code: "1113", message: "欠费" } }, "quota"],
  ["zhipu", 400, { error: { code: "1301", message: "x" } }, "policy"],
  ["zhipu", 400, { error: { code: "1210", message: "x" } }, "client"],
  ["zhipu", 400, { error: { code: "1261", message: "x" } }, "context"],
  ["zhipu", 429, { error: { code: "1121", message: "x" } }, "auth"],
  ["zhipu", 429, { error: { code: "1308", message: "x" } }, "quota"],
  ["zhipu", 429, { error: { code: "1312", message: "x" } }, "overload"],
  ["zhipu", 429, { error: { code: "1313", message: "x" } }, "rate"],
  ["zhipu", 400, { error: { code: "1222", message: "x" } }, "config"],
  ["zhipu-v3", 200, { code: 1002, msg: "x", success: false }, "auth"],
  ["zhipu-v3", 200, { code: 1214, msg: "x", success: false }, "client"],
  ["zhipu-v3", 200, { code: 1120, msg: "x", success: false }, "transient"],
  ["dify", 400, { code: "invalid_param", message: "x", status: 400 }, "client"],
  ["dify", 401, { code: "unauthorized", message: "x", status: 401 }, "auth"],
  ["dify", 403, { code: "forbidden", message: "x", status: 403 }, "config"],
  ["dify", 413, { code: "file_too_large", message: "x", status: 413 }, "client"],
  ["dify", 415, { code: "unsupported_file_type", message: "x", status: 415 }, "client"],
  ["dify", 400, { code: "provider_quota_exceeded", message: "x", status: 400 }, "quota"],
  ["dify", 400, { code: "provider_not_initialize", message: "x", status: 400 }, "config"],
  ["dify", 429, { code: "rate_limit_error", message: "x", status: 429 }, "rate"],
  ["dify", 500, { code: "internal_server_error", message: "x", status: 500 }, "server"],
  ["coze", 200, { code: 4000, msg: "x" }, "client"],
  ["coze", 200, { code: 4020, msg: "x" }, "policy"],
  ["coze", 200, { code: 4028, msg: "x" }, "quota"],
  ["coze", 401, { code: 4100, msg: "x" }, "auth"],
  ["coze", 200, { code: 4101, msg: "The token you entered is incorrect" }, "auth"],
  ["coze", 401, { code: 700012006, msg: "access token invalid" }, "auth"],
  ["coze", 200, { code: 4015, msg: "The bot_id 1 has not been published to the channel Agent As API" }, "config"],
  ["coze", 200, { code: 4200, msg: "Requested resource bot_id=1 does not exist" }, "config"],
  ["coze", 200, { code: 5000, msg: "x" }, "server"],
  ["dashscope", 400, { code: "DataInspectionFailed", message: "x" }, "policy"],
  ["dashscope", 400, { code: "Arrearage", message: "x" }, "quota"],
  ["volcengine", 429, { error: { code: "RateLimitExceeded.EndpointRPMExceeded", message: "x" } }, "rate"],
  ["minimax", 200, { base_resp: { status_code: 1008, status_msg: "insufficient balance" } }, "quota"],
  ["siliconflow", 403, { code: 30001, message: "balance" }, "quota"],
  ["new-api-instance", 503, { error: { message: "当前分组下无可用渠道" } }, "overload"],
  ["gemini", 400, [{ error: { code: 400, message: "API key not valid", status: "INVALID_ARGUMENT" } }], "auth"],
  ["gemini", 400, { error: { code: 400, message: "User location is not supported for the API use." } }, "config"],
  ["openai-compatible", 400, { type: "error", error: { type: "invalid_request_error", message: "Your credit balance is too low" } }, "quota"],
  ["perplexity", 400, { error: { message: "The total length of all messages is too long.", type: "too_many_prompt_tokens", code: 400 } }, "context"],
  ["ollama", 400, { error: { message: "prompt too long; exceeded max context length by 9 tokens" } }, "context"],
  ["openai-compatible", 418, "teapot", "client"],
  ["openai-compatible", 413, {}, "client"],
  ["openai-compatible", 403, {}, "config"],
  ["openai-compatible", 405, {}, "config"],
  ["openai-compatible", 408, {}, "slow"],
  ["openai-compatible", 409, {}, "transient"],
  ["openai-compatible", 500, "<html>", "server"],
  ["openai-compatible", 502, {}, "server"],
  ["openai-compatible", 504, {}, "slow"],
  ["openai-compatible", 524, {}, "slow"],
  ["openai-compatible", 529, {}, "overload"],
  ["openai-compatible", 301, {}, "config"],
  ["openai-compatible", 200, { error: { message: "prompt is too long" } }, "context"],
  ["openai-compatible", 200, { error: { message: "hm" } }, "server"],
] as const)("%s %d %j is %s", (provider, status, body, expected) => {
  expect(classify(provider, status, body)).toBe(expected);
});

test.each([
  ["seconds", { "retry-after": "7" }, undefined, 7000],
  ["milliseconds first", { "retry-after-ms": "250", "retry-after": "7" }, undefined, 250],
  ["a date", { "retry-after": "Thu, 01 Jan 1970 00:00:09 GMT" }, undefined, 9000],
  ["OpenAI's reset of the empty bucket", { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m2s", "x-ratelimit-reset-tokens": "9s" }, undefined, 62_000],
  ["Anthropic's reset", { "anthropic-ratelimit-requests-reset": "1970-01-01T00:00:05Z" }, undefined, 5000],
  ["words", {}, "Rate limit reached. Please try again in 1.5s.", 1500],
  ["words with minutes", {}, "Please try again in 1m30.5s.", 90_500],
  ["Google's delay", {}, `{"retryDelay": "12s"}`, 12_000],
  ["nothing", {}, "busy", undefined],
  ["nonsense", { "retry-after": "soon" }, undefined, undefined],
  ["a year", { "retry-after": "31536000" }, undefined, 86_400_000],
] as const)("waits as told: %s", (_name, headers, message, expected) => {
  expect(retryAfterMs(headers, message, 0)).toBe(expected);
});

test.each([
  ["The model `gpt-5.2-proo` does not exist.", true],
  ["Invalid 'messages[3]'. Content blocks are expected to be either text or image_url type.", true],
  ["This model's maximum context length is 1048565 tokens. However, you requested 1250025 tokens.", true],
  ["Incorrect API key provided: sk-fake-key.", false],
  ["See https://platform.vendor.com/docs", false],
  ["Contact support at vendor.ai", false],
  ["Could not reach 10.0.0.7", false],
  ["Key test_ope*******_key is wrong", false],
  ["No such organization org-AbC123xyz", false],
  ["prompt too long (ref: 96164522-08b2-4cbf-886e-e5a38961a688)", false],
  ["Deployment main-channel failed", false],
])("a customer may read %j: %s", (message, allowed) => {
  expect(scrubMessage(message, ["main-channel", ""])).toBe(allowed ? message : undefined);
});

test("faults of our own keys are never told as the customer's", () => {
  for (const errorClass of ["auth", "quota", "config"] as const) {
    const error = customerError(errorClass, { status: 401, message: "Incorrect API key provided: sk-live-abc", code: "invalid_api_key" });
    expect([error.status, error.code]).toEqual([502, "upstream_unavailable"]);
    expect(error.message).not.toContain("key");
  }
});

test("the client's own fault keeps status, text, param and code", () => {
  const error = customerError("client", { status: 422, message: "Bad field.", param: "messages[0]", code: "bad_field" });
  expect([error.status, error.code, error.message, error.options.param, error.options.upstreamCode]).toEqual([422, "upstream_request_rejected", "Bad field.", "messages[0]", "bad_field"]);
});

test("of several failures the most useful is told", () => {
  expect(mostUseful([{ class: "server" }, { class: "rate" }, { class: "context" }, { class: "auth" }] as const)?.class).toBe("context");
  expect(mostUseful([])).toBeUndefined();
});

test("Google's reasons and waits stand among the details", () => {
  const google = (code: number, status: string, message: string, details: readonly object[]): Buffer => Buffer.from(JSON.stringify({ error: { code, status, message, details } }));
  const refused = readFault(400, google(400, "INVALID_ARGUMENT", "No.", [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }]));
  expect([refused.code, classifyFault(refused, providers.get("gemini")!.errorClasses)]).toEqual(["API_KEY_INVALID", "auth"]);
  const quota = readFault(429, google(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details.", [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "12.5s" }]));
  expect([quota.retryAfterMs, classifyFault(quota, providers.get("gemini")!.errorClasses)]).toEqual([12_500, "rate"]);
});
