import { expect, test } from "vitest";
import { fakeClock } from "../../../support/clock.ts";
import { createConcurrency } from "#relay/limits/concurrency.ts";
import { createLimiter, type ScopedLimits } from "#relay/limits/limiter.ts";
import { createUnknownKeys } from "#relay/limits/unknown-keys.ts";

const key = (limits: ScopedLimits["limits"], id = "k"): ScopedLimits => ({ scope: "key", id, limits });

function setUp(nodes = 1) {
  const clock = fakeClock();
  return { clock, limiter: createLimiter(() => clock.monotonic(), () => nodes) };
}

test("a minute's requests pass at once, then one every sixtieth", () => {
  const { clock, limiter } = setUp();
  const scopes = [key({ rpm: 60 })];
  for (let left = 59; left >= 0; left--) expect(limiter.take(scopes, "requests", 1)).toMatchObject({ tightest: { limit: 60, remaining: left } });
  expect(limiter.take(scopes, "requests", 1).refused).toMatchObject({ scope: "key", dimension: "requests", retryAfterMs: 1_000 });
  clock.advance(999);
  expect(limiter.take(scopes, "requests", 1).refused).toBeDefined();
  clock.advance(1);
  expect(limiter.take(scopes, "requests", 1).refused).toBeUndefined();
  clock.advance(60_000);
  expect(limiter.take(scopes, "requests", 1).tightest?.remaining).toBe(59);
});

test("all buckets are taken or none", () => {
  const { limiter } = setUp();
  const scopes = [key({ rpm: 10 }), { scope: "user", id: "u", limits: { rpd: 1 } } as const];
  expect(limiter.take(scopes, "requests", 1).refused).toBeUndefined();
  expect(limiter.take(scopes, "requests", 1).refused).toMatchObject({ scope: "user", per: "day" });
  expect(limiter.take([key({ rpm: 10 })], "requests", 1).tightest?.remaining).toBe(8);
});

test("the tightest bucket is the one with the least left of its limit", () => {
  const { limiter } = setUp();
  const { tightest } = limiter.take([key({ rpm: 100, rpd: 3 })], "requests", 1);
  expect(tightest).toMatchObject({ limit: 3, remaining: 2, per: "day" });
});

test("what has no limit costs nothing and says nothing", () => {
  const { limiter } = setUp();
  expect(limiter.take([key({ tpm: 5 })], "requests", 1)).toEqual({});
});

test("a limit of zero lets nothing through", () => {
  const { limiter } = setUp();
  expect(limiter.take([key({ rpm: 0 })], "requests", 1).refused).toBeDefined();
});

test("one request above the whole limit passes on a full bucket and is paid off before the next", () => {
  const { clock, limiter } = setUp();
  const scopes = [key({ tpm: 1_000 })];
  expect(limiter.take(scopes, "tokens", 3_000).refused).toBeUndefined();
  expect(limiter.take(scopes, "tokens", 1).refused?.retryAfterMs).toBeGreaterThan(119_000);
  clock.advance(120_060);
  expect(limiter.take(scopes, "tokens", 1).refused).toBeUndefined();
});

test("corrections give back, or take more up to five windows of debt", () => {
  const { clock, limiter } = setUp();
  const scopes = [key({ tpm: 1_000 })];
  limiter.take(scopes, "tokens", 1_000);
  limiter.correct(scopes, "tokens", -900);
  expect(limiter.take(scopes, "tokens", 900).refused).toBeUndefined();
  limiter.correct(scopes, "tokens", 1_000_000);
  clock.advance(5 * 60_000 + 60);
  expect(limiter.take(scopes, "tokens", 1).refused).toBeUndefined();
  limiter.correct(scopes, "tokens", -1_000_000);
  expect(limiter.take(scopes, "tokens", 1_000).refused).toBeUndefined();
});

test("nodes share a limit", () => {
  const { limiter } = setUp(4);
  const scopes = [key({ rpm: 8 })];
  const passed = Array.from({ length: 8 }, () => limiter.take(scopes, "requests", 1)).filter(({ refused }) => !refused);
  expect(passed).toHaveLength(2);
});

test("places are taken in all scopes or none, and given back once", () => {
  const concurrency = createConcurrency(() => 1);
  const both = [key({ concurrency: 2 }), { scope: "user", id: "u", limits: { concurrency: 1 } } as const];
  const first = concurrency.acquire(both);
  expect(concurrency.acquire(both)).toEqual({ refused: { scope: "user", limit: 1 } });
  if (!("release" in first)) throw new Error("refused");
  first.release();
  first.release();
  expect("release" in concurrency.acquire([key({ concurrency: 2 })])).toBe(true);
  expect("release" in concurrency.acquire([key({ concurrency: 2 })])).toBe(true);
  expect("refused" in concurrency.acquire([key({ concurrency: 2 })])).toBe(true);
});

test("thirty unknown keys a minute and network are heard, the rest wait a minute; loopback is exempt", () => {
  const clock = fakeClock(), unknown = createUnknownKeys(() => clock.monotonic());
  for (let i = 0; i < 30; i++) unknown.note("203.0.113.9");
  expect(unknown.blockedMs("203.0.113.9")).toBe(0);
  unknown.note("::ffff:203.0.113.9");
  expect(unknown.blockedMs("203.0.113.9")).toBe(60_000);
  expect(unknown.blockedMs("203.0.113.10")).toBe(0);
  clock.advance(60_000);
  expect(unknown.blockedMs("203.0.113.9")).toBe(0);
  for (let i = 0; i < 100; i++) unknown.note(i % 2 ? "127.0.0.1" : "::1");
  expect([unknown.blockedMs("127.0.0.1"), unknown.blockedMs("::1")]).toEqual([0, 0]);
  for (let i = 0; i < 31; i++) unknown.note(`2001:db8:1:2::${i.toString(16)}`);
  expect(unknown.blockedMs("2001:db8:1:2:ffff::1")).toBeGreaterThan(0);
});
