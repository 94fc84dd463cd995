import { expect, test } from "vitest";
import { createKeyRing, type KeyWish } from "#relay/routing/keys.ts";
import type { Channel, ChannelKey } from "#snapshot/snapshot.ts";

const key = (id: string, over: Partial<ChannelKey> = {}): ChannelKey => ({ id, active: true, weight: 1, limits: {}, secret: () => id, ...over });
const channelOf = (keyMode: Channel["keyMode"], ...keys: ChannelKey[]): Channel => ({
  id: "c", number: 1, name: "c", provider: "openai", active: true, priority: 0, weight: 1, keyMode, keys, limits: {}, timeouts: {}, settings: {}, groups: new Set(),
});
const wish = (over: Partial<KeyWish> = {}): KeyWish => ({ tried: new Set(), now: 0, rev: 1n, roll: 0, affinity: "customer", fits: () => true, ...over });

test("round robin takes live keys in turn", () => {
  const ring = createKeyRing(), channel = channelOf("round_robin", key("a"), key("b"), key("off", { active: false }), key("c"));
  expect(Array.from({ length: 6 }, () => ring.pick(channel, wish())?.id)).toEqual(["a", "b", "c", "a", "b", "c"]);
});

test("random follows the weights", () => {
  const ring = createKeyRing(), channel = channelOf("random", key("a"), key("b", { weight: 3 }));
  expect([0, 0.249, 0.25, 0.99].map((roll) => ring.pick(channel, wish({ roll }))?.id)).toEqual(["a", "a", "b", "b"]);
});

test("sticky gives a customer the same key, and another only while his is out", () => {
  const ring = createKeyRing(), channel = channelOf("sticky", key("a"), key("b"), key("c"));
  const mine = ring.pick(channel, wish({ affinity: "me" }))!.id;
  expect(ring.pick(channel, wish({ affinity: "me" }))!.id).toBe(mine);
  expect(ring.pick(channel, wish({ affinity: "me", tried: new Set([mine]) }))!.id).not.toBe(mine);
  const all = new Set(Array.from({ length: 50 }, (_, i) => ring.pick(channel, wish({ affinity: `customer ${i}` }))!.id));
  expect(all.size).toBe(3);
});

test("least used takes the one with the fewest requests, then the one that rested longest", () => {
  const ring = createKeyRing(), channel = channelOf("least_used", key("a"), key("b"));
  ring.begin("a", 10);
  expect(ring.pick(channel, wish())?.id).toBe("b");
  ring.begin("b", 20);
  ring.end("a");
  ring.end("b");
  expect(ring.pick(channel, wish())?.id).toBe("a");
});

test("a rate-limited key cools as long as the vendor said, else longer each time", () => {
  const ring = createKeyRing(), channel = channelOf("round_robin", key("a"));
  expect(ring.limited("a", 0, 3_000)).toBe(3_000);
  expect(ring.pick(channel, wish({ now: 2_999 }))).toBeUndefined();
  expect(ring.waitMs(channel, 1_000, 1n)).toBe(2_000);
  expect(ring.pick(channel, wish({ now: 3_000 }))?.id).toBe("a");
  expect([1, 2, 3, 4, 5].map(() => ring.limited("a", 0, undefined))).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  ring.succeeded("a");
  expect(ring.limited("a", 0, undefined)).toBe(5_000);
  expect([ring.limited("b", 0, 1), ring.limited("b", 0, 1e9)]).toEqual([1_000, 900_000]);
});

test("a refused key is out until a newer snapshot that knows of it says otherwise", () => {
  const ring = createKeyRing(), channel = channelOf("round_robin", key("a"));
  ring.disabled("a", 0, 5n);
  expect(ring.pick(channel, wish({ rev: 6n }))).toBeUndefined();
  expect(ring.waitMs(channel, 0, 6n)).toBeUndefined();
  ring.persisted("a");
  expect(ring.pick(channel, wish({ rev: 5n }))).toBeUndefined();
  expect(ring.pick(channel, wish({ rev: 6n }))?.id).toBe("a");
});
