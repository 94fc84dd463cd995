import { afterEach, describe, expect, test } from "vitest";
import { aggregate } from "#relay/canonical/aggregate.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { ChatRequest } from "#relay/canonical/request.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { upstreamCodecs } from "#relay/dialects/codecs.ts";
import { providers } from "#relay/providers/index.ts";
import { CALLS, says, TEXT } from "./codec-vendor.ts";
import type { Protocol } from "./codec-vendor.ts";
import { KEY, openShop } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { json, startVendor } from "./vendor.ts";
import type { Script, Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const PROTOCOLS: readonly Protocol[] = ["openai-chat", "openai-responses", "anthropic", "gemini"];
/** A provider and its setting with which a channel speaks this protocol alone. */
const CHANNEL: Readonly<Record<Protocol, Partial<ShopOptions["channels"][number]>>> = {
  "openai-chat": { provider: "openai", protocol: "chat" },
  "openai-responses": { provider: "openai", protocol: "responses" },
  anthropic: { provider: "anthropic" },
  gemini: { provider: "gemini", protocol: "gemini" },
};
const PAIRS = PROTOCOLS.flatMap((client) => PROTOCOLS.filter((upstream) => upstream !== client).map((upstream) => [client, upstream] as const));

async function setUp(upstream: Protocol, script: Script, over: Partial<ShopOptions> = {}): Promise<{ shop: Shop; vendor: Vendor }> {
  const vendor = await startVendor(script);
  closing.push(vendor.close);
  const baseUrl = upstream === "gemini" ? vendor.url.replace("/v1", "/v1beta/openai") : upstream === "anthropic" ? vendor.url.replace("/v1", "") : vendor.url;
  const shop = await openShop({ channels: [{ ...CHANNEL[upstream], baseUrl }], ...over });
  closing.push(shop.close);
  return { shop, vendor };
}

const flags = providers.get("openai-compatible")!.flags;
const REQUEST: ChatRequest = {
  origin: "openai-chat", model: "gpt-test", stream: false, system: [{ type: "text", text: "Be kind." }], messages: [{ role: "user", parts: [{ type: "text", text: "Say hello" }] }],
  tools: [
    { type: "function", name: "weather", description: "Weather of a city", schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
    { type: "function", name: "clock", schema: { type: "object", properties: {} } },
  ],
  output: { format: "text" }, modalities: ["text"], sampling: { temperature: 0.5 }, maxOutputTokens: 300, candidates: 1, includeUsage: true, cache: {}, metadata: {}, betas: [], extra: {},
};

/** Asks the shop as a client of this dialect does; the writing is that of the other half, which vendors are asked with. */
async function ask(shop: Shop, client: Protocol, over: Partial<ChatRequest> = {}, headers: Record<string, string> = {}): Promise<{ response: Response; body: Buffer }> {
  const request = { ...REQUEST, ...over };
  const { body } = upstreamCodecs[client]!.encodeRequest(request, { upstreamModel: "gpt-test", flags, strict: false, warn: () => undefined });
  const path = { "openai-chat": "/v1/chat/completions", "openai-responses": "/v1/responses", anthropic: "/v1/messages", gemini: `/v1beta/models/gpt-test:${request.stream ? "streamGenerateContent?alt=sse" : "generateContent"}` }[client];
  const key: Record<string, string> = client === "anthropic" ? { "x-api-key": KEY, "anthropic-version": "2023-06-01" } : client === "gemini" ? { "x-goog-api-key": KEY } : { authorization: `Bearer ${KEY}` };
  const response = await fetch(`${shop.url}${path}`, { method: "POST", headers: { "content-type": "application/json", ...key, ...headers }, body: JSON.stringify(body) });
  return { response, body: Buffer.from(await response.arrayBuffer()) };
}

function read(client: Protocol, stream: boolean, body: Buffer): readonly CanonicalEvent[] {
  const codec = upstreamCodecs[client]!;
  if (!stream) return codec.decodeReply(body, { flags });
  const decoder = codec.streamDecoder({ flags });
  return [...decoder.push(body), ...decoder.end()];
}

function said(events: readonly CanonicalEvent[]): object {
  expect(brokenRule(events)).toBeUndefined();
  const { candidates, finish, usage } = aggregate(events);
  const blocks = candidates[0]!.blocks;
  return {
    text: blocks.flatMap((block) => (block.type === "text" ? [block.text] : [])).join(""),
    calls: blocks.flatMap((block) => (block.type === "tool" ? [[block.name, JSON.parse(block.arguments || "{}") as unknown]] : [])),
    finish, usage: [usage?.inputUncached, usage?.outputText],
  };
}

describe.each(PAIRS)("a client of %s at a vendor of %s", (client, upstream) => {
  test.each([false, true])("is told the text and charged exactly (streamed: %s)", async (stream) => {
    const { shop, vendor } = await setUp(upstream, says(upstream, TEXT));
    const { response, body } = await ask(shop, client, { stream });
    expect(response.status, body.toString()).toBe(200);
    expect(said(read(client, stream, body))).toEqual({ text: "Hello, 你好 world", calls: [], finish: "stop", usage: [10, 5] });
    expect(shop.billing.records).toHaveLength(1);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, usageSource: "upstream", stream, quantities: { input: 10, output: 5, request: 1 }, finish: "stop" });
    expect(`${body}${JSON.stringify([...response.headers])}`).not.toMatch(/secret|up-model|vendor-id|127\.0\.0\.1/);
    expect(JSON.stringify(vendor.calls[0]!.body)).toMatch(/Be kind.*Say hello|Say hello.*Be kind/);
    expect(JSON.stringify(vendor.calls[0]!.headers)).not.toContain(KEY);
  });

  test.each([false, true])("goes through a round of tools (streamed: %s)", async (stream) => {
    const { shop, vendor } = await setUp(upstream, says(upstream, CALLS));
    const first = await ask(shop, client, { stream });
    const events = read(client, stream, first.body);
    expect(said(events), first.body.toString()).toEqual({ text: "Let me look.", calls: [["weather", { city: "Bern" }], ["clock", {}]], finish: "tool-calls", usage: [10, 5] });

    const { candidates } = aggregate(events);
    const calls = candidates[0]!.blocks.flatMap((block) => (block.type === "tool" ? [block] : []));
    vendor.script = says(upstream, TEXT);
    const second = await ask(shop, client, {
      stream,
      messages: [
        ...REQUEST.messages,
        { role: "assistant", parts: [{ type: "text", text: "Let me look." }, ...calls.map(({ id, name, arguments: written }) => ({ type: "tool-call" as const, id, name, arguments: written }))] },
        { role: "tool", parts: calls.map(({ id, name }) => ({ type: "tool-result" as const, callId: id, name, parts: [{ type: "text" as const, text: `result of ${name}` }] })) },
      ],
    });
    expect(second.response.status, second.body.toString()).toBe(200);
    const sent = JSON.stringify(vendor.calls.at(-1)!.body);
    for (const word of ["Let me look.", "Bern", "result of weather", "result of clock"]) expect(sent).toContain(word);
    expect(said(read(client, stream, second.body))).toMatchObject({ text: "Hello, 你好 world", finish: "stop" });
  });

  test.each([[400, 400], [401, 502], [429, 429], [500, 502]])("hears of the vendor's %d as %d", async (status, told) => {
    const { shop } = await setUp(upstream, (call) => json(call, status, JSON.stringify({ error: { message: "No, because of secret channel 0", type: "whatever" } })));
    const { response, body } = await ask(shop, client);
    expect(response.status).toBe(told);
    expect(body.toString()).not.toContain("secret channel");
    expect(shop.billing.records.every(({ chargeNano }) => chargeNano === 0n)).toBe(true);
  });

  test("hears in-band of a vendor that breaks off, and pays for what was delivered", async () => {
    const { shop } = await setUp(upstream, says(upstream, TEXT.slice(0, 4)));
    const { response, body } = await ask(shop, client, { stream: true });
    expect(response.status).toBe(200);
    expect(body.toString()).toContain("Hello, ");
    expect(body.toString()).toMatch(/error/);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "upstream_abort" });
    expect(shop.billing.records[0]!.chargeNano).toBeGreaterThan(0n);
  });
});
