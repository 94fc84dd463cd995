import { request as ask } from "undici";
import { afterAll, beforeEach, expect, test } from "vitest";
import { INSTANT_CHUNKS, startInstantVendor } from "../../support/vendor-instant.ts";
import { bytes, chat, failure, usage } from "../../support/vendor-scripts.ts";
import { startVendor } from "../../support/vendor.ts";
import { buildRequest, burst, closedLoop, openLoop } from "../../support/load.ts";
import { until } from "../../support/until.ts";

const vendor = await startVendor();
afterAll(() => vendor.close());
beforeEach(() => vendor.reset());

const post = (body: object, path = "/chat/completions") =>
  ask(`${vendor.url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
const text = async (body: object, path?: string): Promise<string> => (await post(body, path)).body.text();

test("a body or a stream, as the request asks", async () => {
  expect(JSON.parse(await text({ model: "m?chunks=2" }))).toMatchObject({
    choices: [{ message: { content: "word word" }, finish_reason: "stop" }], usage: { prompt_tokens: 10, completion_tokens: 2 },
  });
  const streamed = await text({ model: "m?chunks=2", stream: true, stream_options: { include_usage: true } });
  expect(streamed.match(/^data: /gm)).toHaveLength(6);
  expect(streamed).toContain('"total_tokens":12');
  expect(await text({ model: "m", stream: true })).not.toContain("usage");
});

test("rules by model, queues before them, names as scripts behind both", async () => {
  vendor.on("a", failure(500, "always"));
  vendor.once("a", failure(429, "once", null, { "retry-after": "7" }));
  const first = await post({ model: "a" });
  expect([first.statusCode, first.headers["retry-after"]]).toEqual([429, "7"]);
  await first.body.dump();
  expect((await post({ model: "a" })).statusCode).toBe(500);
  expect((await post({ model: "b?status=403" })).statusCode).toBe(403);
  expect([vendor.count(), vendor.count("a")]).toEqual([3, 2]);
  expect(vendor.requests[0]!.body.toString()).toBe('{"model":"a"}');
});

test.each([
  ["cut", -1, /other side closed|ECONNRESET/],
  ["reset", 2, /aborted|terminated|ECONNRESET|other side/],
  ["cut", 2, /aborted|terminated|ECONNRESET|other side/],
] as const)("a vendor that ends with %s after %i pieces breaks the reply", async (fate, after, message) => {
  vendor.on("a", chat({ fate, after }));
  await expect(text({ model: "a", stream: true })).rejects.toThrow(message);
  expect(vendor.hangUps()).toBe(0);
});

test("a caller that leaves is counted", async () => {
  vendor.on("a", chat({ gapMs: 50, chunks: 50 }));
  const reply = await post({ model: "a", stream: true });
  reply.body.on("error", () => undefined).destroy();
  await until("hang-up", () => vendor.hangUps("a") === 1);
  expect(vendor.running).toBe(0);
});

test("bytes one by one, CRLF, comments and gzip give the same text", async () => {
  vendor.on("plain", chat({ chunks: 2 }));
  const plain = await text({ model: "plain", stream: true });
  vendor.on("split", bytes(plain, "text/event-stream", { split: 1 }));
  expect(await text({ model: "split", stream: true })).toBe(plain);
  vendor.on("crlf", chat({ chunks: 2, eol: "\r\n", comments: true }));
  expect((await text({ model: "crlf", stream: true })).match(/^: still here\r$/gm)).toHaveLength(5);
  vendor.on("gzip", chat({ chunks: 2, gzip: true }));
  expect((await post({ model: "gzip", stream: true })).headers["content-encoding"]).toBe("gzip");
});

test("usage may lie", async () => {
  vendor.on("a", chat({ usage: usage(-5, 3) }));
  expect(await text({ model: "a" })).toContain('"prompt_tokens":-5');
  vendor.on("a", chat({ usage: null }));
  expect(await text({ model: "a" })).not.toContain("usage");
});

test("the load generator sees every answer of the instant vendor, and a refused one as what it is", async () => {
  const instant = await startInstantVendor();
  const target = (stream: boolean) => buildRequest(instant.url, "/v1/chat/completions", "sk-x", { model: "m", stream });
  const streams = await burst(target(true), 30);
  expect([streams.ok, streams.other.size]).toEqual([30, 0]);
  expect(streams.bytes / 30).toBeGreaterThan(INSTANT_CHUNKS * 100);
  const loop = await closedLoop(target(false), { connections: 4, durationMs: 100 });
  expect(loop.ok).toBeGreaterThan(20);
  const steady = await openLoop(target(false), { ratePerSecond: 200, durationMs: 200, connections: 8 });
  expect(steady.ok).toBe(40);
  const refused = await burst(buildRequest(vendor.url, "/v1/chat/completions", "sk-x", { model: "m?status=429" }), 3);
  expect([refused.ok, refused.other.get(429)]).toEqual([0, 3]);
  const broken = await burst(buildRequest(vendor.url, "/v1/chat/completions", "sk-x", { model: "m?fate=cut&after=2", stream: true }), 2);
  expect(broken.other.get("broken")).toBe(2);
  await instant.close();
});
