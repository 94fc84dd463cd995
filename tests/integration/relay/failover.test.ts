import { afterEach, expect, test } from "vitest";
import { channelKey, openShop, until } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { begin, chunk, completion, failure, json, sleep, startVendor } from "./vendor.ts";
import type { Script, Vendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(scripts: readonly (Script | undefined)[], over: (vendors: Vendor[]) => Partial<ShopOptions> = () => ({})): Promise<{ shop: Shop; vendors: Vendor[] }> {
  const vendors = await Promise.all(scripts.map((script) => startVendor(script)));
  closing.push(...vendors.map((vendor) => vendor.close));
  const shop = await openShop({ channels: vendors.map((vendor, i) => ({ baseUrl: vendor.url, priority: -i })), ...over(vendors) });
  closing.push(shop.close);
  return { shop, vendors };
}

test("an answer passes through, is charged exactly and names nobody", async () => {
  const { shop } = await setUp([undefined]);
  const response = await shop.chat();
  const body = await response.json();
  expect(response.status).toBe(200);
  expect(body.model).toBe("gpt-test");
  expect(response.headers.get("x-modelmart-cost-nano-usd")).toBe("20000");
  expect(response.headers.get("x-request-id")).toMatch(/^req_[0-9A-Z]{26}$/);
  const [record] = shop.billing.records;
  expect(record).toMatchObject({ outcome: "ok", chargeNano: 20_000n, usageSource: "upstream", httpStatus: 200, channelId: "c0", modelId: "m1", quantities: { input: 10, output: 5, request: 1 } });
  expect(record!.attempts).toHaveLength(1);
  expect(JSON.stringify([...response.headers])).not.toMatch(/secret|up-model|127\.0\.0\.1/);
});

test("a stream passes through; its end waits for the charge", async () => {
  const { shop } = await setUp([undefined]);
  shop.billing.finishMs = 150;
  const response = await shop.chat({ stream: true }, { headers: { "x-modelmart-cost": "1" } });
  let text = "", charged: number | undefined;
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("[DONE]")) charged ??= shop.billing.records.length;
  }
  expect(charged).toBe(1);
  expect(text).toContain('"model":"gpt-test"');
  expect(text).not.toContain('"usage"');
  expect(text.endsWith("data: [DONE]\n\n: cost-nano-usd=20000\n\n")).toBe(true);
  expect(shop.billing.records[0]).toMatchObject({ outcome: "ok", chargeNano: 20_000n, stream: true });
});

const broken: readonly (readonly [string, Script])[] = [
  ["500", (call) => failure(call, 500)],
  ["401", (call) => failure(call, 401)],
  ["402", (call) => failure(call, 402)],
  ["429", (call) => failure(call, 429)],
  ["404", (call) => failure(call, 404)],
  ["529", (call) => failure(call, 529)],
  ["a redirect", (call) => json(call, 302, "", { location: "http://127.0.0.1:1/" })],
  ["HTML with status 200", (call) => json(call, 200, "<html>maintenance</html>", { "content-type": "text/html" })],
  ["garbage", (call) => json(call, 200, "garbage ... \u0000\u0001")],
  ["an empty body", (call) => json(call, 200, "")],
  ["an error object with status 200", (call) => json(call, 200, { error: { message: "boom", code: 500 } })],
  ["a reset before the head", (call) => call.response.destroy()],
  ["a cut in the middle", (call) => {
    call.response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
    call.response.write('{"id":');
    setTimeout(() => call.response.destroy(), 20);
  }],
];

for (const stream of [false, true]) {
  test.each(broken)(`%s fails over before anything was sent (stream: ${stream})`, async (_name, script) => {
    const { shop, vendors } = await setUp([script, undefined]);
    const response = await shop.chat({ stream });
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).toContain("Hello");
    expect(vendors.map(({ calls }) => calls.length)).toEqual([1, 1]);
    const [record] = shop.billing.records;
    expect(record).toMatchObject({ outcome: "ok", chargeNano: 20_000n, channelId: "c1" });
    expect(record!.attempts.map(({ channelId }) => channelId)).toEqual(["c0", "c1"]);
    expect(shop.billing.open.size).toBe(0);
  });
}

test("an error after the role but before content fails over", async () => {
  const { shop } = await setUp([(call) => {
    begin(call);
    chunk(call, { role: "assistant", content: "" });
    setTimeout(() => call.response.destroy(), 30);
  }, undefined]);
  const text = await (await shop.chat({ stream: true })).text();
  expect(text).toContain("Hello");
  expect(text).not.toContain('"error"');
  expect(shop.billing.records[0]!.attempts).toHaveLength(2);
});

test("nothing is retried after content: the error goes in-band and the delivered part is charged", async () => {
  const { shop, vendors } = await setUp([(call) => {
    begin(call);
    chunk(call, { content: "Once upon a time" });
    setTimeout(() => call.response.destroy(), 50);
  }, undefined]);
  const response = await shop.chat({ stream: true });
  const text = await response.text();
  expect(response.status).toBe(200);
  expect(text).toContain("Once upon a time");
  expect(text).toContain('"code":"bad_upstream_response"');
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(vendors[1]!.calls).toHaveLength(0);
  const [record] = shop.billing.records;
  expect(record).toMatchObject({ outcome: "upstream_abort", usageSource: "estimated", errorCode: "bad_upstream_response" });
  expect(record!.quantities.output).toBe(4);
  expect(record!.chargeNano).toBe(BigInt(record!.quantities.input!) * 1_000n + 8_000n);
});

test("a clean end without a finish is broken, and with [DONE] forgotten it is not", async () => {
  const { shop, vendors } = await setUp([(call) => {
    begin(call);
    chunk(call, { content: "Half an" });
    call.response.end();
  }]);
  expect(await (await shop.chat({ stream: true })).text()).toContain('"finish_reason":"error"');
  vendors[0]!.script = (call) => {
    begin(call);
    chunk(call, { content: "All" });
    chunk(call, {}, "stop");
    call.response.end();
  };
  const text = await (await shop.chat({ stream: true })).text();
  expect(text.match(/\[DONE\]/g)).toHaveLength(1);
  expect(text).not.toContain('"error"');
  expect(shop.billing.records.map(({ outcome }) => outcome)).toEqual(["upstream_abort", "ok"]);
});

test("the client's own fault is told at once, scrubbed, and is free", async () => {
  const { shop, vendors } = await setUp([(call) => failure(call, 400, "temperature must be at most 2"), undefined]);
  const response = await shop.chat();
  expect(response.status).toBe(400);
  expect((await response.json()).error.message).toContain("temperature must be at most 2");
  expect(response.headers.get("x-should-retry")).toBe("false");
  expect(vendors[1]!.calls).toHaveLength(0);
  expect(shop.billing.records[0]).toMatchObject({ outcome: "upstream_error", chargeNano: 0n, httpStatus: 400 });
});

test("the vendor's 401 disables that key alone and never reaches the customer", async () => {
  const { shop, vendors } = await setUp([(call) => (call.headers.authorization === "Bearer vendor-secret-ka" ? failure(call, 401, "bad key vendor-secret-ka") : completion(call))],
    ([vendor]) => ({ channels: [{ baseUrl: vendor!.url, keys: [channelKey("ka"), channelKey("kb")] }] }));
  for (let i = 0; i < 4; i++) expect((await shop.chat()).status).toBe(200);
  expect(shop.disabled).toEqual(["ka auth"]);
  expect(vendors[0]!.calls).toHaveLength(5);
  vendors[0]!.script = (call) => failure(call, 401, "bad key");
  const response = await shop.chat();
  expect(response.status).toBe(502);
  const text = await response.text();
  expect(text).toContain("upstream_unavailable");
  expect(text).not.toContain("secret");
});

test("all channels rate-limited is a 429 with retry-after, and the next call waits for nobody", async () => {
  const { shop, vendors } = await setUp([(call) => failure(call, 429, "slow down", { "retry-after": "7" })]);
  const first = await shop.chat();
  expect(first.status).toBe(429);
  expect(first.headers.get("retry-after")).toBe("7");
  const second = await shop.chat();
  expect(second.status).toBe(429);
  expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(5);
  expect(vendors[0]!.calls).toHaveLength(1);
});

test("a short retry-after on the only channel is waited for", async () => {
  const { shop, vendors } = await setUp([(call) => (call.n === 1 ? failure(call, 429, "slow down", { "retry-after-ms": "1200" }) : completion(call))]);
  expect((await shop.chat()).status).toBe(200);
  expect(vendors[0]!.calls).toHaveLength(2);
});

test("the only channel is tried again after a pause, four times at most", async () => {
  const { shop, vendors } = await setUp([(call) => (call.n < 3 ? failure(call, 503) : completion(call))]);
  expect((await shop.chat()).status).toBe(200);
  vendors[0]!.script = (call) => failure(call, 503);
  const before = vendors[0]!.calls.length;
  const response = await shop.chat();
  expect(response.status).toBe(502);
  expect(vendors[0]!.calls.length - before).toBe(4);
});

test("a channel that keeps failing is left alone, and comes back when it has healed", async () => {
  const { shop, vendors } = await setUp([(call) => failure(call, 500), undefined], (vendors) => ({
    speed: 20, channels: vendors.map((vendor, i) => ({ baseUrl: vendor.url, priority: -i })),
  }));
  for (let i = 0; i < 8; i++) expect((await shop.chat()).status).toBe(200);
  expect(vendors[0]!.calls).toHaveLength(5);
  vendors[0]!.script = (call) => completion(call);
  for (let i = 0; i < 60 && vendors[0]!.calls.length < 10; i++) {
    await sleep(20);
    await shop.chat();
  }
  expect(vendors[0]!.calls.length).toBeGreaterThanOrEqual(10);
});

test("with every circuit open one request a second is tried anyway, and serves again at once where the vendor has healed", async () => {
  let healed = false;
  const { shop, vendors } = await setUp(Array.from({ length: 2 }, () => (call) => (healed ? completion(call) : failure(call, 500))));
  for (let i = 0; i < 5; i++) expect((await shop.chat()).status).toBe(502);
  const calls = (): number => vendors.reduce((sum, vendor) => sum + vendor.calls.length, 0);
  const before = calls();
  const burst = await Promise.all(Array.from({ length: 5 }, () => shop.chat()));
  expect(burst.map(({ status }) => status).sort()).toEqual([502, 503, 503, 503, 503]);
  expect(calls()).toBe(before + 1);
  const refused = burst.find(({ status }) => status === 503)!;
  expect((await refused.json()).error.code).toBe("no_available_channel");
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  healed = true;
  await sleep(1_100);
  expect((await shop.chat()).status).toBe(200);
});

test("no channel in service is a 503 with retry-after", async () => {
  const { shop, vendors } = await setUp([(call) => call.response.destroy()]);
  for (let i = 0; i < 3; i++) await shop.chat();
  const response = await shop.chat();
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBeTruthy();
  expect(vendors[0]!.calls.length).toBeLessThan(8);
});

test("an empty reply is tried elsewhere once, then given as it is, for nothing", async () => {
  const { shop, vendors } = await setUp([(call) => completion(call, { text: "" }), (call) => completion(call, { text: "" }), undefined]);
  const response = await shop.chat();
  expect(response.status).toBe(200);
  expect(vendors.map(({ calls }) => calls.length)).toEqual([1, 1, 0]);
  expect(response.headers.get("x-modelmart-cost-nano-usd")).toBe("0");
  expect(shop.billing.records[0]).toMatchObject({ outcome: "empty", chargeNano: 0n, flags: 16 });
});

test("a vendor that stalls before its first byte is given up for another; the last one's silence is a 504", async () => {
  const { shop } = await setUp([() => {}, undefined], (vendors) => ({
    channels: vendors.map((vendor, i) => ({ baseUrl: vendor.url, priority: -i, timeouts: { firstByteMs: 300 } })),
  }));
  expect((await shop.chat({ stream: true })).status).toBe(200);
  const response = await shop.chat();
  expect(response.status).toBe(504);
  expect(shop.billing.records[1]).toMatchObject({ outcome: "upstream_error", chargeNano: 0n, flags: 32 });
});

test("a stream that falls silent ends with an error in-band", async () => {
  const { shop } = await setUp([(call) => {
    begin(call);
    chunk(call, { content: "Wait for" });
  }], ([vendor]) => ({ channels: [{ baseUrl: vendor!.url, timeouts: { idleMs: 400 } }] }));
  const text = await (await shop.chat({ stream: true })).text();
  expect(text).toContain("Wait for");
  expect(text).toContain('"code":"upstream_timeout"');
});

test("stream_options is left out for a channel that refuses it", async () => {
  const { shop, vendors } = await setUp([(call) => (call.body.stream_options ? failure(call, 400, "Unknown parameter: stream_options") : completion(call))]);
  expect((await shop.chat({ stream: true })).status).toBe(200);
  expect((await shop.chat({ stream: true })).status).toBe(200);
  expect(vendors[0]!.calls.map(({ body }) => "stream_options" in body)).toEqual([true, false, false]);
});

test("a compressed reply is read", async () => {
  const { gzipSync } = await import("node:zlib");
  const { shop } = await setUp([(call) => {
    const body = gzipSync(JSON.stringify({ id: "x", object: "chat.completion", model: "up-model", choices: [{ index: 0, message: { role: "assistant", content: "packed" }, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }));
    call.response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    call.response.end(body);
  }]);
  const response = await shop.chat();
  expect(response.headers.get("content-encoding")).toBeNull();
  expect((await response.json()).choices[0].message.content).toBe("packed");
});

test("a cut in the vendor's stream leaves the process and the next request alone", async () => {
  const { shop, vendors } = await setUp([(call) => {
    begin(call);
    call.response.write("data: {\"id\":");
    setTimeout(() => call.response.destroy(), 10);
  }]);
  await shop.chat({ stream: true }).then((response) => response.text());
  vendors[0]!.script = (call) => completion(call);
  expect((await shop.chat()).status).toBe(200);
  await until(() => shop.billing.open.size === 0);
});
