import { expect, test } from "vitest";
import { isRelayPath, mannerOf, matchRoute } from "#relay/http/routes.ts";

const ROUTES: readonly (readonly [method: string, path: string, route: object])[] = [
  ["POST", "/v1/chat/completions", { kind: "operation", operation: "chat", dialect: "openai-chat", params: {} }],
  ["POST", "/v1/chat/completions/", { kind: "operation", operation: "chat", dialect: "openai-chat", params: {} }],
  ["POST", "/openai/v1/chat/completions", { kind: "operation", operation: "chat", dialect: "openai-chat", params: {} }],
  ["POST", "/v1beta/openai/chat/completions", { kind: "operation", operation: "chat", dialect: "openai-chat", params: {} }],
  ["POST", "/v1/completions", { kind: "operation", operation: "completions", dialect: "openai-completions", params: {} }],
  ["POST", "/v1/embeddings", { kind: "operation", operation: "embeddings", dialect: "openai-embeddings", params: {} }],
  ["POST", "/v1/engines/text%2Fx/embeddings", { kind: "operation", operation: "embeddings", dialect: "openai-embeddings", params: { model: "text/x" } }],
  ["POST", "/openai/deployments/my%20gpt/chat/completions", { kind: "operation", operation: "chat", dialect: "openai-chat", params: { model: "my gpt" } }],
  ...["/v1", "/openai/v1", "/openai/deployments/dall%2De"].flatMap((root) => {
    const params = root.endsWith("e") ? { model: "dall-e" } : {};
    return [
      ["POST", `${root}/images/generations`, { kind: "operation", operation: "images", dialect: "openai-images", params }],
      ["POST", `${root}/images/edits`, { kind: "operation", operation: "image-edits", dialect: "openai-images", params }],
      ["POST", `${root}/images/variations`, { kind: "operation", operation: "image-variations", dialect: "openai-images", params }],
      ["POST", `${root}/audio/speech`, { kind: "operation", operation: "speech", dialect: "openai-speech", params }],
      ["POST", `${root}/audio/transcriptions`, { kind: "operation", operation: "transcriptions", dialect: "openai-transcriptions", params }],
      ["POST", `${root}/audio/translations`, { kind: "operation", operation: "translations", dialect: "openai-transcriptions", params }],
    ] as const;
  }),
  ["POST", "/v1/moderations", { kind: "operation", operation: "moderations", dialect: "openai-moderations", params: {} }],
  ...["/v1/rerank", "/v1/reranking", "/v2/rerank", "/openai/v1/rerank"].map((path) => ["POST", path, { kind: "operation", operation: "rerank", dialect: "rerank", params: {} }] as const),
  ["GET", "/v1/models", { kind: "models", params: {} }],
  ["HEAD", "/v1/models", { kind: "models", params: {} }],
  ["GET", "/v1/models/org/name/with/slash", { kind: "model", params: { id: "org/name/with/slash" } }],
  ["GET", "/v1/credits", { kind: "credits", params: {} }],
  ["GET", "/v1/key", { kind: "key", params: {} }],
  ...["", "/v1", "/openai/v1"].flatMap((root) => [
    ["GET", `${root}/dashboard/billing/subscription`, { kind: "subscription", params: {} }], ["GET", `${root}/dashboard/billing/usage`, { kind: "billing-usage", params: {} }],
  ] as const),
  ["GET", "/v1/generation", { kind: "generation", params: {} }],
  ["GET", "/v1/generation/req_1", { kind: "generation", params: { id: "req_1" } }],
  ["OPTIONS", "/v1/chat/completions", { kind: "preflight" }],
  ...["/v1/messages", "/anthropic/v1/messages", "/claude/v1/messages"].map((path) => ["POST", path, { kind: "operation", operation: "chat", dialect: "anthropic", params: {} }] as const),
  ...["/v1/messages/count_tokens", "/anthropic/v1/messages/count_tokens"].map((path) => ["POST", path, { kind: "count", dialect: "anthropic", params: {} }] as const),
  ...["/v1beta", "/v1alpha", "/v1", "/gemini/v1beta", "/gemini/v1alpha"].flatMap((root) => [
    ["POST", `${root}/models/org/name%3Afree:generateContent`, { kind: "operation", operation: "chat", dialect: "gemini", params: { model: "org/name:free" }, stream: false }],
    ["POST", `${root}/models/a:b:streamGenerateContent`, { kind: "operation", operation: "chat", dialect: "gemini", params: { model: "a:b" }, stream: true }],
    ["POST", `${root}/models/m:countTokens`, { kind: "count", dialect: "gemini", params: { model: "m" } }],
    ["GET", `${root}/models`, { kind: "models", params: {} }],
    ["GET", `${root}/models/m:free`, { kind: "model", params: { id: "m:free" } }],
  ] as const),
  ...["/v1/responses", "/openai/v1/responses"].map((path) => ["POST", path, { kind: "operation", operation: "chat", dialect: "openai-responses", params: {} }] as const),
  ["POST", "/v1/responses/input_tokens", { kind: "count", dialect: "openai-responses", params: {} }],
  ["GET", "/v1/responses/resp_1", { kind: "response", params: { id: "resp_1" } }],
  ["DELETE", "/v1/responses/resp_1", { kind: "response-delete", params: { id: "resp_1" } }],
  ["GET", "/v1/responses/resp_1/input_items", { kind: "response-items", params: { id: "resp_1" } }],
  ["POST", "/gemini/v1beta/openai/chat/completions", { kind: "operation", operation: "chat", dialect: "openai-chat", params: {} }],
  ["POST", "/api/event_logging/batch", { kind: "telemetry" }],
  ["GET", "/v1/realtime", { kind: "realtime" }],
  ["GET", "/openai/v1/realtime", { kind: "realtime" }],
  ["GET", "/openai/realtime", { kind: "realtime" }],
  ["POST", "/v1/realtime/client_secrets", { kind: "realtime-key", form: "client_secrets", params: {} }],
  ["POST", "/v1/realtime/sessions", { kind: "realtime-key", form: "sessions", params: {} }],
  ["POST", "/anthropic/api/event_logging/batch", { kind: "telemetry" }],
];

test.each(ROUTES)("%s %s", (method, path, expected) => {
  expect(matchRoute(method, path)).toEqual(expected);
});

test.each([
  ["GET", "/v1/chat/completions", 405, "POST, OPTIONS"],
  ["POST", "/v1/models", 405, "GET, HEAD, OPTIONS"],
  ["GET", "/v1/messages", 405, "POST, OPTIONS"],
  ["POST", "/v1/responses/resp_1", 405, "GET, HEAD, DELETE, OPTIONS"],
  ["GET", "/v1beta/models/m:generateContent", 405, "POST, OPTIONS"],
  ["POST", "/v1/responses/compact", 404, undefined],
  ["POST", "/v1/responses/resp_1/else", 404, undefined],
  ["POST", "/v1beta/models/m:predictLongRunning", 404, undefined],
  ["POST", "/v1/messages/batches", 404, undefined],
  ["POST", "/v1/assistants", 404, undefined],
  ["POST", "/anthropic/v1/chat/completions", 404, undefined],
  ["GET", "/claude/v1/models", 404, undefined],
  ["GET", "/v1/models/%ff", 404, undefined],
  ["POST", "/v1/v1/chat/completions", 404, undefined],
  ["POST", "/openai/deployments/x/videos", 404, undefined],
  ["GET", "/v1/audio/speech", 405, "POST, OPTIONS"],
  ["POST", "/v1/audio/voices", 404, undefined],
  ["POST", "/v2/chat", 404, undefined],
  ["POST", "/dashboard/billing/usage", 405, "GET, HEAD, OPTIONS"],
  ["GET", "/dashboard/billing/credit_grants", 404, undefined],
])("%s %s is refused", (method, path, status, allow) => {
  const route = matchRoute(method, path);
  if (route.kind !== "error") throw new Error(route.kind);
  expect(route.error.status).toBe(status);
  expect(route.error.options.headers?.allow).toBe(allow);
  if (status === 404) expect(route.error.message).toMatch(/nearest one is (?:GET|POST) \/v1(?:beta)?\//);
});

test.each([
  ["/v1", true], ["/v1/x", true], ["/v1beta/models", true], ["/openai/deployments/x/chat/completions", true], ["/anthropic/v1/messages", true],
  ["/dashboard/billing/usage", true], ["/dashboard", false], ["/v2/rerank", true], ["/v2", false], ["/v1x", false], ["/", false], ["/en/models", false], ["/api/v1/users", false], ["/api/event_logging/batch", true], ["/api/event_logging", false], ["/openai", false],
])("%s belongs to the relay: %s", (path, expected) => {
  expect(isRelayPath(path)).toBe(expected);
});

test.each([
  ["/v1/chat/completions", {}, "openai"], ["/v1/chat/completions", { "x-api-key": "k" }, "openai"], ["/v1/responses", {}, "openai"], ["/v1/nothing", {}, "openai"],
  ["/v1/messages", {}, "anthropic"], ["/v1/messages/batches", {}, "anthropic"], ["/anthropic", {}, "anthropic"], ["/anthropic/v1/models", { authorization: "Bearer k" }, "anthropic"],
  ["/claude/v1/nothing", {}, "anthropic"], ["/api/event_logging/batch", {}, "anthropic"],
  ["/v1beta/models/m:generateContent", {}, "gemini"], ["/v1/models/m:generateContent", { authorization: "Bearer k" }, "gemini"], ["/v1beta", {}, "gemini"], ["/gemini/nothing", {}, "gemini"],
  ["/v1beta/openai/chat/completions", {}, "openai"], ["/openai/deployments/d/chat/completions", {}, "openai"],
  ["/v1/models", {}, "openai"], ["/v1/models", { authorization: "Bearer k", "x-api-key": "k" }, "openai"], ["/v1/models", { authorization: "", "x-api-key": "k" }, "anthropic"],
  ["/v1/models/m", { authorization: "Bearer k", "anthropic-version": "2023-06-01" }, "anthropic"], ["/v1/models", { "x-goog-api-key": "k" }, "gemini"],
] as const)("%s with %o is answered in the manner of %s", (path, headers, manner) => {
  expect(mannerOf({ path, headers })).toBe(manner);
});
