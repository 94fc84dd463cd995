import { expect, test } from "vitest";
import { isRelayPath, matchRoute } from "#relay/http/routes.ts";

test.each([
  ["POST", "/v1/chat/completions", { kind: "operation", operation: "chat", dialect: "openai-chat", params: {} }],
  ["POST", "/v1/chat/completions/", { kind: "operation", operation: "chat", dialect: "openai-chat", params: {} }],
  ["POST", "/openai/v1/chat/completions", { kind: "operation", operation: "chat", dialect: "openai-chat", params: {} }],
  ["POST", "/v1beta/openai/chat/completions", { kind: "operation", operation: "chat", dialect: "openai-chat", params: {} }],
  ["POST", "/v1/completions", { kind: "operation", operation: "completions", dialect: "openai-completions", params: {} }],
  ["POST", "/v1/embeddings", { kind: "operation", operation: "embeddings", dialect: "openai-embeddings", params: {} }],
  ["POST", "/v1/engines/text%2Fx/embeddings", { kind: "operation", operation: "embeddings", dialect: "openai-embeddings", params: { model: "text/x" } }],
  ["POST", "/openai/deployments/my%20gpt/chat/completions", { kind: "operation", operation: "chat", dialect: "openai-chat", params: { model: "my gpt" } }],
  ["GET", "/v1/models", { kind: "models", params: {} }],
  ["HEAD", "/v1/models", { kind: "models", params: {} }],
  ["GET", "/v1/models/org/name/with/slash", { kind: "model", params: { id: "org/name/with/slash" } }],
  ["GET", "/v1/credits", { kind: "credits", params: {} }],
  ["GET", "/v1/generation", { kind: "generation", params: {} }],
  ["GET", "/v1/generation/req_1", { kind: "generation", params: { id: "req_1" } }],
  ["OPTIONS", "/v1/chat/completions", { kind: "preflight" }],
])("%s %s", (method, path, expected) => {
  expect(matchRoute(method, path)).toEqual(expected);
});

test.each([
  ["GET", "/v1/chat/completions", 405, "POST, OPTIONS"],
  ["POST", "/v1/models", 405, "GET, HEAD, OPTIONS"],
  ["POST", "/v1/responses", 404, undefined],
  ["POST", "/v1/assistants", 404, undefined],
  ["POST", "/anthropic/v1/messages", 404, undefined],
  ["GET", "/v1/models/%ff", 404, undefined],
  ["POST", "/v1/v1/chat/completions", 404, undefined],
  ["POST", "/openai/deployments/x/images/generations", 404, undefined],
])("%s %s is refused", (method, path, status, allow) => {
  const route = matchRoute(method, path);
  if (route.kind !== "error") throw new Error(route.kind);
  expect(route.error.status).toBe(status);
  expect(route.error.options.headers?.allow).toBe(allow);
  if (status === 404) expect(route.error.message).toMatch(/nearest one is (?:GET|POST) \/v1\//);
});

test.each([
  ["/v1", true], ["/v1/x", true], ["/v1beta/models", true], ["/openai/deployments/x/chat/completions", true], ["/anthropic/v1/messages", true],
  ["/v1x", false], ["/", false], ["/en/models", false], ["/api/v1/users", false], ["/openai", false],
])("%s belongs to the relay: %s", (path, expected) => {
  expect(isRelayPath(path)).toBe(expected);
});
