import { expect, test } from "vitest";
import { readProxy } from "#platform/outbound/agent.ts";
import { socksHandshake, type Login, type SocksTarget } from "#platform/outbound/socks.ts";

const TARGET = { host: "api.example.com", port: 443 };
const GRANTED = [5, 0, 0, 1, 10, 0, 0, 1, 31, 144];

/** What is said in answer to these bytes when they come in pieces of this size, and whether the tunnel is there. */
function talk(answers: readonly number[], size: number, login?: Login, target: SocksTarget = TARGET): Readonly<{ said: Buffer; done: boolean; left: number }> {
  const handshake = socksHandshake(target, login), all = Buffer.from(answers), said = [handshake.hello];
  let head: Buffer = Buffer.alloc(0), done = false;
  for (let at = 0; at < all.length; at += size) {
    head = Buffer.concat([head, all.subarray(at, at + size)]);
    for (let heard = handshake.hear(head); heard.used > 0 && !done; heard = done ? heard : handshake.hear(head)) {
      head = head.subarray(heard.used);
      if (heard.say) said.push(heard.say);
      done = heard.done === true;
    }
  }
  return { said: Buffer.concat(said), done, left: head.length };
}

const ASKS = Buffer.concat([Buffer.from([5, 1, 0, 3, 15]), Buffer.from("api.example.com"), Buffer.from([1, 187])]);

test("a proxy is greeted, told who asks where it wants that, and asked for the target, however its answers are cut", () => {
  for (let size = 1; size <= 14; size++) {
    expect(talk([5, 0, ...GRANTED], size)).toEqual({ said: Buffer.concat([Buffer.from([5, 1, 0]), ASKS]), done: true, left: 0 });
    const named = talk([5, 2, 1, 0, ...GRANTED], size, { user: "ann", password: "pü" });
    expect(named).toEqual({ said: Buffer.concat([Buffer.from([5, 2, 0, 2, 1, 3]), Buffer.from("ann"), Buffer.from([3]), Buffer.from("pü"), ASKS]), done: true, left: 0 });
    for (const [kind, bytes] of [[3, [2, 104, 105]], [4, Array<number>(16).fill(7)]] as const) expect(talk([5, 0, 5, 0, 0, kind, ...bytes, 0, 80], size)).toMatchObject({ done: true, left: 0 });
  }
  expect(talk([5, 0, ...GRANTED, 22], 99)).toMatchObject({ done: true, left: 1 });
});

test.each([
  ["10.1.2.3", [1, 10, 1, 2, 3]], ["::1", [4, ...Array<number>(15).fill(0), 1]], ["2001:db8::ff00:42:8329", [4, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42, 0x83, 0x29]],
  ["::ffff:10.1.2.3", [4, ...Array<number>(10).fill(0), 255, 255, 10, 1, 2, 3]], ["fe80::", [4, 0xfe, 0x80, ...Array<number>(14).fill(0)]], ["1:2:3:4:5:6:7:8", [4, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
])("the address %s is told as bytes", (host, bytes) => {
  const { said } = talk([5, 0], 2, undefined, { host, port: 8_080 });
  expect([...said.subarray(3)]).toEqual([5, 1, 0, ...bytes, 31, 144]);
});

test.each([
  [[72, 84], undefined, /does not speak SOCKS 5/], [[5, 255], undefined, /wants a user/], [[5, 2], undefined, /wants a user/], [[5, 255], { user: "a", password: "b" }, /takes no user/],
  [[5, 2, 1, 1], { user: "a", password: "b" }, /does not accept/], [[5, 0, 5, 2], undefined, /rules do not allow/], [[5, 0, 5, 99], undefined, /does not say why/], [[5, 0, 5, 0, 0, 9, 0], undefined, /answer is none/],
] as const)("a proxy that says %j makes no tunnel", (answers, login, why) => {
  expect(() => talk(answers, 1, login)).toThrow(why);
});

test("what the protocol cannot say is not said", () => {
  expect(() => socksHandshake(TARGET, { user: "a".repeat(256), password: "" })).toThrow(/longer/);
});

test("a proxy's address is read, and has a port of its own where it names none", () => {
  expect(readProxy("socks5://10.0.0.5")).toMatchObject({ kind: "socks5", through: new URL("http://10.0.0.5:1080"), login: undefined, looksUp: false });
  expect(readProxy("socks5h://ann:p%40ss@[::1]:9")).toMatchObject({ kind: "socks5", through: new URL("http://[::1]:9"), login: { user: "ann", password: "p@ss" }, looksUp: true });
  // Whatever way an address is written, it is judged as what it is.
  expect(readProxy("socks5://0x7f000001:80")).toMatchObject({ through: new URL("http://127.0.0.1") });
  for (const text of ["socks4://10.0.0.5", "socks5://", "ftp://10.0.0.5", "nothing"]) expect(() => readProxy(text), text).toThrow(/is none/);
});
