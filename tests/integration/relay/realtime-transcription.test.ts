import { afterEach, beforeEach, expect, test } from "vitest";
import { nano } from "#money/amount.ts";
import { refusalOf, talkTo, TALKING, WHISPER } from "./realtime-client.ts";
import { startRealtimeVendor, type RealtimeVendor } from "./realtime-vendor.ts";
import { KEY, openShop, priceOf, until, type Shop, type ShopOptions } from "./shop.ts";

/** Sessions that only write down what is said: the model comes with the first settings, each piece is a charge of its own. */

let vendor: RealtimeVendor;
let shop: Shop;
/** USD a million tokens: 6 for sound, 10 for what is written. */
const WRITER = { name: "writer", upstreamModel: "up-writer", price: priceOf({ input: "2500000", input_audio: "6000000", output: "10000000" }) } as const;
const COMPLETED = "conversation.item.input_audio_transcription.completed", DELTA = "conversation.item.input_audio_transcription.delta";
/** A second of 16 bit at 24 kHz. */
const SECOND = Buffer.alloc(48_000, 1).toString("base64");
const TEN_SECONDS = Buffer.alloc(480_000, 1).toString("base64");

async function open(over: Partial<ShopOptions> = {}): Promise<Shop> {
  shop = await openShop({ channels: [{ baseUrl: vendor.url }], price: TALKING, alsoSold: [WHISPER, WRITER], ...over });
  return shop;
}

const settings = (model: string) => ({ type: "session.update", session: { type: "transcription", audio: { input: { transcription: { model, language: "en" }, turn_detection: null } } } });
const tokens = (audio: number, output: number) => ({ type: "tokens", input_tokens: audio, output_tokens: output, total_tokens: audio + output, input_token_details: { text_tokens: 0, audio_tokens: audio } });

beforeEach(async () => {
  vendor = await startRealtimeVendor();
  let item = 0;
  vendor.on("session.update", (event, say) => say({ type: "session.updated", session: event.session }));
  vendor.on("input_audio_buffer.commit", (_event, say) => say({ type: "input_audio_buffer.committed", item_id: `item_${++item}` }));
});
afterEach(async () => {
  await shop.close();
  await vendor.close();
});

test("a session whose first settings name the model: one welcome, the vendor's words in its order, a charge for each piece", async () => {
  await open({ channels: [{ baseUrl: vendor.url, provider: "openai" }] });
  const { socket, say, next, events } = await talkTo(shop, "/v1/realtime?intent=transcription");
  expect(await next("session.created")).toMatchObject({ session: { type: "transcription", object: "realtime.transcription_session", audio: { input: { transcription: null } } } });
  expect([vendor.calls.length, shop.billing.asks.length]).toEqual([0, 0]);
  say(settings("writer"));
  expect(await next("session.updated")).toMatchObject({ session: { audio: { input: { transcription: { model: "writer" } } } } });
  expect(vendor.calls.map(({ url }) => url)).toEqual(["/v1/realtime?intent=transcription"]);
  expect(vendor.heard).toEqual([settings("up-writer")]);
  expect(shop.billing.asks[0]).toMatchObject({ endpoint: "realtime", items: { input_audio: 600, output: 300 } });
  say({ type: "input_audio_buffer.append", audio: SECOND });
  say({ type: "input_audio_buffer.commit" });
  await next("input_audio_buffer.committed");
  vendor.say({ type: DELTA, item_id: "item_1", content_index: 0, delta: "Hi" });
  const done = { type: COMPLETED, item_id: "item_1", content_index: 0, transcript: "Hi there.", usage: tokens(10, 4) };
  vendor.say(done);
  vendor.say(done);
  expect(await next(COMPLETED)).toEqual(done);
  await next(COMPLETED, 1);
  // The vendor says nothing of what it took: what was heard and written counts.
  say({ type: "input_audio_buffer.append", audio: SECOND });
  say({ type: "input_audio_buffer.commit" });
  await next("input_audio_buffer.committed", 1);
  vendor.say({ type: COMPLETED, item_id: "item_2", content_index: 0, transcript: "So what?" });
  await next(COMPLETED, 2);
  socket.close();
  await until(() => shop.relay.running === 0);
  expect(events.filter(({ type }) => type === "session.created")).toHaveLength(1);
  const [first, second] = shop.billing.records;
  expect(shop.billing.records).toHaveLength(2);
  expect(first).toMatchObject({ outcome: "ok", endpoint: "realtime", usageSource: "upstream", modelAsked: "writer", quantities: { request: 1, input_audio: 10, output: 4 } });
  expect(first!.chargeNano).toBe(nano(10n * 6_000n + 4n * 10_000n));
  expect(second).toMatchObject({ usageSource: "estimated", quantities: { request: 1, input_audio: 10, output: 2 } });
  expect(shop.billing.begun).toEqual([first!.id, second!.id]);
  expect([shop.billing.open.size, shop.billing.released]).toEqual([0, 1]);
});

test("models that are sold by the minute, by an address that names them: what is left unfinished is paid for as far as it came", async () => {
  await open();
  const { socket, say, next, events } = await talkTo(shop, "/v1/realtime?intent=transcription&model=whisper");
  await next("session.created");
  await until(() => vendor.heard.length === 1);
  expect(vendor.heard[0]).toEqual({ type: "session.update", session: { type: "transcription", audio: { input: { transcription: { model: "up-whisper" } } } } });
  expect(shop.billing.asks[0]).toMatchObject({ items: { audio_in_ms: 60_000 } });
  say({ type: "session.update", session: { type: "realtime", audio: {} } });
  expect(await next("error")).toMatchObject({ error: { code: "unsupported_parameter", param: "session.type" } });
  say(settings("writer"));
  expect(await next("error", 1)).toMatchObject({ error: { param: "session.audio.input.transcription.model" } });
  for (const usage of [{ type: "duration", seconds: 3 }, tokens(20, 5)]) {
    say({ type: "input_audio_buffer.append", audio: SECOND });
    say({ type: "input_audio_buffer.commit" });
    await next("input_audio_buffer.committed", usage.type === "tokens" ? 1 : 0);
    vendor.say({ type: COMPLETED, item_id: usage.type, content_index: 0, transcript: "Hi.", usage });
    await next(COMPLETED, usage.type === "tokens" ? 1 : 0);
  }
  say({ type: "input_audio_buffer.append", audio: SECOND });
  say({ type: "input_audio_buffer.append", audio: SECOND });
  await until(() => vendor.heard.filter(({ type }) => type === "input_audio_buffer.append").length === 4);
  vendor.say({ type: DELTA, item_id: "item_9", content_index: 0, delta: "And" });
  await next(DELTA);
  socket.close();
  await until(() => shop.relay.running === 0);
  expect(shop.billing.records.map(({ quantities, outcome, usageSource }) => [quantities, outcome, usageSource])).toEqual([
    [{ request: 1, audio_in_ms: 3_000 }, "ok", "upstream"], [{ request: 1, audio_in_ms: 1_000 }, "ok", "estimated"], [{ request: 1, audio_in_ms: 2_000 }, "client_abort", "estimated"],
  ]);
  expect(events.some(({ type }) => type === "response.done")).toBe(false);
});

test("the older form, and short-lived keys of both", async () => {
  await open();
  const mint = async (path: string, body: object): Promise<Record<string, unknown>> =>
    (await (await fetch(`${shop.url}${path}`, { method: "POST", body: JSON.stringify(body), headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" } })).json()) as Record<string, unknown>;
  const flat = await mint("/v1/realtime/transcription_sessions", { input_audio_format: "g711_ulaw", input_audio_transcription: { model: "writer" } });
  expect(flat).toMatchObject({ object: "realtime.transcription_session", input_audio_transcription: { model: "writer" }, client_secret: { value: expect.stringMatching(/^ek_/) as string } });
  const { value } = flat.client_secret as { value: string };
  const old = await talkTo(shop, "/v1/realtime?intent=transcription", ["realtime", `openai-insecure-api-key.${value}`, "openai-beta.realtime-v1"]);
  await until(() => vendor.heard.length === 1);
  expect(vendor.heard[0]).toEqual({ type: "transcription_session.update", session: { input_audio_format: "g711_ulaw", input_audio_transcription: { model: "up-writer" } } });
  old.socket.close();
  await until(() => shop.relay.running === 0);

  const nested = await mint("/v1/realtime/client_secrets", { session: { type: "transcription", audio: { input: { transcription: { model: "writer" } } } } });
  expect(nested).toMatchObject({ session: { type: "transcription", object: "realtime.transcription_session" } });
  const { socket } = await talkTo(shop, "/v1/realtime", ["realtime", `openai-insecure-api-key.${String(nested.value)}`]);
  await until(() => vendor.heard.length === 2);
  expect(vendor.heard[1]).toMatchObject({ type: "session.update", session: { type: "transcription" } });
  socket.close();

  const waiting = await talkTo(shop, "/v1/realtime?intent=transcription", ["realtime", `openai-insecure-api-key.${KEY}`, "openai-beta.realtime-v1"]);
  expect(await waiting.next("transcription_session.created")).toMatchObject({ session: { input_audio_format: "pcm16" } });
  waiting.say({ type: "transcription_session.update", session: { input_audio_transcription: { model: "writer" } } });
  await until(() => vendor.heard.length === 3);
  expect(vendor.heard[2]).toEqual({ type: "transcription_session.update", session: { input_audio_transcription: { model: "up-writer" } } });
  waiting.socket.close();
});

test("who is refused after the welcome hears why and is sent away, and nothing is held", async () => {
  await open();
  const unknown = await talkTo(shop, "/v1/realtime?intent=transcription");
  unknown.say(settings("nobody"));
  expect(await unknown.next("error")).toMatchObject({ error: { code: "model_not_found" } });
  expect(await unknown.closed).toEqual({ code: 4404, reason: "model_not_found" });
  const loud = await talkTo(shop, "/v1/realtime?intent=transcription");
  loud.say({ type: "input_audio_buffer.append", audio: "A".repeat(1_100_000) });
  expect(await loud.next("error")).toMatchObject({ error: { code: "missing_required_parameter" } });
  expect(await loud.closed).toMatchObject({ code: 4400 });
  const gone = await talkTo(shop, "/v1/realtime?intent=transcription");
  gone.socket.close();
  await until(() => shop.relay.running === 0);
  expect([vendor.calls.length, shop.billing.asks.length, shop.billing.open.size]).toEqual([0, 0, 0]);
  shop.billing.refuse = { refused: "credit-exhausted", neededNano: nano(6_600_000n), availableNano: nano(1_000n), affordableMaxTokens: 0 };
  const poor = await talkTo(shop, "/v1/realtime?intent=transcription");
  poor.say(settings("writer"));
  expect(await poor.closed).toEqual({ code: 4402, reason: "insufficient_quota" });
  expect(vendor.calls).toEqual([]);
});

test.each([["writer", { input_audio: 600, output: 300 }], ["whisper", { audio_in_ms: 60_000 }]] as const)("what is said for minutes without a pause is set aside for as it goes on, until there is no more (%s)", async (model, minute) => {
  await open();
  const times = (count: number) => Object.fromEntries(Object.entries(minute).map(([item, quantity]) => [item, quantity * count]));
  const { say, next, closed } = await talkTo(shop, "/v1/realtime?intent=transcription");
  say(settings(model));
  await next("session.updated");
  const speak = (tens: number): void => {
    for (let i = 0; i < tens; i++) say({ type: "input_audio_buffer.append", audio: TEN_SECONDS });
  };
  speak(4);
  await until(() => vendor.heard.filter(({ type }) => type === "input_audio_buffer.append").length === 4);
  expect([shop.billing.asks[0]!.items, shop.billing.raised]).toEqual([times(1), []]);
  speak(7);
  await until(() => shop.billing.raised.length === 2);
  expect(shop.billing.raised.map(({ size }) => size)).toEqual([{ items: times(2) }, { items: times(3) }]);
  say({ type: "input_audio_buffer.commit" });
  await next("input_audio_buffer.committed");
  vendor.say({ type: COMPLETED, item_id: "item_1", content_index: 0, transcript: "Hi.", usage: { type: "duration", seconds: 110 } });
  await next(COMPLETED);
  await until(() => shop.billing.asks.length === 2);
  // The next piece begins with a minute again.
  expect(shop.billing.asks[1]!.items).toEqual(times(1));
  shop.billing.raises = false;
  speak(5);
  expect(await next("error")).toMatchObject({ error: { code: "insufficient_quota" } });
  expect(await closed).toEqual({ code: 4402, reason: "insufficient_quota" });
  await until(() => shop.relay.running === 0);
  expect(shop.billing.raised.slice(2).map(({ size }) => size)).toEqual([{ items: times(2) }]);
  expect([shop.billing.records.length, shop.billing.open.size]).toEqual([1, 0]);
});

test("a channel whose vendor has no such sessions is not asked", async () => {
  await open({ channels: [{ baseUrl: vendor.url, provider: "xai" }] });
  expect(await refusalOf(shop, "/v1/realtime?intent=transcription&model=writer")).toMatchObject({ status: 404, error: { code: "unsupported_endpoint" } });
  expect(vendor.calls).toEqual([]);
});
