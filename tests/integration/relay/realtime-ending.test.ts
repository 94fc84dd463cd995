import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nano } from "#money/amount.ts";
import { refusalOf, TALKING, talkTo, WHISPER } from "./realtime-client.ts";
import { responseDone, startRealtimeVendor, type RealtimeVendor } from "./realtime-vendor.ts";
import { KEY, openShop, until, type Shop, type ShopOptions } from "./shop.ts";

/** Conversations over a WebSocket: every way to end, short-lived keys, and the vendor inside the process. */

let vendor: RealtimeVendor;
let shop: Shop;

async function open(over: Partial<ShopOptions> = {}): Promise<Shop> {
  shop = await openShop({ channels: [{ baseUrl: vendor.url }], price: TALKING, alsoSold: [WHISPER], ...over });
  return shop;
}

const talk = (path?: string, protocols?: string[]) => talkTo(shop, path, protocols);
const refusal = (path: string, headers?: Record<string, string>) => refusalOf(shop, path, headers);

beforeEach(async () => {
  vendor = await startRealtimeVendor();
});
afterEach(async () => {
  await shop.close();
  await vendor.close();
});

describe("the end", () => {
  test("money that does not last for another turn closes with 4402 after an error", async () => {
    await open();
    const { events, closed } = await talk();
    vendor.say(responseDone("resp_1", [10, 0, 0, 5, 0]));
    await until(() => shop.billing.asks.length === 2);
    shop.billing.refuse = { refused: "credit-exhausted", neededNano: nano(96_000_000n), availableNano: nano(1_000n), affordableMaxTokens: 0 };
    vendor.say(responseDone("resp_2", [10, 0, 0, 5, 0]));
    expect(await closed).toEqual({ code: 4402, reason: "insufficient_quota" });
    expect(events.slice(-2)).toMatchObject([{ type: "response.done" }, { type: "error", error: { code: "insufficient_quota", needed_usd: "0.096" } }]);
    await until(() => vendor.closed === 1);
    expect([shop.billing.records.length, shop.billing.open.size]).toEqual([2, 0]);
  });

  test("a vendor that is lost ends in an error and 1011, and what was delivered is charged", async () => {
    await open();
    const { events, closed, next } = await talk();
    vendor.say({ type: "response.created", response: { id: "resp_1" } });
    vendor.say({ type: "response.output_audio.delta", response_id: "resp_1", delta: Buffer.alloc(24_000).toString("base64") });
    await next("response.output_audio.delta");
    vendor.socket().terminate();
    expect(await closed).toMatchObject({ code: 1011 });
    expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "bad_upstream_response" } });
    await until(() => shop.relay.running === 0);
    expect(shop.billing.records).toMatchObject([{ outcome: "upstream_abort", usageSource: "estimated", quantities: { output_audio: 10 } }]);
  });

  test("a client that leaves in the middle of an answer stops it and pays what the vendor says it took", async () => {
    await open();
    const { socket, next } = await talk();
    vendor.on("response.cancel", ({ response_id }, say) => say(responseDone(String(response_id), [14, 0, 0, 9, 40], { status: "cancelled", status_details: { type: "cancelled", reason: "client_cancelled" } })));
    vendor.say({ type: "response.created", response: { id: "resp_1" } });
    await next("response.created");
    socket.terminate();
    await until(() => vendor.closed === 1);
    await until(() => shop.relay.running === 0);
    expect(vendor.heard).toEqual([{ type: "response.cancel", response_id: "resp_1" }]);
    expect(shop.billing.records).toMatchObject([{ outcome: "client_abort", usageSource: "upstream", quantities: { input: 14, output: 9, output_audio: 40 } }]);
    expect(shop.billing.open.size).toBe(0);
  });

  test("a vendor that does not answer a client's leaving is left, too", async () => {
    await open({ speed: 60 });
    const { socket, next } = await talk();
    vendor.say({ type: "response.created", response: { id: "resp_1" } });
    vendor.say({ type: "response.output_text.delta", response_id: "resp_1", delta: "twelve bytes" });
    await next("response.output_text.delta");
    socket.close();
    await until(() => shop.relay.running === 0);
    expect(shop.billing.records).toMatchObject([{ outcome: "client_abort", usageSource: "estimated", quantities: { output: 3 } }]);
  });

  test("silence for a quarter of an hour ends it well", async () => {
    await open({ speed: 3_000 });
    const { closed } = await talk();
    expect(await closed).toMatchObject({ code: 1000, reason: "nothing was said for 15 minutes" });
    await until(() => vendor.closed === 1);
    expect([shop.billing.records.length, shop.billing.open.size, shop.billing.released]).toEqual([0, 0, 1]);
  });

  test("a node that goes lets the answer under way end, and says that it restarts", async () => {
    await open();
    const idle = await talk(), busy = await talk();
    vendor.say({ type: "response.created", response: { id: "resp_1" } });
    await busy.next("response.created");
    const drained = shop.relay.drain(10_000);
    expect(await idle.closed).toMatchObject({ code: 1012 });
    expect(await refusal("/v1/realtime?model=gpt-test")).toMatchObject({ status: 503 });
    vendor.say(responseDone("resp_1", [10, 0, 0, 5, 0]));
    expect(await busy.closed).toMatchObject({ code: 1012 });
    expect(busy.events.at(-1)).toMatchObject({ type: "response.done" });
    await drained;
    expect(shop.billing.records).toHaveLength(1);
  });

  test("a frame that is too large ends the conversation of whoever sent it", async () => {
    await open();
    const { socket, closed } = await talk();
    socket.send(Buffer.alloc(16 * 1024 * 1024 + 1));
    expect(await closed).toMatchObject({ code: 1009 });
    await until(() => vendor.closed === 1);
    expect(shop.billing.open.size).toBe(0);
  });

  test("a key that is no more may not go on", async () => {
    const caller = { keyStatus: "active" as "active" | "revoked" };
    await open({ caller });
    const { closed } = await talk();
    caller.keyStatus = "revoked";
    vendor.say(responseDone("resp_1", [10, 0, 0, 5, 0]));
    expect(await closed).toEqual({ code: 4401, reason: "key_disabled" });
  });
});

describe("short-lived keys", () => {
  const mint = async (path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(`${shop.url}${path}`, { method: "POST", body: JSON.stringify(body), headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" } });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  test("one is ours, brings its session along, and opens conversations only", async () => {
    await open();
    const { status, body } = await mint("/v1/realtime/client_secrets", { expires_after: { anchor: "created_at", seconds: 600 }, session: { type: "realtime", model: "gpt-test", instructions: "Be brief.", audio: { input: { transcription: { model: "whisper" } } } } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ value: expect.stringMatching(/^ek_[\w-]{100,}$/) as string, session: { type: "realtime", object: "realtime.session", model: "gpt-test", instructions: "Be brief." } });
    expect(Number(body.expires_at) - Date.now() / 1_000).toBeLessThanOrEqual(60);
    expect(vendor.calls).toEqual([]);
    const key = String(body.value);
    const { socket, next } = await talk("/v1/realtime", ["realtime", `openai-insecure-api-key.${key}`]);
    expect(await next("session.created")).toMatchObject({ session: { model: "gpt-test" } });
    await until(() => vendor.heard.length === 1);
    expect(vendor.heard[0]).toEqual({ type: "session.update", session: { type: "realtime", instructions: "Be brief.", audio: { input: { transcription: { model: "up-whisper" } } } } });
    socket.close();
    expect(await refusal("/v1/realtime?model=gpt-hidden", { authorization: `Bearer ${key}` })).toMatchObject({ status: 403, error: { code: "model_not_allowed" } });
    expect((await shop.get("/v1/models", { authorization: `Bearer ${key}` })).status).toBe(401);
    expect(await refusal("/v1/realtime", { authorization: `Bearer ${key.slice(0, -4)}AAAA` })).toMatchObject({ status: 401, error: { code: "invalid_api_key" } });
  });

  test("the older form, and what is refused", async () => {
    await open();
    const { body } = await mint("/v1/realtime/sessions", { model: "gpt-test", voice: "alloy" });
    expect(body).toMatchObject({ object: "realtime.session", model: "gpt-test", voice: "alloy", client_secret: { value: expect.stringMatching(/^ek_/) as string, expires_at: expect.any(Number) as number } });
    expect(await mint("/v1/realtime/sessions", { model: "nobody" })).toMatchObject({ status: 404, body: { error: { code: "model_not_found" } } });
    expect(await mint("/v1/realtime/client_secrets", { session: { type: "transcription", audio: { input: { transcription: { model: "nobody" } } } } })).toMatchObject({ status: 404, body: { error: { code: "model_not_found" } } });
    expect(await mint("/v1/realtime/client_secrets", { session: { instructions: "x".repeat(5_000) } })).toMatchObject({ status: 400, body: { error: { param: "session" } } });
  });

  test("one minute later it is nothing", async () => {
    await open({ speed: 1 });
    const { body } = await mint("/v1/realtime/client_secrets", { session: { model: "gpt-test" } });
    shop.skip(61_000);
    expect(await refusal("/v1/realtime", { authorization: `Bearer ${String(body.value)}` })).toMatchObject({ status: 401, error: { code: "invalid_api_key" } });
  });
});

test("the vendor inside the process converses, too", async () => {
  await open({ channels: [{ baseUrl: "simulator://local", provider: "simulator", keys: [] }], alsoSold: [] });
  const { socket, say, next } = await talk();
  await next("session.created");
  say({ type: "session.update", session: { output_modalities: ["text"] } });
  say({ type: "conversation.item.create", item: { type: "message", role: "user", content: [{ type: "input_text", text: "Hello there" }] } });
  say({ type: "response.create" });
  expect(await next("response.done")).toMatchObject({ response: { output: [{ content: [{ text: "Simulated reply to: Hello there" }] }], usage: { input_tokens: 3, output_tokens: 8 } } });
  say({ type: "input_audio_buffer.append", audio: Buffer.alloc(48_000).toString("base64") });
  say({ type: "input_audio_buffer.commit" });
  say({ type: "response.create", response: { output_modalities: ["audio"] } });
  await next("response.done", 1);
  socket.close();
  await until(() => shop.relay.running === 0);
  expect(shop.billing.records.map(({ quantities }) => quantities)).toEqual([{ request: 1, input: 3, output: 8 }, { request: 1, input: 11, input_audio: 10, output: 10, output_audio: 10 }]);
});
