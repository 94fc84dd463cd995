import { afterEach, describe, expect, test } from "vitest";
import { KEY, openShop, priceOf, until } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { json, startVendor } from "./vendor.ts";
import type { Script } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const BY_IMAGE = priceOf({ image: "40000000000" });
const BY_CHARACTER = priceOf({ char: "15000000" });

/** A vendor that stops its work, and its bill, when it is hung up on. */
async function setUp(script: Script, over: Partial<ShopOptions>): Promise<Shop> {
  const vendor = await startVendor(script);
  closing.push(vendor.close);
  const shop = await openShop({ channels: [{ provider: "openai", baseUrl: vendor.url }], ...over });
  closing.push(shop.close);
  return shop;
}

const post = (shop: Shop, path: string, body: object, signal?: AbortSignal): Promise<Response> =>
  fetch(`${shop.url}${path}`, { method: "POST", headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, body: JSON.stringify({ model: "gpt-test", ...body }), ...(signal && { signal }) });

/** Reads the first bytes, then hangs up. */
async function leaveEarly(shop: Shop, path: string, body: object): Promise<void> {
  const leaving = new AbortController();
  const reply = await post(shop, path, body, leaving.signal);
  await reply.body!.getReader().read();
  leaving.abort();
  await until(() => shop.billing.records.length === 1 && shop.relay.running === 0);
}

describe("who leaves", () => {
  test("after an unfinished picture has had it", async () => {
    const shop = await setUp(({ response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('event: image_generation.partial_image\ndata: {"type":"image_generation.partial_image","b64_json":"aGk="}\n\n');
    }, { price: BY_IMAGE });
    await leaveEarly(shop, "/v1/images/generations", { prompt: "a cat", stream: true, partial_images: 1 });
    expect(shop.billing.records[0]).toMatchObject({ outcome: "client_abort", chargeNano: 40_000_000n, usageSource: "estimated" });
  });

  test("in the middle of speech pays for the characters", async () => {
    const shop = await setUp(({ response }) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.write(Buffer.alloc(5_000, 7));
    }, { price: BY_CHARACTER });
    await leaveEarly(shop, "/v1/audio/speech", { input: "Hello", voice: "alloy" });
    expect(shop.billing.records[0]).toMatchObject({ outcome: "client_abort", chargeNano: 75_000n });
  });

  test("before anything has come pays nothing", async () => {
    let asked = false;
    const shop = await setUp(() => void (asked = true), { price: BY_IMAGE });
    const leaving = new AbortController();
    const reply = post(shop, "/v1/images/generations", { prompt: "a cat" }, leaving.signal).catch(() => undefined);
    await until(() => asked);
    leaving.abort();
    await reply;
    await until(() => shop.billing.records.length === 1);
    expect(shop.billing.records[0]).toMatchObject({ outcome: "client_abort", chargeNano: 0n });
  });
});

test("the most that it can cost is set aside before anybody is asked", async () => {
  const shop = await setUp((call) => json(call, 200, { data: [{ b64_json: "aGk=" }] }), { price: priceOf({ image: "1", "image:*:hd": "5" }) });
  await post(shop, "/v1/images/generations", { prompt: "a cat", n: 3 });
  await post(shop, "/v1/images/generations", { prompt: "a cat", n: 2, size: "1024x1024", quality: "low" });
  expect(shop.billing.asks.map(({ items, producesTokens }) => [items!["image:*:hd"], items!["image:1024x1024:low"], producesTokens])).toEqual([[3, undefined, false], [undefined, 2, false]]);
});

test("a wallet that cannot pay is refused, and nobody is asked", async () => {
  let asked = 0;
  const shop = await setUp((call) => json(call, 200, { n: ++asked }), { price: BY_IMAGE });
  shop.billing.refuse = { refused: "billing-backlog", retryAfterMs: 1_000 };
  for (const [path, body, status, code] of [
    ["/v1/images/generations", { prompt: "x" }, 503, "billing_backlog"], ["/v1/audio/speech", { input: "x", voice: "alloy" }, 503, "billing_backlog"], ["/v1/moderations", { input: "x" }, 503, "billing_backlog"],
    // OpenAI ranks nothing: that is known before money is looked at.
    ["/v1/rerank", { query: "x", documents: ["y"] }, 404, "unsupported_endpoint"],
  ] as const) {
    const reply = await post(shop, path, body);
    expect([path, reply.status, reply.headers.get("content-type")]).toEqual([path, status, "application/json"]);
    expect(await reply.json()).toMatchObject({ error: { code } });
  }
  expect([asked, shop.billing.records.length, shop.billing.open.size]).toEqual([0, 0, 0]);
});

test("the last byte of sound waits for the charge", async () => {
  const sound = Buffer.alloc(2_000, 9);
  const shop = await setUp(({ response }) => {
    response.writeHead(200, { "content-type": "audio/mpeg" });
    response.end(sound);
  }, { price: BY_CHARACTER });
  shop.billing.finishMs = 100;
  const reply = await post(shop, "/v1/audio/speech", { input: "Hello", voice: "alloy" });
  const reader = reply.body!.getReader();
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.length;
    // All but the last one may come before the charge is written.
    if (bytes === sound.length) expect(shop.billing.records).toHaveLength(1);
  }
  expect(bytes).toBe(sound.length);
});
