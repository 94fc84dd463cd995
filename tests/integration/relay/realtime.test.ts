import net from "node:net";
import OpenAI from "openai";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { nano } from "#money/amount.ts";
import { responseDone, startRealtimeVendor, type RealtimeVendor } from "./realtime-vendor.ts";
import { KEY, openShop, priceOf, until, type Shop, type ShopOptions } from "./shop.ts";

/** Conversations over a WebSocket: what is looked at before, what passes, what each answer costs, and every way to end. */

type Event = Record<string, unknown> & { type: string };

const PRICE = priceOf({ input: "4000000", cache_read: "400000", output: "16000000", input_audio: "32000000", output_audio: "64000000" });
const WHISPER = priceOf({ audio_in_ms: "100000" });

let vendor: RealtimeVendor;
let shop: Shop;

async function open(over: Partial<ShopOptions> = {}): Promise<Shop> {
  shop = await openShop({ channels: [{ baseUrl: vendor.url }], price: PRICE, alsoSold: [{ name: "whisper", upstreamModel: "up-whisper", price: WHISPER }], ...over });
  return shop;
}

beforeEach(async () => {
  vendor = await startRealtimeVendor();
});
afterEach(async () => {
  await shop.close();
  await vendor.close();
});

type Talk = Readonly<{ socket: WebSocket; events: Event[]; closed: Promise<{ code: number; reason: string }>; say(event: object): void; next(type: string, nth?: number): Promise<Event> }>;

/** A conversation without an SDK. @param protocols as a browser sends them */
async function talk(path = "/v1/realtime?model=gpt-test", protocols?: string[]): Promise<Talk> {
  const headers = protocols ? {} : { authorization: `Bearer ${KEY}` };
  const socket = new WebSocket(shop.url.replace("http", "ws") + path, protocols ?? [], { headers, perMessageDeflate: false });
  const events: Event[] = [];
  socket.on("message", (data: Buffer) => events.push(JSON.parse(data.toString()) as Event));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() })));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const named = (type: string): Event[] => events.filter((event) => event.type === type);
  return {
    socket, events, closed,
    say: (event) => socket.send(JSON.stringify(event)),
    async next(type, nth = 0) {
      await until(() => named(type).length > nth);
      return named(type)[nth]!;
    },
  };
}

/** The refusal before a conversation. */
async function refusal(path: string, headers: Record<string, string> = { authorization: `Bearer ${KEY}` }): Promise<{ status: number; headers: Record<string, unknown>; error: Record<string, unknown> }> {
  const socket = new WebSocket(shop.url.replace("http", "ws") + path, [], { headers });
  return new Promise((resolve, reject) => {
    socket.once("open", () => reject(new Error("it was agreed to")));
    socket.once("error", () => undefined);
    socket.once("unexpected-response", (_request, response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, error: (JSON.parse(text) as { error: Record<string, unknown> }).error }));
    });
  });
}

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
