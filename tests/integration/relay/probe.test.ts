import { afterEach, expect, test } from "vitest";
import { createOutbound } from "#platform/outbound/agent.ts";
import { createHttpTransport } from "#relay/index.ts";
import { probeChannel } from "#relay/probe.ts";
import { says, TEXT } from "./codec-vendor.ts";
import type { Protocol } from "./codec-vendor.ts";
import { startVendor } from "./vendor.ts";

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

test.each<[Protocol, string, "chat" | "responses" | "gemini" | undefined, string]>([
  ["openai-chat", "openai", undefined, "/v1"], ["openai-responses", "openai", "responses", "/v1"], ["anthropic", "anthropic", undefined, ""], ["gemini", "gemini", "gemini", "/v1beta/openai"],
])("a channel that speaks %s is tried out in it", async (protocol, provider, chosen, path) => {
  const vendor = await startVendor(says(protocol, TEXT));
  const outbound = createOutbound({ allowPrivate: true });
  closing.push(vendor.close, () => outbound.close());
  const transport = createHttpTransport(outbound);
  const report = await probeChannel({ transport, simulator: transport }, {
    provider, baseUrl: vendor.url.replace("/v1", path), secret: "vendor-secret", stream: true, list: false, model: { upstreamName: "up-model", endpoints: [] }, ...(chosen && { protocol: chosen }),
  });
  expect(report.steps).toMatchObject([{ step: "reply", state: "ok" }, { step: "stream", state: "ok" }, { step: "usage", state: "ok", tokens: { input: 10, output: 5 } }]);
  expect(report.ok).toBe(true);
  expect(vendor.calls).toHaveLength(2);
});

test("a test keeps to the channel's own headers and flags", async () => {
  const vendor = await startVendor(says("openai-chat", TEXT));
  const outbound = createOutbound({ allowPrivate: true });
  closing.push(vendor.close, () => outbound.close());
  const transport = createHttpTransport(outbound);
  const report = await probeChannel({ transport, simulator: transport }, {
    provider: "openai-compatible", baseUrl: vendor.url, secret: "vendor-secret", stream: true, list: false, model: { upstreamName: "up-model", endpoints: [] },
    settings: { headers: [{ op: "set", name: "authorization", value: "Token {api_key}" }, { op: "set", name: "x-title", value: "{client:x-title}" }], supports_stream_options: false },
  });
  expect(report.ok).toBe(true);
  expect(vendor.calls.map(({ headers, body }) => [headers.authorization, headers["x-title"], body.stream_options])).toEqual([["Token vendor-secret", undefined, undefined], ["Token vendor-secret", undefined, undefined]]);
});
