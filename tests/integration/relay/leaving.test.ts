import { afterEach, expect, test } from "vitest";
import { openShop, until } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { begin, chunk, completion, event, json, sleep, startVendor, USAGE } from "./vendor.ts";
import type { Script, Vendor, VendorCall } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** `openai` stops billing when we hang up, `openai-compatible` is not known to. */
async function setUp(script: Script, provider: "openai" | "openai-compatible", over: Partial<ShopOptions> = {}): Promise<{ shop: Shop; vendor: Vendor }> {
  const vendor = await startVendor(script);
  const shop = await openShop({ channels: [{ baseUrl: vendor.url, provider }], ...over });
  closing.push(vendor.close, shop.close);
  return { shop, vendor };
}

/** Calls, reads until `when` is in what came, and leaves; without `when`, leaves at once when the vendor was called. */
async function leave(shop: Shop, vendor: Vendor, stream: boolean, when?: string): Promise<void> {
  const calls = vendor.calls.length;
  const controller = new AbortController();
  const answer = shop.chat({ stream }, { signal: controller.signal });
  answer.catch(() => {});
  await until(() => vendor.calls.length > calls);
  if (when !== undefined) {
    let text = "";
    for await (const part of (await answer).body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.includes(when)) break;
    }
  } else await sleep(30);
  controller.abort();
}

const settled = async (shop: Shop) => {
  await until(() => shop.billing.records.length > 0);
  expect(shop.billing.open.size).toBe(0);
  return shop.billing.records[0]!;
};

test.each([true, false])("leaving before the first byte of a vendor that then stops is free (stream: %s)", async (stream) => {
  const { shop, vendor } = await setUp(() => {}, "openai");
  await leave(shop, vendor, stream);
  await vendor.calls[0]!.hungUp;
  expect(await settled(shop)).toMatchObject({ outcome: "client_abort", chargeNano: 0n, quantities: {}, flags: 0 });
});

test.each([true, false])("leaving before the first byte of a vendor that goes on costs the prompt at most (stream: %s)", async (stream) => {
  const { shop, vendor } = await setUp((call) => setTimeout(() => completion(call), 150), "openai-compatible");
  await leave(shop, vendor, stream);
  const record = await settled(shop);
  expect(record).toMatchObject({ outcome: "client_abort", chargeNano: 10_000n, quantities: { input: 10 } });
  expect(record.quantities.output).toBeUndefined();
});

test("a vendor that never says what an abandoned request used is waited for 30 s", async () => {
  const { shop, vendor } = await setUp(() => {}, "openai-compatible", { speed: 40 });
  await leave(shop, vendor, true);
  await vendor.calls[0]!.hungUp;
  expect(await settled(shop)).toMatchObject({ outcome: "client_abort", chargeNano: 0n, flags: 32 });
});

const slowly = (call: VendorCall, end: (call: VendorCall) => void): void => {
  begin(call);
  chunk(call, { role: "assistant", content: "" });
  chunk(call, { content: "one two three" });
  setTimeout(() => {
    chunk(call, { content: " four five six" });
    end(call);
  }, 200);
};
const withUsage = (call: VendorCall): void => {
  chunk(call, {}, "stop");
  event(call, { id: "x", object: "chat.completion.chunk", model: "up-model", choices: [], usage: USAGE });
  call.response.end("data: [DONE]\n\n");
};

test("leaving in mid-stream hangs up on a vendor that then stops; what was delivered is charged", async () => {
  const { shop, vendor } = await setUp((call) => slowly(call, withUsage), "openai");
  await leave(shop, vendor, true, "three");
  await vendor.calls[0]!.hungUp;
  const record = await settled(shop);
  expect(record).toMatchObject({ outcome: "client_abort", usageSource: "estimated" });
  expect(record.quantities.output).toBe(3);
  expect(record.chargeNano).toBe(BigInt(record.quantities.input!) * 1_000n + 6_000n);
});

test("leaving in mid-stream reads on where the vendor bills all the same; its usage is charged", async () => {
  const { shop, vendor } = await setUp((call) => slowly(call, withUsage), "openai-compatible");
  await leave(shop, vendor, true, "three");
  expect(await settled(shop)).toMatchObject({ outcome: "client_abort", usageSource: "upstream", chargeNano: 20_000n });
});

test("a drain that goes on and on is cut after 30 s; what was delivered is charged", async () => {
  const { shop, vendor } = await setUp((call) => {
    begin(call);
    chunk(call, { content: "one two three" });
  }, "openai-compatible", { speed: 40 });
  await leave(shop, vendor, true, "three");
  await vendor.calls[0]!.hungUp;
  const record = await settled(shop);
  expect(record).toMatchObject({ outcome: "client_abort", usageSource: "estimated" });
  expect(record.quantities.output).toBe(3);
});

test("a drain is cut when it has cost five cents", async () => {
  const { shop, vendor } = await setUp((call) => {
    begin(call);
    chunk(call, { content: "one two three" });
    // 2,000 nano a token: 25,000 tokens are five cents.
    const flood = setInterval(() => chunk(call, { content: "x".repeat(30_000) }), 20);
    void call.hungUp.then(() => clearInterval(flood));
  }, "openai-compatible");
  await leave(shop, vendor, true, "three");
  await vendor.calls[0]!.hungUp;
  const record = await settled(shop);
  expect(record).toMatchObject({ outcome: "client_abort", usageSource: "estimated" });
  expect(record.quantities.output).toBeLessThan(20_000);
});

test("leaving at the finish reason is a normal end", async () => {
  const { shop, vendor } = await setUp((call) => {
    begin(call);
    chunk(call, { content: "all of it" });
    chunk(call, {}, "stop");
    setTimeout(() => {
      event(call, { id: "x", object: "chat.completion.chunk", model: "up-model", choices: [], usage: USAGE });
      call.response.end("data: [DONE]\n\n");
    }, 200);
  }, "openai");
  await leave(shop, vendor, true, '"finish_reason":"stop"');
  expect(await settled(shop)).toMatchObject({ outcome: "ok", usageSource: "upstream", chargeNano: 20_000n });
});

test("leaving while a whole answer is on its way: it is finished and charged as reported", async () => {
  const { shop, vendor } = await setUp((call) => {
    const body = JSON.stringify({ id: "x", object: "chat.completion", model: "m", choices: [{ index: 0, message: { role: "assistant", content: "whole" }, finish_reason: "stop" }], usage: USAGE });
    call.response.writeHead(200, { "content-type": "application/json" });
    call.response.write(body.slice(0, 20));
    setTimeout(() => call.response.end(body.slice(20)), 200);
  }, "openai");
  await leave(shop, vendor, false);
  expect(await settled(shop)).toMatchObject({ outcome: "client_abort", usageSource: "upstream", chargeNano: 20_000n });
});

test("the twenty-first early leave of a key and hour is charged as reported", async () => {
  const held: (() => void)[] = [];
  const { shop, vendor } = await setUp((call) => void held.push(() => void completion(call)), "openai-compatible");
  const controller = new AbortController();
  const answers = Array.from({ length: 21 }, () => shop.chat({}, { signal: controller.signal }));
  const left = Promise.allSettled(answers);
  await until(() => vendor.calls.length === 21);
  controller.abort();
  await left;
  await sleep(300); // the connections' ends are seen before the vendor says anything
  for (const answer of held) answer();
  await until(() => shop.billing.records.length === 21);
  const charges = shop.billing.records.map(({ chargeNano }) => chargeNano).sort((one, other) => Number(one - other));
  expect(charges).toEqual([...Array.from({ length: 20 }, () => 10_000n), 20_000n]);
});

test("E-51: a guarded stream is cut when the money is used up; what was delivered is charged", async () => {
  const { shop, vendor } = await setUp(async (call) => {
    begin(call);
    for (let i = 0; i < 50; i++) {
      chunk(call, { content: "word " });
      await sleep(2);
    }
    withUsage(call);
  }, "openai");
  shop.billing.mode = "guarded-stream";
  shop.billing.outputMax = 10;
  const text = await (await shop.chat({ stream: true })).text();
  await vendor.calls[0]!.hungUp;
  const delivered = text.match(/"content":"word "/g)!.length;
  expect(delivered).toBe(6); // 30 bytes are 10 tokens of three bytes
  expect(text).toContain('"insufficient_quota"');
  expect(await settled(shop)).toMatchObject({ outcome: "cut_no_credit", usageSource: "estimated", flags: 8, errorCode: "insufficient_quota" });
});

test("a guarded stream that comes in one piece with the vendor's usage is charged no more than it may cost", async () => {
  const { shop } = await setUp((call) => {
    begin(call);
    chunk(call, { content: "word " });
    const events = [
      ...Array.from({ length: 50 }, () => ({ choices: [{ index: 0, delta: { content: "word " }, finish_reason: null }] })),
      { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }, { choices: [], usage: USAGE },
    ];
    const rest = events.map((each) => `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "up-model", ...each })}\n\n`).join("");
    setTimeout(() => call.response.end(`${rest}data: [DONE]\n\n`), 100);
  }, "openai");
  shop.billing.mode = "guarded-stream";
  shop.billing.outputMax = 4;
  const text = await (await shop.chat({ stream: true })).text();
  expect(text.match(/"content":"word "/g)).toHaveLength(1);
  const record = await settled(shop);
  expect(record).toMatchObject({ outcome: "cut_no_credit", usageSource: "estimated" });
  expect(record.quantities).toMatchObject({ input: 10, output: 2 });
});

test("what is read in the place of a client who left must be covered too", async () => {
  const { shop, vendor } = await setUp((call) => {
    begin(call);
    chunk(call, { content: "one two three" });
    const flood = setInterval(() => chunk(call, { content: "one two three " }), 20);
    void call.hungUp.then(() => clearInterval(flood));
  }, "openai-compatible");
  shop.billing.mode = "guarded-stream";
  shop.billing.outputMax = 30;
  await leave(shop, vendor, true, "three");
  await vendor.calls[0]!.hungUp;
  expect(await settled(shop)).toMatchObject({ outcome: "client_abort", usageSource: "estimated" });
  expect(shop.billing.records[0]!.quantities.output).toBeLessThan(30);
});

test("missing usage is estimated, zero usage is trusted and flagged, lies credit nobody", async () => {
  const usages: (object | null)[] = [
    null,
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    { prompt_tokens: -5, completion_tokens: 5, total_tokens: 0 },
    { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 99 } },
    { prompt_tokens: 900_000_000, completion_tokens: 900_000_000 },
  ];
  const { shop } = await setUp((call) => completion(call, { usage: usages[call.n - 1]! }), "openai");
  for (const _usage of usages) expect((await shop.chat()).status).toBe(200);
  const [none, zero, negative, cached, absurd] = shop.billing.records;
  expect(none).toMatchObject({ outcome: "ok", usageSource: "estimated" });
  expect(none!.quantities.output).toBe(2);
  expect(zero).toMatchObject({ outcome: "ok", usageSource: "upstream", chargeNano: 0n, flags: 2 });
  expect(negative!.chargeNano).toBe(10_000n);
  expect(negative!.flags & 4).toBe(4);
  expect(cached!.chargeNano).toBeGreaterThan(0n);
  expect(cached!.quantities.cache_read).toBe(10);
  expect(absurd!.flags & 4).toBe(4);
  expect(absurd!.chargeNano).toBeLessThan(1_000_000n);
});

test.each([false, true])("a channel whose zeros are no counts has its answers counted by us, streamed: %s", async (stream) => {
  const vendor = await startVendor((call) => completion(call, { usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } }));
  const shop = await openShop({ channels: [{ baseUrl: vendor.url, provider: "openai", settings: { zero_usage: "estimate" } }] });
  closing.push(vendor.close, shop.close);
  await (await shop.chat({ stream })).text();
  const record = await settled(shop);
  expect(record).toMatchObject({ outcome: "ok", usageSource: "estimated", flags: 2 });
  expect(record.quantities).toMatchObject({ input: expect.any(Number) as number, output: 2 });
  expect(record.chargeNano).toBeGreaterThan(0n);
});

test("more than twenty empty replies of a key and hour are charged as reported", async () => {
  const { shop } = await setUp((call) => completion(call, { text: "" }), "openai");
  for (let i = 0; i < 21; i++) await shop.chat();
  expect(shop.billing.records.map(({ chargeNano }) => chargeNano)).toEqual([...Array.from({ length: 20 }, () => 0n), 20_000n]);
});

test("a reader that takes nothing stops the vendor, and is cut after a minute", async () => {
  let sent = 0, full = false;
  const { shop, vendor } = await setUp((call) => {
    begin(call);
    const piece = "x".repeat(64 * 1024);
    const pour = setInterval(() => {
      if (full) return;
      chunk(call, { content: piece });
      sent += piece.length;
      full = call.response.writableLength > 4 * 1024 * 1024;
    }, 1);
    call.response.on("drain", () => (full = false));
    void call.hungUp.then(() => clearInterval(pour));
  }, "openai", { speed: 30 });
  const { connect } = await import("node:net");
  const socket = connect(Number(new URL(shop.url).port), "127.0.0.1");
  const body = JSON.stringify({ model: "gpt-test", stream: true, messages: [{ role: "user", content: "x" }] });
  socket.pause();
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer sk-mm-test-key-of-some-length-0000000000000000\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await until(() => vendor.calls.length > 0);
  await vendor.calls[0]!.hungUp;
  socket.destroy();
  expect(sent).toBeLessThan(64 * 1024 * 1024);
  expect((await settled(shop)).outcome).toBe("client_abort");
});

test("draining lets requests end, then cuts them with an error in-band", async () => {
  const { shop, vendor } = await setUp((call) => {
    begin(call);
    chunk(call, { content: "one two three" });
  }, "openai");
  const answer = shop.chat({ stream: true }).then((response) => response.text());
  await until(() => vendor.calls.length > 0);
  await sleep(50);
  await shop.relay.drain(100);
  const text = await answer;
  expect(text).toContain('"code":"server_overloaded"');
  expect(shop.billing.open.size).toBe(0);
  expect(shop.billing.records[0]).toMatchObject({ outcome: "upstream_abort" });
  expect(shop.relay.running).toBe(0);
});

test("a reply that is too large is no answer", async () => {
  const { shop } = await setUp((call) => {
    if (call.n > 1) return json(call, 200, "{}");
    call.response.writeHead(200, { "content-type": "application/json" });
    call.response.write('{"pad":"');
    const piece = Buffer.alloc(4 * 1024 * 1024, 120);
    const pour = (): void => {
      while (!call.response.destroyed && call.response.write(piece));
      if (!call.response.destroyed) call.response.once("drain", pour);
    };
    pour();
    return undefined;
  }, "openai");
  const response = await shop.chat();
  expect(response.status).toBe(502);
  expect(shop.billing.records[0]).toMatchObject({ outcome: "upstream_error", chargeNano: 0n });
});
