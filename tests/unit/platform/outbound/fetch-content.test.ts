import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createOutbound, type Outbound } from "#platform/outbound/agent.ts";
import { ContentRefused, createContentFetcher, type FetchContent } from "#platform/outbound/fetch-content.ts";
import type { OriginPool } from "#platform/outbound/origin-pool.ts";
import type { WireSink } from "#platform/outbound/wire.ts";
import { sniffType } from "#platform/outbound/sniff-type.ts";

const PNG = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");
const NAMES: Readonly<Record<string, string>> = { "inside.example": "10.0.0.1", "loop.example": "127.0.0.1", "cloud.example": "169.254.169.254", "mapped.example": "::ffff:127.0.0.1" };

let outbound: Outbound, server: http.Server, port: number;
let reached = 0;
/** What public.example answers, by path. */
const answers = new Map<string, (sink: WireSink) => void>();
let asked: { target: string; headers: Readonly<Record<string, string>> }[] = [];

beforeAll(async () => {
  server = http.createServer((_request, response) => {
    reached += 1;
    response.end(PNG);
  });
  server.on("connection", () => (reached += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  // What operators open for their own vendors is not open for customers' addresses.
  outbound = createOutbound({ allowPrivate: true, resolve: (name) => Promise.resolve([{ address: NAMES[name] ?? "192.0.2.1", family: (NAMES[name] ?? "").includes(":") ? 6 : 4 }]) });
});
afterAll(async () => {
  outbound.close();
  await new Promise((resolve) => server.close(resolve));
});

/** One public host in memory; every other address goes the real way. */
const fetcher = (timeMs?: number): FetchContent => createContentFetcher({
  pool(url, policy, connectMs) {
    if (url.hostname !== "public.example") return outbound.pool(url, policy, connectMs);
    return {
      dispatch({ target, headers }: { target: string; headers: Readonly<Record<string, string>> }, sink: WireSink) {
        asked.push({ target, headers });
        queueMicrotask(() => answers.get(target)?.(sink));
        return { pause: () => undefined, resume: () => undefined, abort: () => undefined };
      },
    } as unknown as OriginPool;
  },
}, timeMs);

const whole = (data: Buffer, headers: Readonly<Record<string, string>> = {}) => (sink: WireSink): void => {
  sink.onHead(200, headers);
  sink.onData(data);
  sink.onEnd();
};
const redirect = (location: string) => (sink: WireSink): void => {
  sink.onHead(302, { location });
  sink.onData(Buffer.from("moved"));
  sink.onEnd();
};
const why = async (address: string, timeMs?: number): Promise<string> => {
  const error = await fetcher(timeMs)(address).then(() => undefined, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ContentRefused);
  return (error as Error).message;
};

test("a picture is known by its bytes, whatever it is called; nothing of the customer's goes along", async () => {
  asked = [];
  answers.set("/a.txt?x=1", whole(PNG, { "content-type": "text/html" }));
  expect(await fetcher()("https://public.example/a.txt?x=1")).toEqual({ type: "image/png", data: PNG });
  expect(asked).toEqual([{ target: "/a.txt?x=1", headers: { accept: "image/*, audio/*, application/pdf", "accept-encoding": "identity", "user-agent": "Modelmart-Fetch" } }]);
});

test.each([
  "http://169.254.169.254/latest/meta-data/", "http://169.254.169.254.nip.example:80/", "https://cloud.example/", "https://inside.example/a.png", "https://loop.example/a.png", "http://mapped.example/a.png",
  "http://127.0.0.1/a.png", "http://[::1]/a.png", "http://localhost/a.png", "http://2130706433/a.png", "https://metadata.google.internal/", "https://user:pw@public.test/a.png", "ftp://outside.example/a.png", "file:///etc/passwd",
])("%s is not called", async (address) => {
  expect(await why(address)).toBe("the address is not allowed");
  expect(reached).toBe(0);
});

test("the port of a listening server inside is not called, by name or number", async () => {
  for (const address of [`http://127.0.0.1:${port}/a.png`, `http://loop.example:${port}/a.png`, `https://loop.example:${port}/`]) expect(await why(address)).toBe("the address is not allowed");
  expect(reached).toBe(0);
});

test.each(["http://localhost/a.png", "//127.0.0.1/a.png", "https://inside.example/", "http://169.254.169.254/", "file:///etc/passwd"])("a redirect to %s is not followed", async (location) => {
  answers.set("/away", redirect(location));
  expect(await why("https://public.example/away")).toBe("the address is not allowed");
  expect(reached).toBe(0);
});

test("three redirects are followed, a fourth is not", async () => {
  for (let i = 0; i < 4; i++) answers.set(`/r${i}`, redirect(`/r${i + 1}`));
  answers.set("/r4", whole(PNG));
  expect((await fetcher()("https://public.example/r1")).type).toBe("image/png");
  expect(await why("https://public.example/r0")).toBe("it leads on more than 3 times");
});

test("a name that is moved inside between the check and the call is not called", async () => {
  let turn = 0;
  const rebinding = createOutbound({ allowPrivate: false, resolve: () => Promise.resolve([{ address: turn++ === 0 ? "93.184.215.14" : "127.0.0.1", family: 4 }]) });
  await expect(rebinding.guard.resolve("rebind.example", 443, "content", true)).resolves.toHaveLength(1);
  await expect(createContentFetcher(rebinding, 2_000)("https://rebind.example/a.png")).rejects.toThrow("the address is not allowed");
  rebinding.close();
});

test.each<readonly [string, (sink: WireSink) => void, string]>([
  ["a page", whole(Buffer.from("<html>")), "it is no picture, sound or PDF"],
  ["nothing", whole(Buffer.alloc(0)), "it is no picture, sound or PDF"],
  ["an error", (sink) => sink.onHead(404, {}), "it did not answer with a file"],
  ["a length of too much", (sink) => sink.onHead(200, { "content-length": String(21 * 1024 * 1024) }), "the file is larger than 20 MiB"],
  ["too much without a length", (sink) => {
    sink.onHead(200, {});
    for (let i = 0; i < 21; i++) sink.onData(Buffer.alloc(1024 * 1024));
  }, "the file is larger than 20 MiB"],
  ["a packed file", (sink) => sink.onHead(200, { "content-encoding": "gzip" }), "the file came in an encoding that was not asked for"],
  ["a reset", (sink) => sink.onError(Object.assign(new Error("ECONNRESET 10.1.2.3"), { code: "ECONNRESET" }), "head"), "it could not be reached"],
  ["a redirect to nowhere", redirect("http://"), "it is no valid address"],
])("%s is refused in words that name nothing inside", async (_name, answer, message) => {
  answers.set("/x", answer);
  expect(await why("https://public.example/x")).toBe(message);
});

test("who does not answer is not waited for", async () => {
  answers.delete("/silent");
  expect(await why("https://public.example/silent", 20)).toBe("it took longer than 0.02 s");
});

test.each([
  ["image/jpeg", "\xff\xd8\xff\xe0"], ["image/gif", "GIF89a"], ["image/webp", "RIFF\x00\x00\x00\x00WEBPVP8 "], ["image/heic", "\0\0\0\x18ftypheic"], ["application/pdf", "%PDF-1.7"],
  ["audio/wav", "RIFF\x00\x00\x00\x00WAVEfmt "], ["audio/mp3", "ID3\x04"], ["audio/mp3", "\xff\xfb\x90"], ["audio/ogg", "OggS"], ["audio/flac", "fLaC"], [undefined, "RIFF\x00\x00\x00\x00AVI "], [undefined, "<svg>"],
])("%s is told by its first bytes", (type, bytes) => {
  expect(sniffType(Buffer.from(bytes, "latin1"))).toBe(type);
});
