import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { sharedDir } from "../../support/shared.ts";
import { startRealtimeVendor, type RealtimeVendor } from "./realtime-vendor.ts";
import { KEY, openShop, priceOf, until, type Shop } from "./shop.ts";

/** Recorded conversations said again by a vendor: the client hears each word of them, and every answer is charged to the token. */

type Json = Record<string, unknown>;
type Event = Json & { type: string };

const shared = sharedDir();
const recordings = shared === undefined ? [] : ["azure", "openai", "xai"].flatMap((vendor) => {
  const folder = path.join(shared, "fixtures", vendor, "realtime");
  return readdirSync(folder).map((name) => ({ name: `${vendor}/${name}`, file: path.join(folder, name, "frames.jsonl") }));
});

/** Prices of which none is a sum or a multiple of others by chance. */
const PICO = { input: 4_000_003, cache_read: 400_009, cache_read_audio: 411_113, input_audio: 32_000_017, output: 16_000_057, output_audio: 64_000_031 } as const;

let vendor: RealtimeVendor;
let shop: Shop;

beforeAll(async () => {
  vendor = await startRealtimeVendor();
  shop = await openShop({
    channels: [{ baseUrl: vendor.url }], price: priceOf(Object.fromEntries(Object.entries(PICO).map(([item, pico]) => [item, String(pico)]))),
    alsoSold: transcribers().map((name) => ({ name, upstreamModel: name, price: priceOf({ audio_in_ms: "100003", input: "7", input_audio: "1250021", output: "5000011" }) })),
  });
});
afterAll(async () => {
  await shop?.close();
  await vendor?.close();
});

function eventsOf(file: string, direction: string): Event[] {
  return readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line) as { kind: string; direction: string; data: Event })
    .filter((line) => line.kind === "message" && line.direction === direction && typeof line.data.type === "string").map(({ data }) => data);
}

/** Every model by which a recorded session had the client's words written down. */
const transcribers = (): string[] => [...new Set(recordings.flatMap(({ file }) => [...readFileSync(file, "utf8").matchAll(/"(?:input_audio_)?transcription": ?\{[^}]*"model": ?"([^"]+)"/g)].map((match) => match[1]!)))];

const renamed = (event: Event): Event => (event.type.startsWith("session.") && (event.session as Json | undefined)?.model !== undefined ? { ...event, session: { ...(event.session as Json), model: "gpt-test" } } : event);

/** Added up from the vendor's own numbers, and not by the shop's reader of them. */
function wanted(usage: Json): bigint {
  const input = usage.input_token_details as Record<string, number>, cached = input.cached_tokens_details as unknown as Record<string, number>;
  const output = usage.output_token_details as Record<string, number>;
  const pico = (input.text_tokens! - cached.text_tokens!) * PICO.input + cached.text_tokens! * PICO.cache_read + (input.audio_tokens! - cached.audio_tokens!) * PICO.input_audio
    + cached.audio_tokens! * PICO.cache_read_audio + output.text_tokens! * PICO.output + output.audio_tokens! * PICO.output_audio;
  return BigInt(Math.ceil(pico / 1_000));
}

test.skipIf(shared === undefined).each(recordings)("$name", async ({ file }) => {
  const said = eventsOf(file, "received");
  if (said.length === 0) return; // another vendor's protocol under this one's name
  const before = shop.billing.records.length;
  const socket = new WebSocket(`${shop.url.replace("http", "ws")}/v1/realtime?model=gpt-test`, { headers: { authorization: `Bearer ${KEY}` } });
  const heard: Event[] = [];
  socket.on("message", (data: Buffer) => heard.push(JSON.parse(data.toString()) as Event));
  await until(() => heard.length === 1); // the vendor's own greeting
  for (const event of said) vendor.say(event);
  await until(() => heard.length === said.length + 1);
  expect(heard.slice(1)).toEqual(said.map(renamed));
  socket.close();
  await until(() => shop.relay.running === 0);
  const charged = shop.billing.records.slice(before);
  const answers = charged.filter(({ modelId }) => modelId === "m1"), written = charged.filter(({ modelId }) => modelId !== "m1");
  const done = said.filter(({ type }) => type === "response.done").map(({ response }) => response as Json);
  expect(answers.map(({ detail }) => detail!.response)).toEqual(done.map(({ id }) => id));
  done.forEach(({ usage }, i) => {
    const isTold = Object.keys(usage as Json).length > 0;
    expect(answers[i]!.usageSource).toBe(isTold ? "upstream" : "estimated");
    if (isTold) expect(answers[i]!.chargeNano).toBe(wanted(usage as Json));
  });
  const seconds = said.filter(({ type, usage }) => type === "conversation.item.input_audio_transcription.completed" && usage !== null && usage !== undefined).map(({ usage }) => usage as Json);
  expect(written.map(({ quantities }) => quantities.audio_in_ms ?? quantities.input_audio)).toEqual(seconds.map((usage) => (usage.type === "duration" ? Number(usage.seconds) * 1_000 : (usage.input_token_details as Json).audio_tokens)));
});
