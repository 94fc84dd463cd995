import { expect, test } from "vitest";
import { createEdge, hostAllowed, isRejection, readyUrl, type RawRequest } from "#platform/edge.ts";

const request = (headers: readonly (readonly [string, string])[], over: Partial<RawRequest> = {}): RawRequest => ({
  method: "GET", url: "/", httpVersion: "1.1", peer: "203.0.113.9", encrypted: false,
  rawHeaders: [...(headers.some(([name]) => name.toLowerCase() === "host") ? [] : [["Host", "shop.example"] as const]), ...headers].flat(),
  ...over,
});

const edge = createEdge({ trustedProxies: ["10.0.0.0/8", "2001:db8:1::/48"] });
const factsOf = (raw: RawRequest) => {
  const facts = edge.inspect(raw);
  if (isRejection(facts)) throw new Error(`refused: ${facts.reason}`);
  return facts;
};

test.each([
  // name,                                          peer,                 x-forwarded-for,                          client
  ["no proxy: the socket's address",                "203.0.113.9",        undefined,                                "203.0.113.9"],
  ["a stranger's own header counts for nothing",    "203.0.113.9",        "1.1.1.1",                                "203.0.113.9"],
  ["behind a trusted proxy: what it saw",           "10.0.0.1",           "198.51.100.7",                           "198.51.100.7"],
  ["written further left by the client: ignored",   "10.0.0.1",           "1.1.1.1, 198.51.100.7",                  "198.51.100.7"],
  ["two proxies of ours",                           "10.0.0.1",           "198.51.100.7, 10.2.3.4",                 "198.51.100.7"],
  ["nothing but proxies: the farthest",             "10.0.0.1",           "10.0.0.3, 10.0.0.2",                     "10.0.0.3"],
  ["rubbish ends the walk",                         "10.0.0.1",           "198.51.100.7, unknown, 10.0.0.2",        "10.0.0.2"],
  ["mapped IPv4 counts as IPv4",                    "::ffff:10.0.0.1",    "::ffff:198.51.100.7",                    "198.51.100.7"],
  ["IPv6 proxy, port written along",                "2001:db8:1::5",      "[2001:db8:2::9]:4711",                   "2001:db8:2::9"],
  ["no header from the proxy: the proxy",           "10.0.0.1",           undefined,                                "10.0.0.1"],
] as const)("client address: %s", (_name, peer, forwarded, expected) => {
  const raw = request(forwarded === undefined ? [] : [["X-Forwarded-For", forwarded]], { peer });
  expect(factsOf(raw).clientIp).toBe(expected);
});

test("scheme and host come from a trusted proxy only", () => {
  const headers = [["X-Forwarded-Proto", "https"], ["X-Forwarded-Host", "Front.example"]] as const;
  expect(factsOf(request(headers))).toMatchObject({ proto: "http", host: "shop.example" });
  expect(factsOf(request(headers, { peer: "10.9.9.9" }))).toMatchObject({ proto: "https", host: "front.example" });
});

test.each([
  ["repeated host", request([["Host", "a"], ["Host", "b"]]), 400],
  ["length beside coding", request([["Content-Length", "3"], ["Transfer-Encoding", "chunked"]]), 400],
  ["repeated length", request([["Content-Length", "3"], ["content-length", "3"]]), 400],
  ["unknown coding", request([["Transfer-Encoding", "gzip, chunked"]]), 501],
  ["coding in HTTP/1.0", request([["Transfer-Encoding", "chunked"]], { httpVersion: "1.0" }), 400],
  ["target of another host", request([], { url: "http://other.example/v1/models" }), 400],
  ["authority form", request([], { url: "other.example:443" }), 400],
  ["target too long", request([], { url: `/${"a".repeat(17_000)}` }), 414],
  ["too many headers", request(Array.from({ length: 101 }, (_, i) => [`x-${i}`, "1"] as const)), 431],
  ["headers too large", request([["x-big", "a".repeat(33_000)]]), 431],
  ["host with a path in it", request([["Host", "shop.example/evil"]]), 400],
])("refused: %s", (_name, raw, status) => {
  const result = edge.inspect(raw);
  expect(isRejection(result) && result.status).toBe(status);
});

test("an absolute target of our own host is taken apart", () => {
  expect(factsOf(request([], { url: "http://shop.example/a/b?c=d" }))).toMatchObject({ target: "/a/b?c=d", path: "/a/b" });
});

test("internal and hop-by-hop headers never reach the web half; ours do, once", () => {
  const raw = request([
    ["X-Mm-Client-Ip", "6.6.6.6"], ["x-middleware-subrequest", "src/proxy"], ["X-Nextjs-Data", "1"], ["x-invoke-path", "/admin"],
    ["X-Forwarded-For", "6.6.6.6"], ["Forwarded", "for=6.6.6.6"], ["X-Real-IP", "6.6.6.6"],
    ["Connection", "keep-alive, X-Secret"], ["X-Secret", "1"], ["Transfer-Encoding", "chunked"],
    ["x-mm", "1"], ["Cookie", "a=b"], ["Accept", "*/*"],
  ]);
  const sent = edge.forwardHeaders(raw, factsOf(raw), "req_1");
  const pairs = Array.from({ length: sent.length / 2 }, (_, i) => [sent[2 * i], sent[2 * i + 1]]);
  expect(pairs).toEqual([
    ["host", "shop.example"], ["x-mm", "1"], ["cookie", "a=b"], ["accept", "*/*"],
    ["x-mm-client-ip", "203.0.113.9"], ["x-mm-proto", "http"], ["x-mm-host", "shop.example"], ["x-mm-request-id", "req_1"],
    ["x-forwarded-for", "203.0.113.9"], ["x-forwarded-proto", "http"], ["x-forwarded-host", "shop.example"],
  ]);
});

test.each([
  // host,                     public address,           allowed
  ["127.0.0.1:3000",           undefined,                true],
  ["localhost:3000",           undefined,                true],
  ["[::1]:3000",               undefined,                true],
  ["192.0.2.10:3000",          undefined,                true],
  ["192.0.2.10:4000",          undefined,                false],
  ["evil.example:3000",        undefined,                false],
  ["shop.example",             "https://shop.example",   true],
  ["evil.example",             "https://shop.example",   false],
  ["192.0.2.10:3000",          "https://shop.example",   false],
  ["localhost:3000",           "https://shop.example",   true],
  ["",                         undefined,                false],
] as const)("pages under the name %j with the public address %j: %s", (host, publicUrl, allowed) => {
  expect(hostAllowed(host, { publicUrl, port: 3000, addresses: ["192.0.2.10"] })).toBe(allowed);
});

test("a range that is none is named", () => {
  expect(() => createEdge({ trustedProxies: ["10.0.0.0/8", "ten"] })).toThrow("ten");
});

test.each([["0.0.0.0", "http://127.0.0.1:80"], ["::", "http://127.0.0.1:80"], ["::1", "http://[::1]:80"], ["shop.example", "http://shop.example:80"]])("ready line for %s", (host, url) => {
  expect(readyUrl(host, 80)).toBe(url);
});
