import { expect, test } from "vitest";
import { chooseChannel, type Candidate } from "#relay/routing/choose.ts";
import { createRouteBook, type RouteStats } from "#relay/routing/route-stats.ts";
import { strategyPick, type Strategy } from "#relay/routing/strategies.ts";
import type { Route } from "#snapshot/snapshot.ts";

const DRAWS = 100_000;

type Given = Readonly<{ weight?: number; cost?: number; firstMs?: number; inflight?: number; success?: number }>;

/** Same numbers in every run. */
function dice(seed = 42): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How often each channel is chosen. */
function draws(strategy: Strategy, channels: Readonly<Record<string, Given>>, count = DRAWS, hint?: string): Readonly<Record<string, number>> {
  const stats = new Map<string, RouteStats>();
  const candidates = Object.entries(channels).map(([channelId, { weight = 1, inflight = 0, firstMs, success = 1 }]): Candidate => {
    stats.set(channelId, { inflight, pace: undefined, firstMs, success, turn: 0 });
    return { channelId, priority: 0, weight, out: false };
  });
  const pick = strategyPick<Candidate>(strategy, { stats: ({ channelId }) => stats.get(channelId)!, cost: ({ channelId }) => channels[channelId]!.cost, random: dice() });
  const hits: Record<string, number> = Object.fromEntries(Object.keys(channels).map((id) => [id, 0]));
  for (let i = 0; i < count; i++) hits[chooseChannel(candidates, new Set(), pick, hint)!.channelId]! += 1;
  return hits;
}

test("a draw by weight keeps to the weights within chance", () => {
  const weights = { a: 5, b: 3, c: 2, never: 0 };
  const hits = draws("weighted", Object.fromEntries(Object.entries(weights).map(([id, weight]) => [id, { weight }])));
  const expected = (id: "a" | "b" | "c"): number => (DRAWS * weights[id]) / 10;
  const chiSquare = (["a", "b", "c"] as const).reduce((sum, id) => sum + (hits[id]! - expected(id)) ** 2 / expected(id), 0);
  expect(chiSquare).toBeLessThan(13.8); // two degrees of freedom, one in a thousand
  expect(hits["never"]).toBe(0);
});

test("in turn: exact shares, and no channel twice in a row while another waits", () => {
  expect(draws("round_robin", { a: { weight: 2 }, b: {} }, 300)).toEqual({ a: 200, b: 100 });
});

test("the faster of two is chosen mostly, the slower is looked at now and then, a busy one counts as slower", () => {
  const hits = draws("least_latency", { fast: { firstMs: 100 }, slow: { firstMs: 900 } });
  expect(hits["fast"]! / DRAWS).toBeGreaterThan(0.96);
  expect(hits["slow"]! / DRAWS).toBeGreaterThan(0.02);
  expect(draws("least_latency", { busy: { firstMs: 100, inflight: 200 }, idle: { firstMs: 900 } })["idle"]! / DRAWS).toBeGreaterThan(0.95);
});

test("the cheapest for the request; ties by weight; unknown costs last", () => {
  expect(draws("lowest_cost", { dear: { cost: 10 }, cheap: { cost: 5 }, unknown: {} }, 1_000)).toEqual({ dear: 0, cheap: 1_000, unknown: 0 });
  const tie = draws("lowest_cost", { a: { cost: 100, weight: 3 }, b: { cost: 101 } });
  expect(tie["a"]! / DRAWS).toBeCloseTo(0.75, 2);
  expect(draws("lowest_cost", { a: {}, b: {} }, 1_000)["a"]).toBeGreaterThan(400);
});

test("cheap and reliable: twice the cost draws a quarter, half the success too", () => {
  expect(draws("balanced", { cheap: { cost: 1 }, dear: { cost: 2 } })["dear"]! / DRAWS).toBeCloseTo(0.2, 2);
  expect(draws("balanced", { sound: { cost: 1 }, shaky: { cost: 1, success: 0.5 } })["shaky"]! / DRAWS).toBeCloseTo(0.2, 2);
});

test("the least busy by its weight, and the first until it is out", () => {
  expect(draws("least_busy", { a: { inflight: 4, weight: 1 }, b: { inflight: 6, weight: 3 } }, 10)).toEqual({ a: 0, b: 10 });
  expect(draws("fill_first", { first: {}, second: { weight: 9 } }, 10)).toEqual({ first: 10, second: 0 });
});

test("a conversation's channel is kept while it stands in the top live tier", () => {
  expect(draws("weighted", { a: { weight: 99 }, b: {} }, 50, "b")).toEqual({ a: 0, b: 50 });
  const down: Candidate[] = [{ channelId: "a", priority: 1, weight: 1, out: false }, { channelId: "b", priority: 0, weight: 1, out: false }];
  expect(chooseChannel(down, new Set(), 0, "b")?.channelId).toBe("a");
  expect(chooseChannel([{ ...down[0]!, out: true }, { ...down[1]!, out: true }], new Set(), 0, "b")).toBeUndefined();
});

test("what a route did is remembered over snapshots and forgotten with time", () => {
  const book = createRouteBook();
  const route = (channelId: string): Route => ({ channel: { id: channelId }, weight: 1, upstreamModel: "m" }) as Route;
  book.begin(route("a"));
  book.succeeded(route("a"), 100, 0);
  expect(book.of(route("a"))).toMatchObject({ inflight: 1, firstMs: 100, success: 1 });
  book.succeeded(route("a"), 200, 60_000);
  expect(book.of(route("a")).firstMs).toBeCloseTo(150);
  book.failed(route("a"), 360_000);
  expect(book.of(route("a")).success).toBeCloseTo(0.5);
  book.end(route("a"));
  expect(book.of(route("a")).inflight).toBe(0);
  expect(book.of(route("b")).firstMs).toBeUndefined();
});
