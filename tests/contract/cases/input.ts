import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect } from "vitest";
import { keyOf } from "../../support/shop-store.ts";
import { until } from "../../support/until.ts";
import { rawExchange } from "../client.ts";
import { expectError, expectFree, type Case, type Mount } from "../mount.ts";

const path = "/v1/chat/completions";
const good = '{"model":"chat","messages":[{"role":"user","content":"hello"}]}';

/** A head as clients write it; the body may follow or not. */
const head = (mount: Mount, length: number | string, more = ""): string =>
  `POST ${path} HTTP/1.1\r\nhost: ${new URL(mount.url).host}\r\nauthorization: Bearer ${keyOf("rich")}\r\ncontent-type: application/json\r\n${more}`
  + (typeof length === "number" ? `content-length: ${length}\r\n\r\n` : `transfer-encoding: ${length}\r\n\r\n`);

const nested = (depth: number): string => `{"model":"chat","messages":[{"role":"user","content":"x"}],"deep":${"[".repeat(depth)}${"]".repeat(depth)}}`;

const MALFORMED: readonly string[] = [
  "", " ", "{", '{"model":"chat"', `${good},`, good.replace("]}", "],}"), `${good}{}`, good.replaceAll('"', "'"), "[]", "null", "5", '"chat"',
  '{"model":"chat","model":"other","messages":[]}', '{"messages":[],"messages":[],"model":"chat"}', nested(100), nested(50_000),
  '{"model":"chat","messages":[{"role":"user","content":"\u0001"}]}', '{"model":"chat","messages":[{"role":"user","content":"\\x"}]}', '{"model":"chat","n":01,"messages":[]}', '{"model":"chat","n":NaN,"messages":[]}',
];

const WRONG_TYPES: readonly object[] = [
  { model: 5 }, { model: null }, { model: ["chat"] }, { model: { id: "chat" } }, { stream: "yes" }, { max_tokens: "100" }, { max_tokens: -1 }, { max_tokens: 1.5 }, { max_tokens: 1e300 }, { n: 0 }, { n: -3 }, { n: "2" },
];

/** What clients send that they should not, and what must survive. */
export const inputCases: readonly Case[] = [
  ["what is no JSON object is 400 and reaches no vendor", async (mount) => {
    const before = mount.vendor.count();
    for (const body of MALFORMED) {
      const reply = await mount.call(path, { body });
      expectError(reply, 400);
      await expectFree(mount, reply.id);
    }
    expect(mount.vendor.count()).toBe(before);
  }],
  ["bytes that are no UTF-8 are 400", async (mount) => {
    expectError(await mount.call(path, { body: Buffer.concat([Buffer.from('{"model":"chat","messages":[{"role":"user","content":"'), Buffer.from([0xff, 0xfe, 0xc0, 0x80]), Buffer.from('"}]}')]) }), 400);
  }],
  ["fields of the wrong type are 400 where the shop reads them", async (mount) => {
    for (const fields of WRONG_TYPES) expectError(await mount.chat(fields), [400, 404]);
    expectError(await mount.call(path, { body: { messages: [] } }), 400);
  }],
  ["a model's escaped name is read, one hidden deeper is not", async (mount) => {
    expect((await mount.call(path, { body: '{"\\u006dodel":"ch\\u0061t","messages":[{"role":"user","content":"x"}]}' })).status).toBe(200);
    expect((await mount.call(path, { body: '{"metadata":{"model":"no-such"},"model":"chat","messages":[{"role":"user","content":"x"}]}' })).status).toBe(200);
  }],
  ["unknown fields pass byte for byte; only the model's name is changed", async (mount) => {
    const odd = '{ "foo" : {"b":[1, 2.50, 1e2]},  "model":"chat", "messages":[{"role":"user","content":"\\u00e9\\ud83d\\ude00 \u00e9"}] ,"zz":null}';
    expect((await mount.call(path, { body: odd })).status).toBe(200);
    expect(mount.vendor.requests.at(-1)!.body.toString()).toBe(odd.replace('"chat"', '"chat-up"'));
  }],
  ["no header of the client but what vendors need goes upstream", async (mount) => {
    await mount.chat({}, { headers: { cookie: "sid=secret", "x-forwarded-for": "6.6.6.6", "x-mm-client-ip": "6.6.6.6", referer: "http://secret.example" } });
    const { headers } = mount.vendor.requests.at(-1)!;
    expect(headers.authorization).toBe("Bearer sk-upstream-secret-a");
    expect(JSON.stringify(headers)).not.toMatch(/secret\.example|sid=secret|6\.6\.6\.6|sk-mm-/);
  }],
  ["a compressed body is as good as a plain one", async (mount) => {
    for (const [name, body] of [["gzip", gzipSync(good)], ["br", brotliCompressSync(good)], ["zstd", zstdCompressSync(good)]] as const) {
      expect((await mount.call(path, { headers: { "content-encoding": name }, body })).status, name).toBe(200);
    }
    expectError(await mount.call(path, { headers: { "content-encoding": "gzip" }, body: Buffer.from(good) }), 400);
    expectError(await mount.call(path, { headers: { "content-encoding": "secret-sauce" }, body: good }), [400, 415]);
  }],
  ["a bomb is 413, not memory", async (mount) => {
    const bomb = gzipSync(Buffer.concat([Buffer.from('{"model":"chat","messages":[{"role":"user","content":"'), Buffer.alloc(64 << 20, 0x61), Buffer.from('"}]}')]));
    expectError(await mount.call(path, { headers: { "content-encoding": "gzip" }, body: bomb }), 413, "request_too_large");
  }],
  ["a body announced above 20 MB is 413 before it is sent", async (mount) => {
    const text = await rawExchange(mount.url, head(mount, 30 << 20));
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain("request_too_large");
  }],
  ["a chunked body above the limit is cut with 413", async (mount) => {
    const piece = `100000\r\n${"a".repeat(0x100000)}\r\n`;
    const text = await rawExchange(mount.url, head(mount, "chunked") + piece.repeat(24), { idleMs: 4_000 });
    if (text !== "") expect(text).toMatch(/^HTTP\/1\.1 413 /); // a client that still writes may lose the answer to a reset
  }],
  ["one of 15 MB passes", async (mount) => {
    const reply = await mount.chat({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(15 << 20)}` } }] }] });
    expect(reply.status, reply.text.slice(0, 300)).toBe(200);
    expect(mount.vendor.requests.at(-1)!.body.length).toBeGreaterThan(15 << 20);
  }],
  ["a client that leaves anywhere in his request harms nobody", async (mount) => {
    const whole = head(mount, Buffer.byteLength(good)) + good;
    const cuts = [1, 10, 40, 120, whole.length - good.length - 2, whole.length - good.length, whole.length - 30, whole.length - 1, whole.length];
    await Promise.all(cuts.map((cut) => rawExchange(mount.url, whole.slice(0, cut), { leaveAfterMs: 30 })));
    expect((await mount.chat({})).status).toBe(200);
  }],
  ["what is no HTTP is refused and harms nobody", async (mount) => {
    for (const bytes of ["\0\x01\x02\x03\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00", `POST ${path} HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello`, `POST ${path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n`]) {
      expect(await rawExchange(mount.url, bytes, { idleMs: 500 })).not.toMatch(/^HTTP\/1\.1 (200|5)/);
    }
    expect((await mount.chat({})).status).toBe(200);
  }],
  ["a wrong method is 405 with the right one, an unknown address 404, a preflight 204", async (mount) => {
    const wrong = await mount.call(path, { method: "GET" });
    expectError(wrong, 405, "method_not_allowed");
    expect(wrong.headers.allow).toContain("POST");
    expectError(await mount.call("/v1/nonsense", { body: {} }), 404);
    const preflight = await mount.call(path, { method: "OPTIONS", as: null, headers: { origin: "https://app.example", "access-control-request-method": "POST" } });
    expect(preflight.status).toBe(204);
    expect(preflight.headers["access-control-allow-origin"]).toBeDefined();
  }],
  ["conversations over a WebSocket are begun as such; who asks for them as for a page is told so", async (mount) => {
    const reply = await mount.call("/v1/realtime?model=any", { method: "GET" });
    expectError(reply, 426, "upgrade_required");
    expect(reply.headers.upgrade).toBe("websocket");
    expectError(await mount.call("/v1/realtime/calls", { body: {} }), 404, "unsupported_endpoint");
  }],
  ["held money is back after all of this", async (mount) => {
    await until("nothing held", async () => (await mount.shop.sql<{ held: string }>("SELECT coalesce(sum(held_nano), 0)::text AS held FROM wallet_leases"))[0]!.held === "0");
  }],
];
