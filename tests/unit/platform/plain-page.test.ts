import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asksDocument, asksPublicPage, sendPlain, twinAddress, withoutFramework, writeAside } from "#platform/plain-page.ts";

const PAGE = [
  '<!DOCTYPE html><html lang="en"><head><link rel="stylesheet" href="/_next/a.css" nonce="n"/>',
  '<link rel="preload" as="script" fetchPriority="low" nonce="n" href="/_next/static/chunks/a.js"/>',
  '<script src="/_next/static/chunks/b.js" async="" nonce="n"></script></head><body><h1>Prices &lt;script&gt;</h1>',
  '<script type="application/ld+json">{"a":"\\u003c/script>"}</script><script src="/storefront.js" nonce="n" defer=""></script>',
  '<script nonce="n" id="_R_">self.__next_r="x"</script><script nonce="n">self.__next_f.push([1,"<p>价格"])</script></body></html>',
];
const PLAIN = [
  '<!DOCTYPE html><html lang="en"><head><link rel="stylesheet" href="/_next/a.css" nonce="n"/></head><body><h1>Prices &lt;script&gt;</h1>',
  '<script type="application/ld+json">{"a":"\\u003c/script>"}</script><script src="/storefront.js" nonce="n" defer=""></script></body></html>',
].join("");

test("the framework's scripts and data go; styles, structured data and the page's own script stay", () => {
  expect(withoutFramework(PAGE.join(""))).toBe(PLAIN);
});

test.each(['<html id="__next_error__"><script src="/_next/a.js"></script></html>', '<main><template id="B:0"></template></main><script>self.x</script>'])("a page that is not whole without it is left alone: %s", (html) => {
  expect(withoutFramework(html)).toBe(html);
});

test.each([
  ["GET", "/en", {}, true], ["GET", "/zh/models/openai/gpt-4.1?n.input=1", {}, true], ["GET", "/en?x=prices.xml", {}, true], ["GET", "/en/prices.xml", {}, false], ["GET", "/en/docs/errors.md", {}, false],
  ["GET", "/console/keys", {}, false], ["GET", "/v1/models", {}, false], ["GET", "/api/live", {}, false], ["HEAD", "/en", {}, false], ["GET", "/en", { rsc: "1" }, false],
] as const)("%s %s with %j is a public page: %s", (method, url, headers, yes) => {
  expect(asksPublicPage({ method, url, headers } as unknown as IncomingMessage)).toBe(yes);
});

const EMPTY = '<!DOCTYPE html><html id="__next_error__"><head></head><body><script src="/_next/a.js"></script></body></html>';
let server: http.Server;
let base: string;
beforeAll(async () => {
  server = http.createServer((request, response) => {
    if (request.url === "/console" || !asksDocument(request)) return void response.end("as it is");
    sendPlain(request, response, async () => {
      if (request.url === "/en/broken") throw new Error("no words");
      return writeAside(request, "/en/nothing", async (inner, answer) => {
        expect([inner.url, inner.headers["x-why"], inner.headers["accept-language"]]).toEqual(["/en/nothing", "lost", "zh"]);
        answer.setHeader("content-security-policy", "script-src 'nonce-words'");
        answer.writeHead(200);
        answer.write("<!DOCTYPE html><html><body><h1>没有");
        setImmediate(() => answer.end('这个页面</h1><script nonce="words">self.__next_f</script></body></html>'));
      }, { "x-why": "lost" });
    });
    if (/^\/(?:en\/(?:nothing|broken)|pricng)$/.test(request.url ?? "")) {
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.setHeader("link", "</>; rel=preconnect");
      response.setHeader("content-security-policy", "script-src 'nonce-empty'");
      return void response.writeHead(404).end(EMPTY);
    }
    if (request.url === "/moved") return void response.writeHead(307, { location: "/en" }).end();
    response.setHeader("content-type", request.url === "/feed" ? "text/xml" : "text/html; charset=utf-8");
    response.flushHeaders();
    if (request.url === "/en/missing") response.writeHead(404);
    // Cut in the middle of an element, and of a character.
    const bytes = Buffer.from(PAGE.join(""));
    const cut = bytes.indexOf(Buffer.from("价")) + 1;
    response.write(bytes.subarray(0, 200), () => response.write(bytes.subarray(200, cut)));
    setImmediate(() => response.end(bytes.subarray(cut)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** The bytes as they were sent. */
const raw = (path: string, headers: Record<string, string>): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> =>
  new Promise((resolve, reject) => {
    http.get(`${base}${path}`, { headers, agent: false }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => resolve({ status: reply.statusCode!, headers: reply.headers, body: Buffer.concat(chunks) }));
    }).on("error", reject);
  });

test("an answer in pieces is put together, and compressed for those who take it", async () => {
  const plain = await raw("/en", {});
  expect([plain.body.toString(), plain.headers["content-encoding"], plain.headers["content-length"]]).toEqual([PLAIN, undefined, String(Buffer.byteLength(PLAIN))]);
  const missing = await raw("/en/missing", {});
  expect([missing.status, missing.body.toString()]).toEqual([404, PLAIN]);
  const packed = await raw("/en", { "accept-encoding": "br, gzip" });
  expect([gunzipSync(packed.body).toString(), packed.headers["content-encoding"], packed.headers.vary]).toEqual([PLAIN, "gzip", "Accept-Encoding"]);
});

test("other answers pass as they are", async () => {
  expect((await raw("/feed", { "accept-encoding": "gzip" })).body.toString()).toBe(PAGE.join(""));
  const moved = await raw("/moved", {});
  expect([moved.status, moved.headers.location]).toEqual([307, "/en"]);
});

test.each([
  ["/en/docs/errors.md", "/en/markdown/docs/errors"], ["/zh/models/openai/gpt-4.1.md?x=1", "/zh/markdown/models/openai/gpt-4.1?x=1"], ["/en/docs.md", "/en/markdown/docs"],
  ["/en/docs/errors", "/en/docs/errors"], ["/en?x=/docs/a.md", "/en?x=/docs/a.md"], ["/docs/errors.md", "/docs/errors.md"], ["/api/docs/a.md", "/api/docs/a.md"],
])("the twin of %s is made at %s", (url, made) => {
  expect(twinAddress(url)).toBe(made);
});

test.each(["/en/nothing", "/pricng"])("%s, which the framework leaves empty, gets its words, with the policy of their nonce, and stays a 404", async (path) => {
  const { status, headers, body } = await raw(path, { "accept-language": "zh" });
  expect([status, body.toString(), headers["content-security-policy"], headers.link]).toEqual([404, "<!DOCTYPE html><html><body><h1>没有这个页面</h1></body></html>", "script-src 'nonce-words'", undefined]);
});

test("when the words cannot be written either, the answer goes out as it was", async () => {
  const { status, body } = await raw("/en/broken", {});
  expect([status, body.toString()]).toEqual([404, EMPTY]);
});

test("applications' pages keep their scripts", async () => {
  expect((await raw("/sign-in", {})).body.toString()).toBe(PAGE.join(""));
  expect((await raw("/admin/orders", {})).body.toString()).toBe("as it is");
});
