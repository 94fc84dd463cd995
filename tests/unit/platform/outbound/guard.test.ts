import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createOutbound, type Outbound } from "#platform/outbound/agent.ts";
import { createGuard, hostOf, portOf, type AllowPrivate, type OutboundPolicy } from "#platform/outbound/guard.ts";

const POLICIES: readonly OutboundPolicy[] = ["channel", "content", "webhook", "identity", "sync"];
const PUBLIC = "93.184.215.14";

/** What the guard says of an address when its name leads to these. */
async function verdict(text: string, policy: OutboundPolicy, allow: AllowPrivate = false, answers: readonly string[] = [PUBLIC]): Promise<"allowed" | "refused"> {
  const guard = createGuard(allow, () => Promise.resolve(answers.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }) as const)));
  const url = URL.parse(text);
  if (!url) return "refused";
  try {
    guard.checkUrl(url, policy);
    if (/^[\d.]+$|:/.test(hostOf(url))) return "allowed"; // a literal: nothing to resolve
    await guard.resolve(hostOf(url), portOf(url), policy, url.protocol === "https:");
    return "allowed";
  } catch {
    return "refused";
  }
}

const HOSTS = [
  "127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "017700000001", "2130706433", "0.0.0.0", "0", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.1",
  "192.168.1.1", "192.0.0.1", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "100.64.0.1", "100.127.255.254", "169.254.1.1",
  "169.254.169.254", "169.254.170.2", "100.100.100.200", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "①②⑦.0.0.1", "127。0。0。1",
  "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[64:ff9b:1::1]",
  "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001::1]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[2001:db8::1]", "[100::1]", "[fc00::1]", "[fd00:ec2::254]", "[fd12:3456::1]",
  "[fe80::1]", "[fec0::1]", "[ff02::1]", "localhost", "localhost.", "LOCALHOST", "foo.localhost", "printer.local", "db.internal", "metadata.google.internal", "metadata",
];

test.each(HOSTS)("https://%s/ is refused under every policy", async (host) => {
  for (const policy of POLICIES) expect(`${policy}: ${await verdict(`https://${host}/`, policy)}`).toBe(`${policy}: refused`);
});

test.each([
  "http://example.com:8080/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "data:text/plain,x", "javascript:alert(1)", "https://user@example.com/", "https://user:pw@example.com/",
  "https://example.com:22/", "https://example.com:25/", "https://example.com:6379/", `https://${"a".repeat(64)}.com:70000/`, `https://${"a.".repeat(130)}com/`, "https://", "https:///", "//example.com/",
])("%s is refused under every policy", async (text) => {
  for (const policy of POLICIES) expect(`${policy}: ${await verdict(text, policy)}`).toBe(`${policy}: refused`);
});

test.each(POLICIES)("an ordinary public address is allowed under %s", async (policy) => {
  expect(await verdict("https://api.example.com/v1", policy)).toBe("allowed");
  expect(await verdict(`https://${PUBLIC}/`, policy)).toBe("allowed");
  expect(await verdict("https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/", policy)).toBe("allowed");
});

test.each([["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, "::1"], ["::ffff:192.168.0.1"], [PUBLIC, "169.254.169.254"]])("a name that leads to %s, %s is refused", async (...answers) => {
  for (const policy of POLICIES) expect(await verdict("https://innocent.example.com/", policy, false, answers)).toBe("refused");
});

test("plain http is for content on port 80 alone", async () => {
  expect(await Promise.all(POLICIES.map((policy) => verdict("http://example.com/a.png", policy)))).toEqual(["refused", "allowed", "refused", "refused", "refused"]);
});

test("what the operator opens is open for channels and for nothing else", async () => {
  for (const allow of [true, [{ cidr: "127.0.0.0/8" }], [{ cidr: "127.0.0.1", port: 11434 }], [{ host: "127.0.0.1" }]] satisfies AllowPrivate[]) {
    expect(await Promise.all(POLICIES.map((policy) => verdict("http://127.0.0.1:11434/v1", policy, allow)))).toEqual(["allowed", "refused", "refused", "refused", "refused"]);
  }
  expect(await verdict("http://localhost:11434/v1", "channel", [{ cidr: "127.0.0.0/8" }], ["127.0.0.1"])).toBe("allowed");
  expect(await verdict("http://localhost:11434/v1", "channel", [{ host: "localhost" }], ["127.0.0.1", "::1"])).toBe("allowed");
  expect(await verdict("http://127.0.0.1:11435/v1", "channel", [{ cidr: "127.0.0.1", port: 11434 }])).toBe("refused");
  expect(await verdict("http://10.1.3.1:8000/v1", "channel", [{ cidr: "10.1.2.0/24", port: 8000 }])).toBe("refused");
  expect(await verdict("http://other.example.com/v1", "channel", [{ cidr: "10.1.2.0/24" }], [PUBLIC])).toBe("refused");
});

test.each(["169.254.169.254", "169.254.170.2", "100.100.100.200", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "metadata.google.internal"])("%s is refused whatever is open", async (host) => {
  for (const allow of [true, [{ cidr: "169.254.0.0/16" }, { cidr: "100.64.0.0/10" }, { cidr: "fd00::/8" }]] satisfies AllowPrivate[]) {
    for (const scheme of ["http", "https"]) expect(await verdict(`${scheme}://${host}/`, "channel", allow)).toBe("refused");
  }
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

test("a connection goes to the vetted address; one that was refused makes none", async () => {
  let connections = 0;
  const server = http.createServer((_request, response) => response.end("hello")).on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://vendor.example.com:${port}/`);
  let asked = 0;
  const resolve = (): Promise<readonly { address: string; family: 4 }[]> => {
    asked += 1;
    return Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
  };
  const open = createOutbound({ allowPrivate: [{ cidr: "127.0.0.0/8" }], resolve });
  const shut = createOutbound({ allowPrivate: [{ cidr: "10.0.0.0/8" }], resolve });
  closing.push(() => open.close(), () => shut.close(), () => server.close());

  const get = (outbound: Outbound): Promise<string> =>
    new Promise((done, failed) => {
      let text = "";
      outbound.pool(url, "channel", 1_000).dispatch({ method: "GET", target: "/", headers: {}, body: [] }, { onHead: () => {}, onData: (chunk) => (text += chunk.toString()), onEnd: () => done(text), onError: failed });
    });
  expect(await get(open)).toBe("hello");
  expect([connections, asked]).toEqual([1, 1]);
  await expect(get(shut)).rejects.toMatchObject({ code: "EGUARD" });
  expect(() => shut.pool(new URL(`http://127.0.0.1:${port}/`), "channel", 1_000)).toThrow("not allowed");
  expect(connections).toBe(1);
});
