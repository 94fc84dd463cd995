import net from "node:net";
import { afterEach, expect, test } from "vitest";
import { channelKey, KEY, openShop, until, type Shop, type ShopOptions } from "./shop.ts";
import { begin, completion, event, failure, startVendor, type Script, type Vendor } from "./vendor.ts";

// What routing promises, over many requests.

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(scripts: readonly (Script | undefined)[], over: Partial<ShopOptions> = {}): Promise<Readonly<{ shop: Shop; vendors: Vendor[]; calls: () => number }>> {
  const vendors = await Promise.all(scripts.map((script) => startVendor(script)));
  const shop = await openShop({ channels: vendors.map(({ url }) => ({ baseUrl: url })), random: Math.random, logLevel: "warn", ...over });
  closing.push(...vendors.map((vendor) => vendor.close), shop.close);
  return { shop, vendors, calls: () => vendors.reduce((sum, { calls }) => sum + calls.length, 0) };
}

/** Sends so many requests, so many at once. @returns how many ended with each status */
async function load(shop: Shop, requests: number, atOnce: number, each: (n: number) => void = () => undefined): Promise<Readonly<Record<number, number>>> {
  const ended: Record<number, number> = {};
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < requests) {
      each(++sent);
      const response = await shop.chat({ stream: sent % 4 === 0 });
      await response.text();
      ended[response.status] = (ended[response.status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return ended;
}

test("a vendor that dies under load costs no request, and at most one in a hundred a second try", async () => {
  const { shop, vendors } = await setUp([undefined, undefined]);
  const requests = 1_000;
  let isDead = false;
  const ended = await load(shop, requests, 6, (n) => {
    if (n !== requests / 2 || isDead) return;
    isDead = true;
    void vendors[0]!.close();
  });
  expect(ended).toEqual({ 200: requests });
  const { records } = shop.billing;
  expect(records).toHaveLength(requests);
  expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(["ok"]));
  const extra = records.reduce((sum, { attempts }) => sum + attempts.length - 1, 0);
  expect(extra).toBeGreaterThan(0);
  expect(extra).toBeLessThanOrEqual(requests / 100);
  expect(shop.billing.open.size).toBe(0);
});

test("a vendor that begins to refuse its key loses that key alone, and no request fails", async () => {
  let refused = "";
  const vendor = await startVendor((call) => (refused !== "" && call.headers.authorization?.endsWith(refused) ? failure(call, 401, "bad key") : completion(call)));
  const keyed = await openShop({ channels: [{ baseUrl: vendor.url, keys: ["ka", "kb", "kc"].map((id) => channelKey(id)) }], logLevel: "warn" });
  closing.push(vendor.close, keyed.close);
  const ended = await load(keyed, 300, 5, (n) => { if (n === 100) refused = "kb"; });
  expect(ended).toEqual({ 200: 300 });
  expect(new Set(keyed.disabled)).toEqual(new Set(["kb auth"]));
  const byKey = Map.groupBy(vendor.calls.slice(-100), ({ headers }) => headers.authorization!.slice(-2));
  expect([...byKey.keys()].sort()).toEqual(["ka", "kc"]);
});

test("when everything fails, retries stay within a fifth of the requests and ten a second", async () => {
  // Conflicts are worth another try and say nothing about health: no circuit opens.
  const { shop, calls } = await setUp([(call) => failure(call, 409), (call) => failure(call, 409), (call) => failure(call, 409)]);
  const begun = performance.now(), requests = 500;
  const ended = await load(shop, requests, 20);
  const seconds = (performance.now() - begun) / 1000;
  expect(ended[200]).toBeUndefined();
  const saved = 100;
  expect(calls()).toBeGreaterThan(requests);
  expect(calls()).toBeLessThanOrEqual(requests * 1.2 + 10 * seconds + saved + 1);
});

test("a stream that nobody reads is not read from its vendor either, and goes on when somebody does", async () => {
  const MIB = "x".repeat(1024 * 1024), pieces = 50;
  let written = 0, waiting = false;
  const { shop } = await setUp([async (call) => {
    begin(call);
    for (; written < pieces; written++) {
      const hasRoom = call.response.write(`data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content: MIB }, finish_reason: null }] })}\n\n`);
      if (hasRoom) continue;
      waiting = true;
      await new Promise((resolve) => call.response.once("drain", resolve));
      waiting = false;
    }
    event(call, { id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    call.response.end("data: [DONE]\n\n");
  }]);
  const { hostname, port } = new URL(shop.url);
  const body = JSON.stringify({ model: "gpt-test", stream: true, messages: [{ role: "user", content: "Hi" }] });
  const socket = net.connect(Number(port), hostname);
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
  socket.pause();
  // What stands in the sockets' buffers on the way is the systems'; then the vendor waits.
  let before = -1;
  await until(() => {
    const rests = waiting && written === before && written > 0;
    before = written;
    return rests;
  });
  expect(written).toBeLessThan(pieces);
  let bytes = 0, tail = "";
  socket.on("data", (chunk) => {
    bytes += chunk.length;
    tail = (tail + chunk.toString("latin1")).slice(-200);
  });
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
  expect(bytes).toBeGreaterThan(pieces * MIB.length);
  expect(tail).toContain("data: [DONE]");
  expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", finish: "stop" });
});
