import { expect, test } from "vitest";
import { RelayError } from "#relay/errors.ts";
import { durationText, passedHeaders, preflightHeaders, relayHeaders, upstreamHeaders } from "#relay/http/headers.ts";

test("a metered answer", () => {
  expect(relayHeaders({
    requestId: "req_1", processingMs: 12.4, costNanoUsd: 42n, model: "größe/m", attempts: 2, contentLength: 7, maxTokens: 16,
    requests: { limit: 60, remaining: 58.9, resetMs: 62_000 }, tokens: { limit: 1000, remaining: -3, resetMs: 300 },
  })).toEqual({
    "x-request-id": "req_1", "openai-version": "2020-10-01", "openai-processing-ms": "12", "x-content-type-options": "nosniff",
    "cache-control": "no-store", "content-type": "application/json", "content-length": "7", "x-modelmart-cost-nano-usd": "42",
    "x-modelmart-model": "gr%C3%B6%C3%9Fe/m", "x-modelmart-attempts": "2", "x-modelmart-max-tokens": "16",
    "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "58", "x-ratelimit-reset-requests": "1m2s",
    "x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "300ms",
    "access-control-allow-origin": "*", "access-control-expose-headers": "*",
  });
});

test("a stream", () => {
  expect(relayHeaders({ requestId: "req_1", stream: true, cors: false })).toEqual({
    "x-request-id": "req_1", "openai-version": "2020-10-01", "x-content-type-options": "nosniff",
    "cache-control": "no-cache, no-store", "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no",
  });
});

test.each([
  [new RelayError("rate_limit_requests", "x", { retryAfterMs: 1200 }), { "retry-after": "2", "retry-after-ms": "1200" }],
  [new RelayError("no_available_channel", "x"), { "retry-after": "1", "retry-after-ms": "1000" }],
  [new RelayError("insufficient_quota", "x"), { "x-should-retry": "false" }],
  [new RelayError("not_ready", "x", { retryAfterMs: 1000 }), { "retry-after": "1" }],
  [new RelayError("method_not_allowed", "x", { headers: { allow: "POST" } }), { "x-should-retry": "false", allow: "POST" }],
  [new RelayError("internal_error", "x"), {}],
])("what an error adds: %s", (error, expected) => {
  const plain = relayHeaders({ requestId: "r" });
  expect(relayHeaders({ requestId: "r", error })).toEqual({ ...plain, ...expected });
});

test("warnings stop at 512 bytes", () => {
  const value = relayHeaders({ requestId: "r", warnings: Array.from({ length: 100 }, (_, at) => `unknown:field_${at}`) })["x-modelmart-warn"]!;
  expect(value.length).toBeLessThanOrEqual(512);
  expect(value.endsWith(",more")).toBe(true);
});

test.each([[0, "0ms"], [300, "300ms"], [999.2, "1s"], [1000, "1s"], [62_000, "1m2s"], [360_000, "6m0s"], [3_600_000, "1h0m0s"]])("%d ms is written %s", (ms, expected) => {
  expect(durationText(ms)).toBe(expected);
});

test("a preflight echoes the asked headers, unless they are strange", () => {
  expect(preflightHeaders({ headers: { "access-control-request-headers": "authorization, x-stainless-os" } })["access-control-allow-headers"]).toBe("authorization, x-stainless-os");
  expect(preflightHeaders({ headers: { "access-control-request-headers": "a\r\nb" } })["access-control-allow-headers"]).toBe("authorization, content-type");
});

test("nothing but the allow-list crosses in either direction", () => {
  expect(upstreamHeaders({ stream: true, authorization: { authorization: "Bearer k" } })).toEqual({
    "content-type": "application/json", accept: "text/event-stream", "accept-encoding": "identity",
    "user-agent": "Modelmart/0.1", authorization: "Bearer k",
  });
  expect(passedHeaders({ "content-type": "application/json", "set-cookie": "a", server: "x", "x-groq-id": "1" })).toEqual({ "content-type": "application/json" });
});
