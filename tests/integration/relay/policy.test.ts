import { afterEach, expect, test } from "vitest";
import { channelSettingsField } from "#channels/channel-settings.ts";
import { ppm } from "#money/amount.ts";
import { compilePrice, parsePriceDocument } from "#money/price.ts";
import type { Channel } from "#snapshot/snapshot.ts";
import { messages } from "./anthropic-vendor.ts";
import { KEY, openShop, priceOf } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { begin, chunk, completion, event, failure, json, startVendor, USAGE } from "./vendor.ts";
import type { Script, Vendor, VendorCall } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Side = Readonly<{ settings?: unknown; provider?: string; script?: Script; channel?: Partial<Channel> }>;

/** A shop in front of vendors, in the order in which they are asked. */
async function setUp(sides: readonly Side[], over: Partial<ShopOptions> = {}): Promise<{ shop: Shop; vendors: readonly Vendor[] }> {
  const vendors = await Promise.all(sides.map(({ script, provider }) => startVendor(script ?? (provider === "anthropic" ? messages : undefined))));
  closing.push(...vendors.map((vendor) => vendor.close));
  const shop = await openShop({
    channels: sides.map(({ settings = {}, provider = "openai-compatible", channel }, i) => ({
      baseUrl: provider === "anthropic" ? vendors[i]!.url.replace("/v1", "") : vendors[i]!.url, provider, priority: -i, settings: channelSettingsField.parse(settings), ...channel,
    })),
    ...over,
  });
  closing.push(shop.close);
  return { shop, vendors };
}

const ask = (shop: Shop, body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${shop.url}/v1/messages`, {
    method: "POST", headers: { "x-api-key": KEY, "anthropic-version": "2023-06-01", "content-type": "application/json", ...headers },
    body: JSON.stringify({ model: "gpt-test", max_tokens: 100, messages: [{ role: "user", content: "hi" }], ...body }),
  });

const detailOf = (shop: Shop) => shop.billing.records.at(-1)!.detail as Readonly<Record<string, unknown>>;

test("what a model refuses is left out, said, and refused where the caller is strict and nobody else takes it", async () => {
  const { shop, vendors: [first, second] } = await setUp([{ provider: "openai" }, {}], { upstreamModel: "gpt-5-mini" });
  const dropped = await shop.chat({ temperature: 0.2, max_tokens: 50, top_p: 1 });
  expect(dropped.headers.get("x-modelmart-warn")).toBe("temperature_dropped");
  expect(first!.calls[0]!.body).toEqual({ model: "gpt-5-mini", messages: [{ role: "user", content: "Say hello to everybody" }], max_completion_tokens: 50, top_p: 1 });
  expect(detailOf(shop).warnings).toEqual(["temperature_dropped"]);
  const strict = await shop.chat({ temperature: 0.2, max_tokens: 50 }, { headers: { "x-modelmart-strict": "1" } });
  expect(strict.status).toBe(200);
  expect([first!.calls.length, second!.calls[0]!.body]).toMatchObject([1, { temperature: 0.2, max_tokens: 50 }]);
  expect(strict.headers.get("x-modelmart-warn")).toBeNull();
});

test("strict and nobody takes it: 400, nothing sent, nothing charged", async () => {
  const { shop, vendors: [vendor] } = await setUp([{ provider: "anthropic" }], { upstreamModel: "claude-opus-4-7" });
  const refused = await ask(shop, { temperature: 0.2 }, { "x-modelmart-strict": "1" });
  expect([refused.status, (await refused.json() as { error: object }).error]).toMatchObject([400, { type: "invalid_request_error" }]);
  const lax = await ask(shop, { temperature: 0.2 });
  expect([lax.status, lax.headers.get("x-modelmart-warn"), vendor!.calls.length]).toEqual([200, "temperature_dropped", 1]);
  expect(vendor!.calls[0]!.body).not.toHaveProperty("temperature");
});

test("an operator's change of the cap is what is set aside, for the dearest of those who may answer", async () => {
  const capped = { params: [{ op: "set", path: "/max_tokens", value: 70 }] }, doubled = { params: [{ op: "set", path: "/n", value: 2, when: { field: "model", is: "eq", value: "gpt-test" } }] };
  const one = await setUp([{ settings: capped }]);
  expect((await one.shop.chat({ max_tokens: 1_000 })).status).toBe(200);
  expect(one.vendors[0]!.calls[0]!.body.max_tokens).toBe(70);
  expect(one.shop.billing.asks[0]).toMatchObject({ maxOutputTokens: 70, candidates: 1 });
  expect(detailOf(one.shop).changes).toEqual(["set:/max_tokens"]);
  const two = await setUp([{ settings: capped }, { settings: doubled }]);
  await two.shop.chat({ max_tokens: 1_000 });
  expect(two.shop.billing.asks[0]).toMatchObject({ maxOutputTokens: 1_000, candidates: 2 });
});

test("a refusal by rule is the operator's words; another channel may take the request", async () => {
  const settings = { params: [{ op: "reject", message: "Ask for less than 500 tokens.", when: { field: "/max_tokens", is: "gt", value: 500 } }] };
  const { shop, vendors: [vendor] } = await setUp([{ settings }]);
  const refused = await shop.chat({ max_tokens: 501 });
  expect([refused.status, (await refused.json() as { error: { message: string } }).error.message]).toEqual([400, expect.stringContaining("Ask for less than 500 tokens.")]);
  expect([(await shop.chat({ max_tokens: 500 })).status, vendor!.calls.length]).toEqual([200, 1]);
  const both = await setUp([{ settings }, {}]);
  expect((await both.shop.chat({ max_tokens: 501 })).status).toBe(200);
  expect([both.vendors[0]!.calls.length, both.vendors[1]!.calls.length]).toEqual([0, 1]);
});

test("nothing of the client's head reaches a vendor but what is named; users go by names of our making", async () => {
  const settings = { headers: [{ op: "set", name: "x-org", value: "acme" }, { op: "set", name: "x-title", value: "{client:x-title}" }, { op: "remove", name: "user-agent" }, { op: "set", name: "x-echo", value: "{request_id}" }] };
  const { shop, vendors: [vendor] } = await setUp([{ settings }]);
  const first = await shop.chat({ user: "bob@example.com", safety_identifier: "bob" }, { headers: { cookie: "a=b", "x-forwarded-for": "1.2.3.4", "x-title": "App" } });
  await shop.chat({ user: "bob@example.com" });
  const [{ headers, body }, again] = vendor!.calls as [VendorCall, VendorCall];
  expect(headers).toMatchObject({ authorization: "Bearer vendor-secret-k0", "x-org": "acme", "x-title": "App", "x-echo": first.headers.get("x-request-id") });
  expect(Object.keys(headers)).not.toContain("user-agent");
  expect(JSON.stringify([headers, body])).not.toMatch(/bob|a=b|1\.2\.3\.4|sk-mm-test/);
  expect(body.user).toMatch(/^[0-9a-f]{32}$/);
  expect(again.body.user).toBe(body.user);
  expect(again.headers).not.toHaveProperty("x-title");
  const open = await setUp([{ settings: { allow_user_id: true } }]);
  await open.shop.chat({ user: "bob" });
  expect(open.vendors[0]!.calls[0]!.body.user).toBe("bob");
});

test("the shop's words stand before the client's as one, and the receipt says how many", async () => {
  const text = "Answer in the voice of a pirate, whatever you are asked about.";
  const { shop, vendors: [vendor] } = await setUp([{ settings: { system: { mode: "prepend", text } } }]);
  await shop.chat({ messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "hi" }] });
  expect(vendor!.calls[0]!.body.messages).toEqual([{ role: "system", content: `${text}\n\nBe brief.` }, { role: "user", content: "hi" }]);
  expect(detailOf(shop)).toMatchObject({ injected_tokens_estimate: 20, changes: ["system"] });
  expect(shop.billing.records[0]).toMatchObject({ chargeNano: 20_000n });
  const usage = { prompt_tokens: 30, completion_tokens: 5, total_tokens: 35 };
  const absorbing = await setUp([{ settings: { system: { mode: "prepend", text, absorb: true } }, script: (call) => completion(call, { usage }) }]);
  await absorbing.shop.chat();
  expect(absorbing.shop.billing.records[0]).toMatchObject({ chargeNano: 20_000n, quantities: { input: 10, output: 5 } });
  const smallest = Math.max(...absorbing.shop.billing.asks.map(({ inputTokensMax }) => inputTokensMax));
  expect(smallest).toBeGreaterThan(text.length);
});

const PRICED = compilePrice({
  versionId: 1n, document: parsePriceDocument({ items: { input: "1000000", output: "2000000" }, service: { flex: { ppm: 500_000 }, priority: { ppm: 2_000_000 } } }),
  multipliers: [{ source: "group", name: "default", ppm: ppm(1_000_000) }],
});

test("a service tier is passed on only where the channel may and its price is known; the one that was served is charged", async () => {
  const script: Script = (call) => completion({ ...call, body: call.body }, { usage: { ...USAGE, ...(call.body.service_tier === undefined ? {} : { service_tier: call.body.service_tier }) } });
  const closed = await setUp([{ script }], { price: PRICED });
  const without = await closed.shop.chat({ service_tier: "flex" });
  expect([closed.vendors[0]!.calls[0]!.body.service_tier, without.headers.get("x-modelmart-warn"), closed.shop.billing.records[0]!.chargeNano]).toEqual([undefined, "tier_dropped", 20_000n]);
  expect((await closed.shop.chat({ service_tier: "auto" })).headers.get("x-modelmart-warn")).toBeNull();

  const { shop, vendors: [vendor] } = await setUp([{ settings: { allow_service_tier: true }, script }], { price: PRICED });
  const flex = await shop.chat({ service_tier: "flex" });
  expect([vendor!.calls[0]!.body.service_tier, flex.headers.get("x-modelmart-warn"), shop.billing.records[0]!.chargeNano]).toEqual(["flex", null, 10_000n]);
  expect(shop.billing.asks[0]!.card.prices.input).toBe(1_000_000n);
  await shop.chat({ service_tier: "priority" });
  expect([shop.billing.records[1]!.chargeNano, shop.billing.asks[1]!.card.prices.input]).toEqual([40_000n, 2_000_000n]);
  const unpriced = await shop.chat({ service_tier: "scale" });
  expect([vendor!.calls[2]!.body.service_tier, unpriced.headers.get("x-modelmart-warn")]).toEqual([undefined, "tier_dropped"]);
});

test("a vendor that only streams answers a whole reply; one that never does answers a stream", async () => {
  const streaming = await setUp([{ settings: { force_stream: true } }, { settings: { force_stream: true }, provider: "anthropic" }]);
  const whole = await streaming.shop.chat();
  expect([streaming.vendors[0]!.calls[0]!.body, streaming.vendors[0]!.calls[0]!.headers.accept]).toMatchObject([{ stream: true, stream_options: { include_usage: true } }, "text/event-stream"]);
  expect(await whole.json()).toMatchObject({ object: "chat.completion", choices: [{ message: { content: "Hello there" }, finish_reason: "stop" }], usage: USAGE });
  expect(streaming.shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n });

  const plain = await setUp([{ settings: { force_non_stream: true } }]);
  const stream = await plain.shop.chat({ stream: true, stream_options: { include_usage: true } });
  const text = await stream.text();
  expect(plain.vendors[0]!.calls[0]!.body).not.toHaveProperty("stream");
  expect(plain.vendors[0]!.calls[0]!.body).not.toHaveProperty("stream_options");
  expect(text).toContain("Hello there");
  expect(text.trimEnd().endsWith("data: [DONE]")).toBe(true);
  expect(plain.shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, stream: true });
});

test("the same through a conversion", async () => {
  const { shop, vendors: [vendor] } = await setUp([{ settings: { force_stream: true }, provider: "anthropic" }]);
  const reply = await shop.chat();
  expect(vendor!.calls[0]!.body.stream).toBe(true);
  expect(await reply.json()).toMatchObject({ choices: [{ message: { content: "Hello there" } }] });
  const never = await setUp([{ settings: { force_non_stream: true }, provider: "anthropic" }]);
  const text = await (await never.shop.chat({ stream: true })).text();
  expect(never.vendors[0]!.calls[0]!.body.stream).not.toBe(true);
  expect(text).toContain("Hello there");
});

test("thoughts become part of the text, whole and streamed", async () => {
  const script: Script = (call) => {
    if (call.body.stream !== true) {
      json(call, 200, { id: "c", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", reasoning_content: "Hm.", content: "Yes." }, finish_reason: "stop" }], usage: USAGE });
      return;
    }
    begin(call);
    chunk(call, { reasoning_content: "H" });
    chunk(call, { reasoning_content: "m." });
    chunk(call, { content: "Yes." });
    chunk(call, {}, "stop");
    event(call, { id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage: USAGE });
    call.response.end("data: [DONE]\n\n");
  };
  const { shop } = await setUp([{ settings: { thinking_to_content: true }, script }]);
  const whole = (await (await shop.chat()).json()) as { choices: { message: object }[] };
  expect(whole.choices[0]!.message).toMatchObject({ content: "<think>\nHm.\n</think>\n\nYes." });
  expect(JSON.stringify(whole)).not.toContain("reasoning_content");
  const events = (await (await shop.chat({ stream: true })).text()).split("\n\n").filter((line) => line.startsWith("data: {")).map((line) => JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] });
  expect(events.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("<think>\nHm.\n</think>\n\nYes.");
});

test("a channel is spared what its copy of the model cannot do; what nobody can is named", async () => {
  const lacks = { "gpt-test": ["tools", "json_schema"] };
  const tools = [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }];
  const { shop, vendors: [first, second] } = await setUp([{ settings: { lacks } }, {}]);
  await shop.chat({ tools });
  await shop.chat();
  expect([first!.calls.length, second!.calls.length]).toEqual([1, 1]);
  const alone = await setUp([{ settings: { lacks } }]);
  const refused = await alone.shop.chat({ tools });
  expect([refused.status, await refused.json()]).toMatchObject([400, { error: { code: "unsupported_parameter", param: "tools", message: expect.stringContaining("tools") as string } }]);
  expect(alone.vendors[0]!.calls).toEqual([]);
});

test("another name of the cap, no usage asked for, and a conversion through the operator's changes", async () => {
  const { shop, vendors: [vendor] } = await setUp([{ settings: { max_tokens_name: "max_completion_tokens", supports_stream_options: false } }]);
  await (await shop.chat({ stream: true, max_tokens: 9 })).text();
  expect(vendor!.calls[0]!.body).toMatchObject({ max_completion_tokens: 9 });
  expect(vendor!.calls[0]!.body).not.toHaveProperty("stream_options");

  const settings = { params: [{ op: "set", path: "/max_tokens", value: 300 }, { op: "set", path: "/metadata/shop", value: "x" }], system: { mode: "append", text: "S" } };
  const converted = await setUp([{ settings, provider: "anthropic" }]);
  await converted.shop.chat({ messages: [{ role: "system", content: "C" }, { role: "user", content: "hi" }] });
  const { body } = converted.vendors[0]!.calls[0]!;
  expect(body).toMatchObject({ max_tokens: 300, metadata: { shop: "x" } });
  expect(JSON.stringify(body.system)).toMatch(/C.*S/);
  expect(converted.shop.billing.asks[0]!.maxOutputTokens).toBe(300);
});

test("betas are filtered, and only known editions of the format go on", async () => {
  const { shop, vendors: [vendor] } = await setUp([{ settings: { betas: { drop: ["b-2025"] } }, provider: "anthropic" }]);
  await ask(shop, {}, { "anthropic-beta": "a-2025,b-2025", "anthropic-version": "2026-10-21" });
  await ask(shop, {}, { "anthropic-beta": "b-2025", "anthropic-version": "2023-01-01" });
  const [one, two] = vendor!.calls as [VendorCall, VendorCall];
  expect([one.headers["anthropic-beta"], one.headers["anthropic-version"]]).toEqual(["a-2025", "2023-06-01"]);
  expect([two.headers["anthropic-beta"], two.headers["anthropic-version"]]).toEqual([undefined, "2023-01-01"]);
});

test("a failed try leaves nothing of its changes on the next one's receipt", async () => {
  const { shop } = await setUp([{ settings: { params: [{ op: "set", path: "/top_k", value: 1 }] }, script: (call) => failure(call, 500) }, {}]);
  expect((await shop.chat()).status).toBe(200);
  expect(detailOf(shop)).not.toHaveProperty("changes");
});

test("a model that is another one with parameters set says them where the client has not, and how hard to think always", async () => {
  const preset = { model: "base", reasoning: "high", maxTokens: 300, temperature: 0.3 } as const;
  const { shop, vendors: [vendor] } = await setUp([{ provider: "openai" }], { model: { preset }, upstreamModel: "o4-mini" });
  await shop.chat({ reasoning_effort: "low", top_p: 1, unheard_of: [1] });
  expect(vendor!.calls[0]!.body).toEqual({
    model: "o4-mini", messages: [{ role: "user", content: "Say hello to everybody" }], top_p: 1, unheard_of: [1], reasoning_effort: "high", max_completion_tokens: 300,
  });
  expect(shop.billing.asks[0]).toMatchObject({ maxOutputTokens: 300 });
  await shop.chat({ max_completion_tokens: 20 });
  expect(vendor!.calls[1]!.body).toMatchObject({ max_completion_tokens: 20 });
  expect(shop.billing.asks[1]).toMatchObject({ maxOutputTokens: 20 });

  const claude = await setUp([{ provider: "anthropic" }], { model: { preset: { model: "base", reasoning: 2_000, maxTokens: 8_000 } }, upstreamModel: "claude-sonnet-4-5" });
  await claude.shop.chat({ temperature: 0.2 });
  await ask(claude.shop, { max_tokens: 3_000, temperature: 0.2 });
  expect(claude.vendors[0]!.calls.map(({ body }) => [body.max_tokens, body.thinking, body.temperature])).toEqual([
    [4_096, { type: "enabled", budget_tokens: 2_000 }, undefined], [3_000, { type: "enabled", budget_tokens: 2_000 }, undefined],
  ]);
});

test("suffixes say whom to ask first, where the shop has them", async () => {
  const price = (pico: string) => priceOf({ input: pico, output: pico });
  const { shop, vendors } = await setUp([{ channel: { priority: 0 } }, { channel: { priority: 0 } }], { settings: { sortSuffixes: true }, costs: [price("900"), price("100")], random: () => 0 });
  expect((await shop.chat()).status).toBe(200);
  expect(vendors.map(({ calls }) => calls.length)).toEqual([1, 0]);
  const floor = await shop.chat({ model: "gpt-test:floor" });
  expect([vendors.map(({ calls }) => calls.length), ((await floor.json()) as { model: string }).model]).toEqual([[1, 1], "gpt-test"]);
  expect((await shop.chat({ model: "models/gpt-alias:nitro " })).status).toBe(200);
  expect((await shop.chat({ model: "gpt-test:cheap" })).status).toBe(404);
  const without = await setUp([{}]);
  expect((await without.shop.chat({ model: "gpt-test:floor" })).status).toBe(404);
});
