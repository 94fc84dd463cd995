import { expect, test } from "vitest";
import { fakeClock } from "../../../support/clock.ts";
import type { RelayState } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { createUpstreamLimits } from "#relay/limits/window.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import { circuitOf, createHealth } from "#relay/routing/health.ts";
import { createKeyRing } from "#relay/routing/keys.ts";
import { createRouter, type Router } from "#relay/routing/router.ts";
import type { Channel, ChannelKey, Limits, Model, Snapshot } from "#snapshot/snapshot.ts";

const MINUTE_MS = 60_000;
const key = (id: string, limits: Limits = {}): ChannelKey => ({ id, active: true, weight: 1, limits, secret: () => id });
const channel = (id: string, keys: readonly ChannelKey[], over: Partial<Channel> = {}): Channel =>
  ({ id, number: 1, name: `secret ${id}`, provider: "openai", active: true, priority: 0, weight: 1, keyMode: "round_robin", keys, limits: {}, timeouts: {}, settings: {}, groups: new Set(), ...over });

/** A relay's memory at an even minute, nobody of whom has been asked yet. */
function setUp(...channels: readonly Channel[]) {
  const clock = fakeClock(Date.UTC(2030, 0, 1));
  const snapshot = { rev: 1n, routes: new Map() } as unknown as Snapshot;
  const upstreamLimits = createUpstreamLimits(() => clock.now(), () => 1);
  const health = createHealth(() => 0.5), keyRing = createKeyRing();
  const state = { clock, health, keyRing, upstreamLimits, random: () => 0 } as unknown as RelayState;
  const offers = channels.map((each): Offer => {
    const route = { channel: each, weight: 1, upstreamModel: "up" };
    return { route, provider: { id: "openai" } as Offer["provider"], priority: each.priority, endpoints: [], circuits: [circuitOf(route, "openai-chat")] };
  });
  const router = (): Router => createRouter({ state, snapshot, model: { name: "m" } as Model, offers, tokens: 10, affinity: "k", strategy: "weighted", cost: () => undefined });
  const refusal = (): readonly [code: string, retryAfterMs: number | undefined] => {
    try {
      router().first();
    } catch (error) {
      if (error instanceof RelayError) return expect(error.message).not.toMatch(/secret/), [error.code, error.options.retryAfterMs];
    }
    throw new Error("somebody was found");
  };
  const breakDown = (place: number): void => {
    for (let i = 0; i < 5; i++) health.failure(offers[place]!.circuits[0], "server", clock.monotonic(), snapshot);
    health.panic("m", clock.monotonic()); // its one try of this second is over
  };
  return { clock, refusal, router, upstreamLimits, keyRing, breakDown };
}

test("where the keys' own limits alone are full it is the vendor's rate, until the first of them has room", () => {
  const early = key("early", { rpm: 2 }), late = key("late", { rpm: 2 });
  const { clock, refusal, router, upstreamLimits } = setUp(channel("a", [early, late]));
  upstreamLimits.take("early", early.limits, 10);
  clock.advance(20_000);
  upstreamLimits.take("late", late.limits, 10);
  expect(refusal()).toEqual(["upstream_rate_limited", MINUTE_MS - 20_000]);
  clock.advance(MINUTE_MS - 20_000);
  expect(router().first().key?.id).toBe("early");
});

test("the longer of a key's rest and its limits stands in the way of it", () => {
  const resting = key("resting", { rpm: 2 });
  const { clock, refusal, upstreamLimits, keyRing } = setUp(channel("a", [resting]));
  upstreamLimits.take("resting", resting.limits, 10);
  keyRing.limited("resting", clock.monotonic(), 90_000);
  expect(refusal()).toEqual(["upstream_rate_limited", 90_000]);
});

test("among channels the one that has room first decides how long, be it its own limit or its keys'", () => {
  const narrow = key("narrow", { rpm: 2 }), day: Limits = { rpd: 2 };
  const { refusal, upstreamLimits } = setUp(channel("a", [key("free")], { limits: day }), channel("b", [narrow]));
  for (let i = 0; i < 2; i++) upstreamLimits.take("a", day, 10);
  upstreamLimits.take("narrow", narrow.limits, 10);
  expect(refusal()).toEqual(["upstream_rate_limited", MINUTE_MS]);
});

test("a limit that lasts till midnight is told as long as it lasts", () => {
  const day: Limits = { rpd: 2 };
  const { clock, refusal, upstreamLimits } = setUp(channel("a", [key("k")], { limits: day }));
  for (let i = 0; i < 2; i++) upstreamLimits.take("a", day, 10);
  clock.advance(3_600_000);
  expect(refusal()).toEqual(["upstream_rate_limited", 23 * 3_600_000]);
});

test("circuits alone are no rate: nobody is there, and thirty seconds is the longest that is told", () => {
  const { refusal, breakDown } = setUp(channel("a", [key("k")]), channel("b", [key("l")]));
  breakDown(0);
  breakDown(1);
  expect(refusal()).toEqual(["no_available_channel", 5_000]);
  const { refusal: rest } = setUp(channel("a", [key("k")], { pausedUntilMs: Date.UTC(2030, 0, 2) }));
  expect(rest()).toEqual(["no_available_channel", 30_000]);
});

test("of an open circuit and a full limit the sooner one decides", () => {
  const slow = key("slow", { rpm: 2 });
  const far = setUp(channel("a", [key("k")]), channel("b", [slow]));
  far.breakDown(0);
  far.upstreamLimits.take("slow", slow.limits, 10);
  expect(far.refusal()).toEqual(["no_available_channel", 5_000]);

  const near = setUp(channel("a", [key("k")]), channel("b", [key("l")], { limits: { concurrency: 1 } }));
  near.breakDown(0);
  near.upstreamLimits.take("b", { concurrency: 1 }, 10);
  expect(near.refusal()).toEqual(["upstream_rate_limited", 1_000]);
});

test("a key that was switched off is no limit to wait for", () => {
  const { clock, refusal, keyRing } = setUp(channel("a", [key("k", { rpm: 1 })]));
  keyRing.disabled("k", clock.monotonic(), 1n);
  expect(refusal()).toEqual(["no_available_channel", 30_000]);
});
