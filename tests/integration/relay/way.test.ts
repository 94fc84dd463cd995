import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createOutbound } from "#platform/outbound/agent.ts";
import { createClock } from "#platform/clock.ts";
import { createHttpTransport, createSimulator } from "#relay/index.ts";
import { learnChannel } from "#relay/probe-learn.ts";
import { KEY, openShop, type Shop, type ShopOptions } from "./shop.ts";
import { startSocks } from "../../support/socks-server.ts";
import { completion, json, startVendor, USAGE, type Vendor } from "./vendor.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function setUp(channel: Partial<ShopOptions["channels"][number]>, script?: Vendor["script"]): Promise<{ shop: Shop; vendor: Vendor }> {
  const vendor = await startVendor(script);
  const shop = await openShop({ channels: [{ baseUrl: vendor.url, ...channel }] });
  closing.push(vendor.close, shop.close);
  return { shop, vendor };
}

/** A proxy that notes whom it was asked for. */
async function startProxy(status = 200, authorization?: string): Promise<Readonly<{ url: string; asked: string[] }>> {
  const asked: string[] = [];
  const server = http.createServer();
  server.on("connect", (request, socket) => {
    asked.push(request.url!);
    const [host, port] = request.url!.split(":");
    if (request.headers["proxy-authorization"] !== authorization) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n");
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const far = net.connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      far.pipe(socket).pipe(far);
    });
    far.on("error", () => socket.destroy());
    socket.on("error", () => far.destroy());
    closing.push(async () => [far, socket].forEach((one) => one.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test("a channel with a proxy goes out by it, whole answers and streams, and keeps the connection", async () => {
  const proxy = await startProxy();
  const { shop, vendor } = await setUp({ settings: { proxy: proxy.url } });
  expect(await (await shop.chat()).text()).toContain("Hello there");
  const streamed = await shop.chat({ stream: true });
  expect(await streamed.text()).toContain("[DONE]");
  expect(vendor.calls).toHaveLength(2);
  expect(proxy.asked).toEqual([new URL(vendor.url).host]);
});

test("a proxy that wants a name and a password is told them, and the vendor hears nothing of it", async () => {
  const proxy = await startProxy(200, `Basic ${Buffer.from("ann:p@ss:word").toString("base64")}`);
  const withLogin = (login: string): string => proxy.url.replace("://", `://${login}@`);
  const { shop, vendor } = await setUp({ settings: { proxy: withLogin("ann:p%40ss%3Aword") } });
  expect(await (await shop.chat()).text()).toContain("Hello there");
  expect(vendor.calls[0]!.headers).not.toHaveProperty("proxy-authorization");
  const wrong = await setUp({ settings: { proxy: withLogin("ann:other") } });
  const refused = await wrong.shop.chat();
  expect([refused.status, wrong.vendor.calls.length]).toEqual([502, 0]);
  expect(await refused.text()).not.toContain("ann");
});

test("a channel goes out by a SOCKS proxy as it does by another, which is told an address or, where it is to look it up, a name", async () => {
  const proxy = await startSocks({ login: "ann:p@ss", hosts: { "vendor.localhost": "127.0.0.1" } });
  const far = await startVendor();
  closing.push(proxy.close, far.close);
  const port = Number(new URL(far.url).port);
  for (const [scheme, told] of [["socks5", { kind: "ipv4", host: "127.0.0.1" }], ["socks5h", { kind: "name", host: "vendor.localhost" }]] as const) {
    const shop = await openShop({ channels: [{ baseUrl: far.url.replace("127.0.0.1", "vendor.localhost"), settings: { proxy: `${scheme}://ann:p%40ss@127.0.0.1:${proxy.port}` } }], resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]) });
    closing.push(shop.close);
    expect(await (await shop.chat()).text()).toContain("Hello there");
    expect(await (await shop.chat({ stream: true })).text()).toContain("[DONE]");
    expect(proxy.asked.splice(0)).toEqual([{ ...told, port, login: "ann:p@ss" }]);
  }
  expect(far.calls).toHaveLength(4);
  const wrong = await openShop({ channels: [{ baseUrl: far.url, settings: { proxy: `socks5://ann:other@127.0.0.1:${proxy.port}` } }] });
  closing.push(wrong.close);
  const refused = await wrong.chat();
  expect([refused.status, far.calls.length]).toEqual([502, 4]);
  expect(await refused.text()).not.toContain("ann");
});

test("a SOCKS proxy that makes no tunnel is a failure of the channel", async () => {
  const proxy = await startSocks({ reply: 5 });
  closing.push(proxy.close);
  const { shop, vendor } = await setUp({ settings: { proxy: `socks5://127.0.0.1:${proxy.port}` } });
  expect([(await shop.chat()).status, vendor.calls.length, proxy.asked.length > 0]).toEqual([502, 0, true]);
});

test("a proxy that refuses is a failure of the channel, and another serves", async () => {
  const proxy = await startProxy(403);
  const [first, second] = [await startVendor(), await startVendor()];
  const shop = await openShop({ channels: [{ baseUrl: first.url, priority: 5, settings: { proxy: proxy.url } }, { baseUrl: second.url }] });
  closing.push(first.close, second.close, shop.close);
  expect((await shop.chat()).status).toBe(200);
  expect([first.calls.length, second.calls.length, proxy.asked.length]).toEqual([0, 1, 1]);
});

test("a proxy's address is judged as every operator's", () => {
  const outbound = createOutbound({ allowPrivate: false });
  closing.push(async () => outbound.close());
  const vendor = new URL("https://api.example.com/v1");
  for (const proxy of ["socks5://proxy.example.com:1080", "socks5h://0x7f000001", "socks5://metadata.internal", "http://proxy.example.com:3128", "https://127.0.0.1", "https://10.0.0.1:8443", "https://metadata.internal"]) {
    expect(() => outbound.pool(vendor, "channel", 1_000, proxy), proxy).toThrow(/not allowed|never called/);
  }
  expect(() => outbound.pool(vendor, "channel", 1_000, "https://proxy.example.com:8443")).not.toThrow();
  expect(() => outbound.pool(new URL("https://127.0.0.1/v1"), "channel", 1_000, "https://proxy.example.com")).toThrow(/not allowed/);
});

test("where a name leads that is looked up here is judged before a SOCKS proxy is told of it", async () => {
  const proxy = await startSocks();
  const outbound = createOutbound({ allowPrivate: [{ cidr: "127.0.0.0/8" }], resolve: () => Promise.resolve([{ address: "10.0.0.7", family: 4 }]) });
  closing.push(proxy.close, async () => outbound.close());
  const connect = outbound.connector(new URL("https://vendor.example.com/v1"), "channel", 5_000, `socks5://127.0.0.1:${proxy.port}`);
  await expect(new Promise((resolve, reject) => connect((error, socket) => (error ? reject(error) : resolve(socket))))).rejects.toThrow(/not allowed/);
  expect(proxy.asked).toEqual([]);
});

test.each([false, true])("a channel that hides ids tells ours and no fingerprint (stream: %s)", async (stream) => {
  const { shop } = await setUp({ settings: { hide_ids: true } }, (call) => {
    const piece = (delta: object, finish: string | null) => ({ id: "vendor-77", object: "chat.completion.chunk", created: 1, model: "up-model", system_fingerprint: "fp_9", choices: [{ index: 0, delta, finish_reason: finish }] });
    if (!stream) return json(call, 200, { id: "vendor-77", object: "chat.completion", created: 1, model: "up-model", system_fingerprint: "fp_9", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: 'I am "vendor-77" fp_9' } }], usage: USAGE });
    call.response.writeHead(200, { "content-type": "text/event-stream" });
    for (const part of [piece({ role: "assistant", content: "I am " }, null), piece({ content: 'not "vendor-77"' }, null), { ...piece({}, "stop"), id: "vendor-78", usage: USAGE }]) call.response.write(`data: ${JSON.stringify(part)}\n\n`);
    call.response.end("data: [DONE]\n\n");
  });
  const answer = await shop.chat({ stream });
  const id = `chatcmpl-${answer.headers.get("x-request-id")}`;
  const text = await answer.text();
  const parts = (stream ? text.split("\n\n").filter((line) => line.startsWith("data: {")).map((line) => JSON.parse(line.slice(6))) : [JSON.parse(text)]) as { id: string; system_fingerprint: unknown }[];
  expect(parts.length).toBeGreaterThan(0);
  for (const part of parts) expect(part).toMatchObject({ id, system_fingerprint: null });
  // What the model says is its own.
  expect(text).toContain('\\"vendor-77\\"');
});

test("a test learns which protocols the host has not and what the model cannot do", async () => {
  const vendor = await startVendor((call) => {
    if (call.path === "/v1/responses") return json(call, 404, { detail: "Not Found" });
    if (call.body.tools) return json(call, 400, { error: { message: "up-model does not support tools", type: "invalid_request_error" } });
    if (call.body.response_format) return json(call, 429, { error: { message: "Too many requests for json_schema, not supported tier" } });
    return completion(call);
  });
  closing.push(vendor.close);
  const outbound = createOutbound({ allowPrivate: true });
  closing.push(async () => outbound.close());
  const deps = { transport: createHttpTransport(outbound), simulator: createSimulator({ clock: createClock() }) };
  const target = { provider: "openai", baseUrl: vendor.url, secret: "sk", stream: true, list: true, model: { upstreamName: "up-model", endpoints: [] } };
  const learnt = await learnChannel(deps, target);
  expect(learnt).toMatchObject({ ok: true, without: ["responses"], lacks: ["tools"] });
  expect(learnt.calls).toHaveLength(5);
  vendor.script = (call) => json(call, 401, { error: { message: "Incorrect API key provided" } });
  expect(await learnChannel(deps, target)).toMatchObject({ ok: false, lacks: [], without: [] });
});

test("what a host is known not to have is not asked for", async () => {
  const { shop, vendor } = await setUp({ provider: "openai", settings: { without: ["responses"] } });
  const answer = await fetch(`${shop.url}/v1/messages`, {
    method: "POST", headers: { "x-api-key": KEY, "content-type": "application/json" }, body: JSON.stringify({ model: "gpt-test", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] }),
  });
  expect(answer.status).toBe(200);
  expect(vendor.calls.map(({ path }) => path)).toEqual(["/v1/chat/completions"]);
});
