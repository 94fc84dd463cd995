import Anthropic from "@anthropic-ai/sdk";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { messageEvent, messages, opening, refusal, type Block } from "./anthropic-vendor.ts";
import { KEY, openShop, until, type Shop, type ShopOptions } from "./shop.ts";
import { begin, chunk, completion, event, failure, json, startVendor, type VendorCall } from "./vendor.ts";

const vendor = await startVendor();
const HOST = new URL(vendor.url).origin;
const shops: Shop[] = [];

/** Shops by what their vendor speaks: Anthropic's format, whose bytes pass, and OpenAI's. */
const CHANNEL = { anthropic: { provider: "anthropic", baseUrl: HOST }, "openai-chat": { provider: "openai-compatible", baseUrl: vendor.url } } as const;
type Protocol = keyof typeof CHANNEL;
const PROTOCOLS = Object.keys(CHANNEL) as readonly Protocol[];

async function open(protocol: Protocol, options: Partial<ShopOptions> = {}): Promise<{ shop: Shop; client: Anthropic }> {
  const shop = await openShop({ channels: [CHANNEL[protocol]], upstreamModel: "claude-sonnet-4-5", ...options });
  shops.push(shop);
  return { shop, client: new Anthropic({ baseURL: shop.url, apiKey: KEY, maxRetries: 0 }) };
}
beforeEach(() => {
  vendor.calls.length = 0;
});
afterEach(async () => {
  for (const shop of shops.splice(0)) {
    await until(() => shop.billing.open.size === 0);
    await shop.close();
  }
});
afterAll(() => vendor.close());

const SAY = [{ role: "user" as const, content: "Say hello" }];
const ASK = { model: "gpt-test", max_tokens: 500, messages: SAY };
const lastCall = (): VendorCall => vendor.calls.at(-1)!;

/** The same answer in the words of either protocol. */
const answer = (protocol: Protocol, text = "Hello there"): void => {
  vendor.script = (call) => (protocol === "anthropic" ? messages(call, { content: [{ type: "text", text }] }) : completion(call, { text }));
};

test.each(PROTOCOLS)("a message and a stream of one, from a vendor of %s", async (protocol) => {
  answer(protocol);
  const { shop, client } = await open(protocol);
  const whole = await client.messages.create(ASK);
  expect(whole).toMatchObject({ type: "message", role: "assistant", model: "gpt-test", content: [{ type: "text", text: "Hello there" }], stop_reason: "end_turn", usage: { input_tokens: 10, output_tokens: 5 } });
  expect(whole._request_id).toMatch(/^req_/);

  const stream = client.messages.stream(ASK);
  const seen: string[] = [];
  stream.on("streamEvent", ({ type }) => void seen.push(type));
  const streamed = await stream.finalMessage();
  expect(streamed).toMatchObject({ model: "gpt-test", content: [{ type: "text", text: "Hello there" }], stop_reason: "end_turn", usage: { input_tokens: 10, output_tokens: 5 } });
  expect(seen.filter((type) => type !== "content_block_delta")).toEqual(["message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"]);
  await until(() => shop.billing.records.length === 2);
  for (const record of shop.billing.records) expect(record).toMatchObject({ outcome: "ok", usageSource: "upstream", quantities: { input: 10, output: 5 } });
  if (protocol === "anthropic") expect(shop.billing.records[0]!.quantities).toMatchObject({ cache_read: 900, cache_write_5m: 40 });
});

test("the vendor hears the client's edition of the format, the channel's key, and nothing of the client", async () => {
  answer("anthropic");
  const { client } = await open("anthropic");
  await client.beta.messages.create({ ...ASK, betas: ["interleaved-thinking-2025-05-14"], metadata: { user_id: "ann" } }, { query: { beta: "true" }, headers: { "anthropic-version": "2026-10-21" } });
  const { path, headers, body } = lastCall();
  expect(path).toBe("/v1/messages?beta=true");
  expect(headers).toMatchObject({ "x-api-key": "vendor-secret-k0", "anthropic-version": "2023-06-01", "anthropic-beta": "interleaved-thinking-2025-05-14" });
  expect(headers.authorization).toBeUndefined();
  expect(headers["x-stainless-lang"]).toBeUndefined();
  expect(body).toMatchObject({ model: "claude-sonnet-4-5", max_tokens: 500 });
  expect(JSON.stringify(body)).not.toContain("ann");
});

const TOOL: Anthropic.Tool = { name: "look", description: "Looks at a place.", input_schema: { type: "object", properties: { place: { type: "string" } }, required: ["place"] } };

function callTools(protocol: Protocol): void {
  const places = ["Graz", "Wien"];
  vendor.script = (call) => {
    const isSecond = JSON.stringify(call.body.messages).includes("a clock tower");
    if (protocol === "anthropic") {
      const calls = places.map((place, at): Block => ({ type: "tool_use", id: `toolu_${at}`, name: "look", input: { place } }));
      messages(call, isSecond ? { content: [{ type: "text", text: "Done" }] } : { content: [{ type: "text", text: "I look." }, ...calls], stop: "tool_use" });
      return;
    }
    if (isSecond) {
      completion(call, { text: "Done" });
      return;
    }
    begin(call);
    chunk(call, { role: "assistant", content: "I look." });
    // Both calls at once, in pieces that interleave.
    for (const [at] of places.entries()) chunk(call, { tool_calls: [{ index: at, id: `call_${at}`, type: "function", function: { name: "look", arguments: "" } }] });
    for (const piece of ['{"pla', 'ce":"']) for (const [at] of places.entries()) chunk(call, { tool_calls: [{ index: at, function: { arguments: piece } }] });
    for (const [at, place] of places.entries()) chunk(call, { tool_calls: [{ index: at, function: { arguments: `${place}"}` } }] });
    chunk(call, {}, "tool_calls");
    event(call, { id: "chatcmpl-1", object: "chat.completion.chunk", choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } });
    call.response.end("data: [DONE]\n\n");
  };
}

test.each(PROTOCOLS)("two calls of a tool and their results, with a vendor of %s", async (protocol) => {
  callTools(protocol);
  const { client } = await open(protocol);
  const first = await client.messages.stream({ ...ASK, tools: [TOOL] }).finalMessage();
  expect(first.stop_reason).toBe("tool_use");
  expect(first.content.map(({ type }) => type)).toEqual(["text", "tool_use", "tool_use"]);
  const calls = first.content.filter((block) => block.type === "tool_use");
  expect(calls.map(({ input }) => input)).toEqual([{ place: "Graz" }, { place: "Wien" }]);
  const results = calls.map(({ id }) => ({ type: "tool_result" as const, tool_use_id: id, content: "a clock tower" }));
  const second = await client.messages.stream({ ...ASK, tools: [TOOL], messages: [...SAY, { role: "assistant", content: first.content }, { role: "user", content: results }] }).finalMessage();
  expect(second.content).toEqual([expect.objectContaining({ type: "text", text: "Done" })]);
  const sent = lastCall().body.messages as readonly Readonly<Record<string, unknown>>[];
  if (protocol === "anthropic") expect(sent.at(-1)).toEqual({ role: "user", content: results });
  else expect(sent.slice(-2).map(({ role, tool_call_id }) => [role, tool_call_id])).toEqual([["tool", "call_0"], ["tool", "call_1"]]);
});

test("thoughts of a vendor of OpenAI's format are thoughts here, and a schema for the reply is asked for in its words", async () => {
  vendor.script = (call) => {
    begin(call);
    for (const delta of [{ reasoning_content: "Hm, " }, { reasoning_content: "yes." }, { content: '{"ok":' }, { content: "true}" }]) chunk(call, delta);
    chunk(call, {}, "stop");
    event(call, { id: "c", object: "chat.completion.chunk", choices: [], usage: { prompt_tokens: 10, completion_tokens: 9, completion_tokens_details: { reasoning_tokens: 4 } } });
    call.response.end("data: [DONE]\n\n");
  };
  const { client } = await open("openai-chat");
  const schema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"], additionalProperties: false };
  const message = await client.messages.stream({
    ...ASK, max_tokens: 4_000, thinking: { type: "enabled", budget_tokens: 2_000 }, output_config: { format: { type: "json_schema", schema } },
  }).finalMessage();
  expect(message.content).toMatchObject([{ type: "thinking", thinking: "Hm, yes." }, { type: "text", text: '{"ok":true}' }]);
  expect(message.usage).toMatchObject({ output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } });
  expect(lastCall().body.response_format).toMatchObject({ type: "json_schema", json_schema: { schema } });
});

test.each([
  [400, "invalid_request_error", "max_tokens: too large", Anthropic.BadRequestError, "invalid_request_error"],
  [401, "authentication_error", "invalid x-api-key", Anthropic.InternalServerError, "api_error"],
  [413, "request_too_large", "Request too large", Anthropic.APIError, "request_too_large"],
  [429, "rate_limit_error", "slow down", Anthropic.RateLimitError, "rate_limit_error"],
  [500, "api_error", "oops", Anthropic.InternalServerError, "api_error"],
  [529, "overloaded_error", "Overloaded", Anthropic.InternalServerError, "api_error"],
] as const)("a vendor's %i %s is told as the caller's own kind of error", async (status, type, message, kind, told) => {
  for (const protocol of PROTOCOLS) {
    vendor.script = (call) => (protocol === "anthropic" ? refusal(call, status, type, message) : failure(call, status, message));
    const { client, shop } = await open(protocol);
    const refused = client.messages.create({ ...ASK, stream: true });
    await expect(refused).rejects.toBeInstanceOf(kind);
    await expect(refused).rejects.toMatchObject({ error: { type: "error", error: { type: told } } });
    expect(shop.billing.records.every(({ chargeNano }) => chargeNano === 0n)).toBe(true);
  }
});

test("an error before the first word is answered by another channel, one after it ends the stream as an error", async () => {
  let read = (): void => undefined;
  const half = new Promise<void>((resolve) => (read = resolve));
  vendor.script = async (call) => {
    begin(call);
    opening(call);
    if (vendor.calls.length === 1) messageEvent(call, { type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
    else {
      messageEvent(call, { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
      messageEvent(call, { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Half an ans" } });
      await half;
      messageEvent(call, { type: "error", error: { type: "api_error", message: `lost at ${HOST}` } });
    }
    call.response.end();
  };
  const { client, shop } = await open("anthropic", { channels: [CHANNEL.anthropic, CHANNEL.anthropic] });
  const stream = client.messages.stream(ASK);
  let text = "";
  stream.on("text", (piece) => {
    text += piece;
    read();
  });
  const failed = stream.finalMessage();
  await expect(failed).rejects.toBeInstanceOf(Anthropic.APIError);
  await expect(failed).rejects.toMatchObject({ message: expect.not.stringContaining(HOST) as unknown });
  expect(text).toBe("Half an ans");
  expect(vendor.calls).toHaveLength(2);
  await until(() => shop.billing.records.length === 1);
  const { quantities, usageSource } = shop.billing.records[0]!;
  expect(quantities).toMatchObject({ input: 10, cache_read: 900, cache_write_5m: 40 });
  expect(quantities.output).toBeGreaterThan(0);
  expect(usageSource).toBe("estimated");
});

test.each(PROTOCOLS)("a client that leaves hangs up the vendor of %s, too", async (protocol) => {
  vendor.script = (call) => {
    begin(call);
    if (protocol === "openai-chat") chunk(call, { content: "Once " });
    else {
      opening(call);
      messageEvent(call, { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } });
      messageEvent(call, { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Once " } });
    }
  };
  const { client, shop } = await open(protocol, protocol === "anthropic" ? {} : { channels: [{ ...CHANNEL[protocol], provider: "llama-cpp" }] });
  const stream = client.messages.stream(ASK);
  stream.on("text", () => stream.abort());
  await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
  await lastCall().hungUp;
  await until(() => shop.billing.records.length === 1);
  expect(shop.billing.records[0]).toMatchObject({ outcome: "client_abort" });
});

test("a refusal of the model's is one here", async () => {
  vendor.script = (call) => messages(call, { content: [], stop: "refusal", usage: { output_tokens: 2 } });
  const { client, shop } = await open("anthropic");
  expect(await client.messages.create(ASK)).toMatchObject({ stop_reason: "refusal", content: [] });
  expect(shop.billing.records[0]).toMatchObject({ outcome: "refused" });
});

test("what cannot be said to the vendor at all is refused by its place", async () => {
  vendor.script = (call) => json(call, 200, {});
  const { client } = await open("openai-chat");
  const refused = client.messages.create({ ...ASK, tools: [{ type: "bash_20250124", name: "bash" }] });
  await expect(refused).rejects.toBeInstanceOf(Anthropic.BadRequestError);
  expect(vendor.calls).toEqual([]);
});

test("a signature that the vendor refuses costs the thoughts of the history, not the answer", async () => {
  vendor.script = (call) => {
    if (JSON.stringify(call.body.messages).includes('"thinking"')) refusal(call, 400, "invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block");
    else messages(call);
  };
  const { client } = await open("anthropic");
  const history = [...SAY, { role: "assistant" as const, content: [{ type: "thinking" as const, thinking: "hm", signature: "of-another-model" }, { type: "text" as const, text: "Hello" }] }, ...SAY];
  const { data, response } = await client.messages.create({ ...ASK, max_tokens: 4_000, messages: history, thinking: { type: "enabled", budget_tokens: 2_000 } }).withResponse();
  expect(data.content).toMatchObject([{ type: "text", text: "Hello there" }]);
  expect(response.headers.get("x-modelmart-warn")).toBe("reasoning_dropped");
  expect(vendor.calls).toHaveLength(2);
  expect(lastCall().body).toMatchObject({ thinking: { type: "enabled", budget_tokens: 2_000 }, messages: [{ role: "user" }, { role: "assistant", content: [{ type: "text", text: "Hello" }] }, { role: "user" }] });
});
