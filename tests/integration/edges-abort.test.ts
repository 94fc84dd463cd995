import http from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { ChargeRow } from "../contract/mount.ts";
import { chargeOf } from "../support/shop-money.ts";
import { PRICE, emailOf, keyOf, storeOf } from "../support/shop-store.ts";
import { startShop, type Shop } from "../support/shop-process.ts";
import { until } from "../support/until.ts";
import { chat } from "../support/vendor-scripts.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";

/** A vendor that stops its bill when the line drops, and one that does not. */
const PROVIDERS = { cancel: "openai", drain: "groq" } as const;
type Policy = keyof typeof PROVIDERS;
type Leave = "before" | "middle" | "finish" | "after";

const CHUNKS = 20;
const PROMPT = 10;
const FULL = chargeOf({ input: PROMPT, output: CHUNKS }, PRICE);
const INPUT = chargeOf({ input: PROMPT }, PRICE);
/** The vendor thinks for so long before its first byte; half of that is before it. */
const THINKS_MS = 600;

const CASES = (["cancel", "drain"] as const).flatMap((policy) =>
  [true, false].flatMap((stream) => (["before", "middle", "finish", "after"] as const)
    .filter((leave) => stream || leave !== "finish")
    .map((leave) => ({ policy, stream, leave, name: `${policy}-${stream ? "stream" : "whole"}-${leave}` }))));

let vendor: Vendor;
let shop: Shop;

beforeAll(async () => {
  vendor = await startVendor();
  shop = await startShop({
    store: storeOf({
      models: [...CASES.map(({ name }) => ({ id: name, endpoints: ["chat"], price: PRICE })), { id: "talker", endpoints: ["realtime"], price: PRICE }],
      channels: [{ name: "talker", provider: "simulator", keys: [], models: { talker: "sim" } }, ...(Object.keys(PROVIDERS) as Policy[]).map((policy) => ({
        name: policy, provider: PROVIDERS[policy], base_url: vendor.url,
        models: Object.fromEntries(CASES.filter((each) => each.policy === policy).map(({ name }) => [name, `up-${name}`])),
      }))],
      users: [...CASES.map(({ name }) => ({ name, usd: 5 })), { name: "talker", usd: 5 }],
    }),
  });
}, 120_000);

afterAll(async () => {
  await shop?.stop();
  await vendor?.close();
});

/** Sends one request and leaves when `when` says so of what has come; resolves when the line is gone. */
function leaveAfter(name: string, stream: boolean, when: (text: string, ms: number) => boolean): Promise<string> {
  return new Promise((resolve) => {
    const started = performance.now();
    let text = "";
    const { port } = new URL(shop.url);
    const request = http.request({ port, host: "127.0.0.1", method: "POST", path: "/v1/chat/completions", agent: false, headers: { authorization: `Bearer ${keyOf(name)}`, "content-type": "application/json" } }, (reply) => {
      reply.on("data", (chunk: Buffer) => (text += chunk.toString()));
      reply.on("error", () => undefined);
      reply.on("end", () => (text += "<end>"));
    });
    request.on("error", () => undefined);
    request.on("close", () => resolve(text));
    const watch = setInterval(() => {
      if (!when(text, performance.now() - started)) return;
      clearInterval(watch);
      request.destroy();
    }, 2);
    request.end(JSON.stringify({ model: name, stream, stream_options: stream ? { include_usage: true } : undefined, messages: [{ role: "user", content: "hello there" }] }));
  });
}

const words = (text: string): number => text.split("word").length - 1;

const LEAVES: Readonly<Record<Leave, (stream: boolean) => (text: string, ms: number) => boolean>> = {
  before: () => (_text, ms) => ms > THINKS_MS / 2,
  // Not streamed nothing reaches the client before the end: then the clock says that the vendor is at it.
  middle: (stream) => (text, ms) => (stream ? words(text) >= 5 : ms > THINKS_MS + 150),
  finish: () => (text) => text.includes('"finish_reason":"stop"'),
  after: () => (text) => text.includes("<end>"),
};

const rowsOf = (name: string): Promise<ChargeRow[]> =>
  shop.sql<ChargeRow>("SELECT c.* FROM charges c JOIN users u ON u.id = c.user_id WHERE u.email = $1", [emailOf(name)]);

test.each(CASES)("$name", async ({ policy, stream, leave, name }) => {
  const model = `up-${name}`;
  vendor.on(model, (request) => {
    const rule = chat({ chunks: CHUNKS, ...(leave === "before" && { headMs: THINKS_MS }), gapMs: 30 });
    const script = typeof rule === "function" ? rule(request) : rule;
    if (stream) return script;
    // The head at once, the body in two halves half a second apart.
    const body = Buffer.from(script.pieces!.join(""));
    const half = body.length >> 1;
    return { ...script, sized: false, firstMs: leave === "before" ? 0 : THINKS_MS, gapMs: 500, pieces: [body.subarray(0, half), body.subarray(half)] };
  });
  await leaveAfter(name, stream, LEAVES[leave](stream));
  await until("the vendor is left alone", () => vendor.count(model) === 1 && vendor.running === 0);
  const rows = await until("a row", async () => {
    const found = await rowsOf(name);
    return found.length > 0 && found;
  }, { timeoutMs: 5_000 });
  expect(rows).toHaveLength(1);
  const row = rows[0]!;
  const hungUp = vendor.hangUps(model);

  if (leave === "after") expect([row.outcome, row.usage_source, row.charge_nano, hungUp]).toEqual(["ok", "upstream", FULL, 0]);
  else if (leave === "before" && policy === "cancel") expect([row.outcome, row.charge_nano, hungUp]).toEqual(["client_abort", 0n, 1]);
  else if (leave === "before") {
    expect([row.outcome, hungUp]).toEqual(["client_abort", 0]);
    expect(row.charge_nano).toBe(INPUT);
  } else if (!stream) expect([row.usage_source, row.charge_nano, hungUp]).toEqual(["upstream", FULL, 0]);
  else if (policy === "drain") expect([row.usage_source, row.charge_nano, hungUp]).toEqual(["upstream", FULL, 0]);
  else if (leave === "middle") {
    expect([row.outcome, row.usage_source, hungUp]).toEqual(["client_abort", "estimated", 1]);
    expect(Number(row.u_output)).toBeGreaterThanOrEqual(4);
    expect(Number(row.u_output)).toBeLessThan(CHUNKS);
    expect(row.charge_nano).toBe(chargeOf({ input: Number(row.u_input), output: Number(row.u_output) }, PRICE));
  } else {
    expect(row.charge_nano > INPUT && row.charge_nano <= FULL * 2n).toBe(true);
  }
}, 30_000);

test("a conversation of three turns leaves three charges that add up to what the vendor said, and no fourth row", async () => {
  const socket = new WebSocket(`${shop.url.replace("http", "ws")}/v1/realtime?model=talker`, ["realtime", `openai-insecure-api-key.${keyOf("talker")}`]);
  const usages: Record<string, Record<string, number>>[] = [];
  let session = "";
  socket.on("upgrade", (reply) => (session = String(reply.headers["x-request-id"])));
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("message", (data: Buffer) => {
      const event = JSON.parse(data.toString()) as { type: string; response: { usage: Record<string, Record<string, number>> } };
      if (event.type === "session.created") socket.send('{"type":"response.create"}');
      if (event.type !== "response.done") return;
      usages.push(event.response.usage);
      if (usages.length === 3) return void socket.close();
      socket.send('{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"And then?"}]}}');
      socket.send('{"type":"response.create"}');
    });
  });
  const rows = await until("three rows", async () => {
    const found = await shop.sql<ChargeRow & { endpoint: string }>("SELECT * FROM charges WHERE detail->>'session' = $1 ORDER BY id", [session]);
    return found.length >= 3 && found;
  }, { timeoutMs: 15_000 });
  const wanted = usages.map(({ input_token_details: input, output_token_details: output }) =>
    chargeOf({ input: input!.text_tokens!, output: output!.text_tokens!, output_audio: output!.audio_tokens! }, { ...PRICE, output_audio: PRICE.audio_output }));
  expect(rows.map(({ charge_nano, outcome, endpoint }) => [charge_nano, outcome, endpoint])).toEqual(wanted.map((charge) => [charge, "ok", "realtime"]));
}, 60_000);

test("afterwards nothing is held and everything adds up", async () => {
  await until("nothing held", async () => (await shop.sql<{ held: string }>("SELECT coalesce(sum(held_nano), 0)::text AS held FROM wallet_leases"))[0]!.held === "0");
  expect(await shop.brokenInvariants()).toEqual([]);
}, 30_000);
