import net from "node:net";
import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nano } from "#money/amount.ts";
import { refusalOf, TALKING, talkTo, WHISPER, type Event } from "./realtime-client.ts";
import { responseDone, startRealtimeVendor, type RealtimeVendor } from "./realtime-vendor.ts";
import { KEY, openShop, priceOf, until, withWildcard, type Shop, type ShopOptions } from "./shop.ts";

/** Conversations over a WebSocket: what is looked at before, what passes, what each answer costs. */

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

const handshake = [
  "GET /v1/realtime?model=gpt-test HTTP/1.1", "host: shop", `authorization: Bearer ${KEY}`, "connection: Upgrade", "upgrade: websocket",
  "sec-websocket-version: 13", "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
].join("\r\n");

describe("with OpenAI's own client", () => {
  test("two turns of text and sound: events as the vendor said them, each answer a charge of its own", async () => {
    await open();
    const audio = Buffer.alloc(4_800, 3).toString("base64");
    vendor.on("response.create", (event, say) => {
      const id = event.event_id === "first" ? "resp_1" : "resp_2";
      say({ type: "response.created", response: { object: "realtime.response", id, status: "in_progress", output: [] } });
      say({ type: "response.output_audio_transcript.delta", response_id: id, delta: "Hello." });
      say({ type: "response.output_audio.delta", response_id: id, delta: audio });
      say(id === "resp_1" ? responseDone(id, [14, 27, 0, 28, 136]) : responseDone(id, [63, 124, 50, 17, 98]));
    });
    const client = new OpenAI({ apiKey: KEY, baseURL: `${shop.url}/v1` });
    const port = Number(new URL(shop.url).port);
    const realtime = new OpenAIRealtimeWS({ model: "gpt-test", options: { createConnection: () => net.connect(port, "127.0.0.1") } as object }, client);
    const events: Event[] = [], errors: Error[] = [];
    realtime.on("event", (event) => void events.push(event as unknown as Event));
    realtime.on("error", (error) => void errors.push(error));
    await until(() => events.length > 0);
    expect(events[0]).toMatchObject({ type: "session.created", session: { model: "gpt-test" } });
    realtime.send({ type: "session.update", session: { type: "realtime", instructions: "Be brief." } });
    realtime.send({ type: "conversation.item.create", item: { type: "message", role: "user", content: [{ type: "input_text", text: "Hi" }] } });
    realtime.send({ type: "response.create", event_id: "first" });
    await until(() => events.filter(({ type }) => type === "response.done").length === 1);
    realtime.send({ type: "input_audio_buffer.append", audio });
    realtime.send({ type: "input_audio_buffer.commit" });
    realtime.send({ type: "response.create", event_id: "second" });
    await until(() => events.filter(({ type }) => type === "response.done").length === 2);

    // Noted with each answer's beginning, never for the wait between them.
    expect(shop.billing.begun).toEqual(shop.billing.records.map(({ id }) => id));
    expect(vendor.heard.map(({ type }) => type)).toEqual([
      "session.update", "conversation.item.create", "response.create", "input_audio_buffer.append", "input_audio_buffer.commit", "response.create",
    ]);
    expect(vendor.heard[3]).toEqual({ type: "input_audio_buffer.append", audio });
    expect(events.find(({ type }) => type === "response.output_audio.delta")).toEqual({ type: "response.output_audio.delta", response_id: "resp_1", delta: audio });
    expect(vendor.calls[0]).toMatchObject({ url: "/v1/realtime?model=up-model", headers: { authorization: "Bearer vendor-secret-k0" } });

    realtime.close();
    await until(() => shop.relay.running === 0);
    const [first, second] = shop.billing.records;
    expect(shop.billing.records).toHaveLength(2);
    expect(first).toMatchObject({ outcome: "ok", endpoint: "realtime", usageSource: "upstream", quantities: { request: 1, input: 14, input_audio: 27, output: 28, output_audio: 136 }, finish: "stop" });
    expect(first!.chargeNano).toBe(nano(14n * 4_000n + 27n * 32_000n + 28n * 16_000n + 136n * 64_000n));
    expect(second).toMatchObject({ quantities: { input: 13, cache_read: 50, input_audio: 124, output: 17, output_audio: 98 }, detail: { response: "resp_2", session: first!.detail!.session } });
    expect(first!.id).not.toBe(second!.id);
    // The hold that was ready for a third answer left nothing behind.
    expect([shop.billing.open.size, shop.billing.released, errors]).toEqual([0, 1, []]);
  });
});

describe("a browser", () => {
  test("brings its key as the name of a protocol, which is not repeated", async () => {
    await open();
    const { socket, next } = await talk("/v1/realtime?model=gpt-alias", ["realtime", `openai-insecure-api-key.${KEY}`, "openai-beta.realtime-v1"]);
    expect(socket.protocol).toBe("realtime");
    expect(await next("session.created")).toMatchObject({ session: { model: "gpt-test" } });
    expect(vendor.calls[0]!.headers).toMatchObject({ "openai-beta": "realtime=v1" });
    expect(JSON.stringify(vendor.calls[0])).not.toContain(KEY);
    socket.close();
  });
});

describe("before 101", () => {
  test("a wrong key, none, an unknown model and no model are ordinary answers, and no vendor is asked", async () => {
    await open();
    expect(await refusal("/v1/realtime?model=gpt-test", { authorization: "Bearer sk-mm-unknown-key-of-some-length-00000000000" })).toMatchObject({ status: 401, error: { code: "invalid_api_key" }, headers: { "x-request-id": expect.stringMatching(/^req_/) as string } });
    expect(await refusal("/v1/realtime?model=gpt-test", {})).toMatchObject({ status: 401, error: { code: "invalid_api_key" } });
    expect(await refusal("/v1/realtime?model=nobody")).toMatchObject({ status: 404, error: { code: "model_not_found" } });
    expect(await refusal("/v1/realtime")).toMatchObject({ status: 400, error: { code: "missing_required_parameter", param: "model" } });
    expect(await refusal("/v1/realtime?intent=translation")).toMatchObject({ status: 400, error: { code: "unsupported_parameter", param: "intent" } });
    expect(await refusal("/v1/realtime?call_id=rtc_1")).toMatchObject({ status: 400, error: { param: "call_id" } });
    expect(vendor.calls).toEqual([]);
    expect(shop.billing.asks).toEqual([]);
  });

  test("below a wildcard the vendor is asked for the rest of the name; that it has none such is the caller's error, and nobody else's trouble", async () => {
    await open({ alter: withWildcard });
    vendor.refuse.push(...Array.from({ length: 4 }, () => ({ status: 404, body: { error: { message: "The model `ghost` does not exist", code: "model_not_found" } } })));
    for (let i = 0; i < 4; i++) expect(await refusal(`/v1/realtime?model=openai/ghost-${i}`)).toMatchObject({ status: 404, error: { code: "model_not_found" } });
    const { socket, next } = await talk("/v1/realtime?model=openai/realtime-9");
    expect(await next("session.created")).toMatchObject({ session: { model: "openai/realtime-9" } });
    expect(vendor.calls.at(-1)).toMatchObject({ url: "/v1/realtime?model=realtime-9" });
    socket.close();
    await until(() => shop.relay.running === 0);
  });

  test("scope, limits and money", async () => {
    await open({ caller: { endpoints: ["chat"] } });
    expect(await refusal("/v1/realtime?model=gpt-test")).toMatchObject({ status: 403, error: { code: "endpoint_not_allowed" } });
    await shop.close();
    await open({ model: { endpoints: new Set(["chat"]) } });
    expect(await refusal("/v1/realtime?model=gpt-test")).toMatchObject({ status: 404, error: { code: "unsupported_endpoint" } });
    await shop.close();
    await open({ caller: { keyLimits: { concurrency: 1 } } });
    const one = await talk();
    expect(await refusal("/v1/realtime?model=gpt-test")).toMatchObject({ status: 429, error: { code: "concurrency_limit_exceeded" } });
    one.socket.close();
    await until(() => shop.relay.running === 0);
    shop.billing.refuse = { refused: "credit-exhausted", neededNano: nano(96_000_000n), availableNano: nano(1_000n), affordableMaxTokens: 0 };
    expect(await refusal("/v1/realtime?model=gpt-test")).toMatchObject({ status: 402, error: { code: "insufficient_quota" } });
    expect(vendor.calls).toHaveLength(1);
    // A minute of speech each way, and no row for what never was.
    expect(shop.billing.asks[0]).toMatchObject({ endpoint: "realtime", items: { input_audio: 600, output_audio: 1_200 }, inputTokensMax: 0, producesTokens: false });
    expect(shop.billing.records).toEqual([]);
  });

  test("the vendor's refusals go the way of all failures: another channel, or an error that names no vendor", async () => {
    await open({ channels: [{ baseUrl: vendor.url, priority: 1 }, { baseUrl: vendor.url }] });
    vendor.refuse.push({ status: 500, body: { error: { message: "boom" } } });
    const { socket, next, say } = await talk();
    await next("session.created");
    vendor.on("response.create", (_event, tell) => tell(responseDone("resp_1", [1, 0, 0, 1, 0])));
    say({ type: "response.create" });
    await next("response.done");
    socket.close();
    await until(() => shop.relay.running === 0);
    expect(shop.billing.records[0]!.attempts.map(({ channelId, errorClass, status }) => [channelId, errorClass, status])).toEqual([["c0", "server", 500], ["c1", undefined, 101]]);

    await shop.close();
    await open();
    vendor.refuse.push({ status: 401, body: { error: { message: "Incorrect API key provided: sk-secret", code: "invalid_api_key" } } });
    const refused = await refusal("/v1/realtime?model=gpt-test");
    expect(refused).toMatchObject({ status: 502, error: { code: "upstream_unavailable" } });
    expect(JSON.stringify(refused)).not.toContain("sk-secret");
    expect(shop.disabled).toEqual(["k0 auth"]);
    expect([shop.billing.open.size, shop.billing.records.length]).toEqual([0, 0]);
  });

  test("a vendor that does not answer is left for another, and a client that leaves meanwhile ends the waiting", async () => {
    await open({ channels: [{ baseUrl: vendor.url, timeouts: { firstByteMs: 50 }, priority: 1 }, { baseUrl: vendor.url }] });
    vendor.refuse.push({ status: 0, body: {} });
    const { socket, next } = await talk();
    await next("session.created");
    socket.close();
    await until(() => shop.relay.running === 0);
    await shop.close();
    await open();
    vendor.refuse.push({ status: 0, body: {} });
    const leaver = net.connect(Number(new URL(shop.url).port), "127.0.0.1");
    leaver.write(handshake);
    await until(() => vendor.calls.length === 3);
    leaver.destroy();
    await until(() => shop.relay.running === 0);
    expect([shop.billing.records.length, shop.billing.open.size]).toEqual([0, 0]);
  });

  test("what a client sends along with its wish waits until it is agreed to", async () => {
    await open();
    const eager = net.connect(Number(new URL(shop.url).port), "127.0.0.1");
    let heard = Buffer.alloc(0);
    eager.on("data", (bytes: Buffer) => (heard = Buffer.concat([heard, bytes])));
    const masked = (text: string): Buffer => Buffer.concat([Buffer.from([0x82, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
    eager.write(Buffer.concat([Buffer.from(handshake), masked("one")]));
    eager.write(masked("two"));
    await until(() => heard.includes("one") && heard.includes("two"));
    expect(heard.indexOf("one")).toBeLessThan(heard.indexOf("two"));
    eager.destroy();
    await until(() => shop.relay.running === 0);
  });

  test("an ordinary request is told to upgrade, calls over WebRTC are pointed here", async () => {
    await open();
    const plain = await shop.get("/v1/realtime?model=gpt-test");
    expect([plain.status, plain.headers.get("upgrade"), await plain.json()]).toEqual([426, "websocket", { error: expect.objectContaining({ code: "upgrade_required" }) as object }]);
    const call = await fetch(`${shop.url}/v1/realtime/calls`, { method: "POST", body: "sdp", headers: { authorization: `Bearer ${KEY}` } });
    expect([call.status, await call.json()]).toEqual([404, { error: expect.objectContaining({ code: "unsupported_endpoint", message: expect.stringContaining("WebSocket") as string }) as object }]);
  });
});

describe("in the middle", () => {
  test("a session keeps its model; the same name is no change; binary frames pass as they are", async () => {
    await open();
    const { socket, say, next } = await talk();
    say({ type: "session.update", event_id: "mine", session: { model: "gpt-hidden" } });
    expect(await next("error")).toMatchObject({ error: { code: "unsupported_parameter", param: "session.model", event_id: "mine" } });
    socket.send('{"type":"session.\\u0075pdate","session":{"model":"up-model"}}');
    await next("error", 1);
    // Twice the same field: what the vendor gets holds it once.
    socket.send('{"type":"session.update","session":{"model":"dear-model"},"session":{"model":"gpt-test","voice":"marin"}}');
    await until(() => vendor.heard.length === 1);
    expect(vendor.heard).toEqual([{ type: "session.update", session: { voice: "marin" } }]);
    const sent = Buffer.from([0, 1, 2, 255]);
    const echoed = new Promise<Buffer>((resolve) => socket.on("message", (data: Buffer, binary: boolean) => binary && resolve(data)));
    socket.send(sent);
    expect(await echoed).toEqual(sent);
    socket.close();
  });

  test("an answer that the vendor says twice is charged once", async () => {
    await open();
    const { socket, next } = await talk();
    for (const id of ["resp_1", "resp_1", "resp_2", "resp_1"]) vendor.say(responseDone(id, [10, 0, 0, 5, 0]));
    await next("response.done", 3);
    socket.close();
    await until(() => shop.relay.running === 0);
    expect(shop.billing.records.map(({ detail }) => detail!.response)).toEqual(["resp_1", "resp_2"]);
  });

  test("what the client said is written down by a model that is sold, at its own price", async () => {
    await open();
    const { socket, say, next } = await talk();
    const update = (model: string) => ({ type: "session.update", session: { type: "realtime", audio: { input: { transcription: { model }, turn_detection: null } } } });
    say(update("unknown-whisper"));
    expect(await next("error")).toMatchObject({ error: { code: "model_not_found", param: "session.audio.input.transcription.model" } });
    vendor.on("session.update", (event, tell) => tell({ type: "session.updated", session: { ...(event.session as object), model: "up-model" } }));
    say(update("whisper"));
    expect(await next("session.updated")).toMatchObject({ session: { model: "gpt-test", audio: { input: { transcription: { model: "whisper" } } } } });
    expect(vendor.heard[0]).toEqual(update("up-whisper"));
    const written = { type: "conversation.item.input_audio_transcription.completed", item_id: "item_1", content_index: 0, transcript: "Hi", usage: { type: "duration", seconds: 3 } };
    vendor.say(written);
    vendor.say(written);
    vendor.say({ ...written, item_id: "item_2", usage: null });
    expect(await next("conversation.item.input_audio_transcription.completed", 2)).toEqual({ ...written, item_id: "item_2", usage: null });
    socket.close();
    await until(() => shop.relay.running === 0);
    expect(shop.billing.records).toMatchObject([{ modelId: "also0", quantities: { request: 1, audio_in_ms: 3_000 }, chargeNano: nano(300_000n), endpoint: "realtime" }]);
  });

  test("the vendor's words about itself stay here", async () => {
    await open();
    const { socket, next } = await talk();
    vendor.say({ type: "error", event_id: "event_9", error: { type: "invalid_request_error", code: "bad", message: "See https://vendor.example/org-1234567" } });
    expect(await next("error")).toMatchObject({ event_id: "event_9", error: { code: "bad", message: "The model's server reported an error." } });
    vendor.say({ type: "error", error: { type: "invalid_request_error", message: "Unknown event type." } });
    expect(await next("error", 1)).toMatchObject({ error: { message: "Unknown event type." } });
    vendor.say(responseDone("resp_1", [0, 0, 0, 0, 0], { status: "failed", output: [], usage: null, status_details: { type: "failed", error: { type: "insufficient_quota", code: "insufficient_quota", message: "You exceeded your current quota: https://vendor.example" } } }));
    expect(await next("response.done")).toMatchObject({ response: { status: "failed", status_details: { error: { message: "The model's server reported an error." } } } });
    socket.close();
    await until(() => shop.relay.running === 0);
    expect(shop.disabled).toEqual(["k0 quota"]);
    expect(shop.billing.records).toMatchObject([{ outcome: "upstream_error", chargeNano: nano(0n), errorCode: "bad_upstream_response" }]);
  });

  test("an answer without numbers is charged for what was delivered", async () => {
    await open();
    const { socket, next } = await talk();
    vendor.say({ type: "response.created", response: { id: "resp_1" } });
    vendor.say({ type: "response.output_text.delta", response_id: "resp_1", delta: "twelve bytes" });
    vendor.say({ type: "response.output_audio.delta", response_id: "resp_1", delta: Buffer.alloc(4_800).toString("base64") });
    vendor.say(responseDone("resp_1", [0, 0, 0, 0, 0], { usage: {} }));
    await next("response.done");
    socket.close();
    await until(() => shop.relay.running === 0);
    expect(shop.billing.records).toMatchObject([{ outcome: "ok", usageSource: "estimated", quantities: { output: 3, output_audio: 2 } }]);
  });

  test("a model that is sold by time pays for the time between its answers", async () => {
    await open({ price: priceOf({ session_ms: "1000" }), speed: 1_000 });
    const { socket, next } = await talk();
    expect(shop.billing.asks[0]!.items).toMatchObject({ session_ms: 60_000 });
    vendor.say(responseDone("resp_1", [0, 0, 0, 0, 0], { usage: {} }));
    vendor.say(responseDone("resp_2", [0, 0, 0, 0, 0], { usage: {} }));
    await next("response.done", 1);
    socket.close();
    await until(() => shop.relay.running === 0);
    const [first, second] = shop.billing.records;
    expect(Number(first!.quantities.session_ms)).toBeGreaterThan(0);
    expect([first!.chargeNano, second!.usageSource]).toEqual([nano(BigInt(first!.quantities.session_ms!)), "upstream"]);
  });
});
