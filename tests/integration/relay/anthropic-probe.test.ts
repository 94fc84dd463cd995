import { afterAll, expect, test } from "vitest";
import { createOutbound } from "#platform/outbound/agent.ts";
import { createHttpTransport } from "#relay/index.ts";
import { probeCall } from "#relay/probe-call.ts";
import { probeModels } from "#relay/probe-models.ts";
import { providers } from "#relay/providers/index.ts";
import { messages, refusal } from "./anthropic-vendor.ts";
import { json, startVendor } from "./vendor.ts";

const vendor = await startVendor();
const outbound = createOutbound({ allowPrivate: true });
const transport = createHttpTransport(outbound);
const to = { provider: providers.get("anthropic")!, baseUrl: new URL(vendor.url).origin, secret: "vendor-secret", connectMs: 5_000 };
afterAll(async () => {
  outbound.close();
  await vendor.close();
});

test("a channel of Anthropic's is tried in its own format, whole and streamed", async () => {
  vendor.script = (call) => messages(call);
  for (const stream of [false, true]) {
    expect(await probeCall(transport, to, "chat", "claude-sonnet-4-5", stream)).toMatchObject({ ok: true, status: 200, stream, upstreamId: "msg_vendor", usage: { inputUncached: 10, cacheRead: 900, outputText: 5 } });
    expect(vendor.calls.at(-1)).toMatchObject({ path: "/v1/messages", headers: { "x-api-key": "vendor-secret", "anthropic-version": "2023-06-01" }, body: { model: "claude-sonnet-4-5", max_tokens: 16 } });
  }
  vendor.script = (call) => refusal(call, 401, "authentication_error", "invalid x-api-key");
  expect(await probeCall(transport, to, "chat", "claude-sonnet-4-5", false)).toMatchObject({ ok: false, status: 401, errorClass: "auth", error: "invalid x-api-key" });
});

test("all of its models are listed", async () => {
  vendor.script = (call) => json(call, 200, { data: [{ type: "model", id: "claude-b" }, { type: "model", id: "claude-a" }], has_more: false });
  expect(await probeModels(transport, to)).toMatchObject({ status: 200, names: ["claude-a", "claude-b"] });
  expect(vendor.calls.at(-1)!.path).toBe("/v1/models?limit=1000");
});
