import { expect, test, vi } from "vitest";
import { createKeyDirectory } from "#snapshot/key-directory.ts";
import type { Caller } from "#snapshot/snapshot.ts";

const caller = (keyId: string, userId = "u1"): Caller => ({
  keyId, keyName: keyId, keyStatus: "active", userId, userStatus: "active", userRole: "customer", walletId: "w", groupId: "g", timeZone: "UTC",
  keyLimits: {}, userLimits: {}, keyBudgets: [], userBudgets: [],
});
const SECRET = `sk-${"a".repeat(40)}`;
const OTHER = `sk-${"b".repeat(40)}`;

function setUp() {
  const known = new Map([[SECRET, caller("k1")], [OTHER, caller("k2")]]);
  let now = 0;
  const load = vi.fn(async (secret: string) => known.get(secret));
  return { directory: createKeyDirectory({ load, loadById: load, monotonic: () => now }), load, known, pass: (ms: number) => { now += ms; } };
}

test("a warm key is answered without a query and without waiting", async () => {
  const { directory, load } = setUp();
  await directory.lookup(SECRET);
  expect(directory.lookup(SECRET)).toMatchObject({ keyId: "k1" });
  expect(load).toHaveBeenCalledTimes(1);
});

test("a head whose key has been looked up is known again, for as long as its key is", async () => {
  const { directory, load, pass } = setUp();
  const head = {}, other = {};
  expect(directory.again(head)).toBeUndefined();
  await directory.lookup(SECRET, head);
  expect(directory.again(head)).toMatchObject({ keyId: "k1" });
  expect(directory.again(other)).toBeUndefined();
  await directory.lookup(OTHER, other);
  directory.drop("k1");
  expect([directory.again(head), directory.again(other)]).toMatchObject([undefined, { keyId: "k2" }]);
  await directory.lookup(SECRET, head);
  pass(60_001);
  expect([directory.again(head), directory.again(other)]).toEqual([undefined, undefined]);
  expect(load).toHaveBeenCalledTimes(3);
});

test("an unknown key is not known again by its head", async () => {
  const { directory } = setUp();
  const head = {};
  expect(await directory.lookup(`sk-${"c".repeat(40)}`, head)).toBeUndefined();
  expect(directory.again(head)).toBeUndefined();
});

test("parallel look-ups of a cold key are one query", async () => {
  const { directory, load } = setUp();
  await Promise.all(Array.from({ length: 50 }, () => directory.lookup(SECRET)));
  expect(load).toHaveBeenCalledTimes(1);
});

test("an unknown key is asked for once in ten seconds", async () => {
  const { directory, load, pass } = setUp();
  const stranger = `sk-${"c".repeat(40)}`;
  expect(await directory.lookup(stranger)).toBeUndefined();
  expect(directory.lookup(stranger)).toBeUndefined();
  expect(load).toHaveBeenCalledTimes(1);
  pass(10_001);
  await directory.lookup(stranger);
  expect(load).toHaveBeenCalledTimes(2);
});

test.each([["too short", "sk-1"], ["no key at all", ""], ["a management token", `mm-admin-${"a".repeat(32)}`], ["a wrong checksum", `sk-mm-${"a".repeat(40)}`], ["a megabyte", `sk-${"x".repeat(1e6)}`]])(
  "%s is refused without a query", (_name, text) => {
    const { directory, load } = setUp();
    expect(directory.lookup(text)).toBeUndefined();
    expect(load).not.toHaveBeenCalled();
  });

test("a key is known by its id, too, as long as it is the same", async () => {
  const { directory, load, known } = setUp();
  known.set("k1", caller("k1", "u1"));
  await directory.byId("k1");
  expect(directory.byId("k1")).toMatchObject({ keyId: "k1" });
  expect(load).toHaveBeenCalledTimes(1);
  directory.drop("u1");
  await directory.byId("k1");
  expect(load).toHaveBeenCalledTimes(2);
});

test("dropping a key or its user makes the next look-up ask again; others stay warm", async () => {
  const { directory, load, known } = setUp();
  await directory.lookup(SECRET);
  await directory.lookup(OTHER);
  known.set(OTHER, caller("k2", "u2"));
  directory.drop("k1");
  expect(directory.lookup(OTHER)).toMatchObject({ keyId: "k2" });
  expect(await directory.lookup(SECRET)).toMatchObject({ keyId: "k1" });
  directory.drop("u1");
  await directory.lookup(SECRET);
  expect(load).toHaveBeenCalledTimes(4);
});

test("a key that is made after it was refused works at once when the shop is told", async () => {
  const { directory, known } = setUp();
  const fresh = `sk-${"d".repeat(40)}`;
  expect(await directory.lookup(fresh)).toBeUndefined();
  known.set(fresh, caller("k9"));
  directory.drop("k9");
  expect(await directory.lookup(fresh)).toMatchObject({ keyId: "k9" });
});

test("what was being loaded while the key changed is not kept", async () => {
  const { directory, load } = setUp();
  let release = (_: Caller | undefined): void => undefined;
  load.mockImplementationOnce(() => new Promise((resolve) => { release = resolve; }));
  const first = directory.lookup(SECRET);
  directory.drop("k1");
  release({ ...caller("k1"), keyStatus: "active" });
  await first;
  await directory.lookup(SECRET);
  expect(load).toHaveBeenCalledTimes(2);
});

test("a minute later a known key is asked for again", async () => {
  const { directory, load, pass } = setUp();
  await directory.lookup(SECRET);
  pass(60_001);
  await directory.lookup(SECRET);
  expect(load).toHaveBeenCalledTimes(2);
});
