import { expect, test } from "vitest";
import { fakeClock } from "../../../support/clock.ts";
import { createUpstreamLimits } from "#relay/limits/window.ts";

test("a vendor's minute slides; 95 % of it are used", () => {
  const clock = fakeClock(Date.UTC(2030, 0, 1)), limits = createUpstreamLimits(() => clock.now(), () => 1);
  const rules = { rpm: 20 };
  let taken = 0;
  while (limits.waitMs("c", rules, 0) === 0) {
    limits.take("c", rules, 0);
    taken += 1;
  }
  expect(taken).toBe(19);
  expect(limits.waitMs("c", rules, 0)).toBe(60_000);
  clock.advance(30_000);
  expect(limits.waitMs("c", rules, 0)).toBe(30_000);
  clock.advance(30_000);
  expect(limits.waitMs("c", rules, 0)).toBe(0);
});

test("tokens count by estimate, then by what was used", () => {
  const clock = fakeClock(), limits = createUpstreamLimits(() => clock.now(), () => 1);
  const rules = { tpm: 1_000 };
  limits.take("c", rules, 800);
  expect(limits.waitMs("c", rules, 200)).toBeGreaterThan(0);
  limits.release("c", rules, -700);
  expect(limits.waitMs("c", rules, 200)).toBe(0);
  expect(limits.waitMs("other", rules, 5_000)).toBe(0); // more than all of it: on an empty window
});

test("days begin at midnight UTC, and requests in flight are counted", () => {
  const clock = fakeClock(Date.UTC(2030, 0, 1, 23)), limits = createUpstreamLimits(() => clock.now(), () => 1);
  limits.take("c", { rpd: 2 }, 0);
  expect(limits.waitMs("c", { rpd: 2 }, 0)).toBe(3_600_000);
  clock.advance(3_600_000);
  expect(limits.waitMs("c", { rpd: 2 }, 0)).toBe(0);
  limits.take("d", { concurrency: 1 }, 0);
  expect(limits.waitMs("d", { concurrency: 1 }, 0)).toBeGreaterThan(0);
  limits.release("d", { concurrency: 1 }, 0);
  expect(limits.waitMs("d", { concurrency: 1 }, 0)).toBe(0);
});

test("what was reserved and given up leaves nothing behind, at whatever time", () => {
  const clock = fakeClock(Date.UTC(2030, 0, 1)), limits = createUpstreamLimits(() => clock.now(), () => 1);
  const rules = { rpm: 2, tpm: 1_000, rpd: 2, tpd: 1_000, concurrency: 1 };
  for (const later of [0, 20_000, 60_000, 86_400_000]) {
    const giveUp = limits.reserve("c", rules, 900);
    expect(limits.waitMs("c", rules, 900)).toBeGreaterThan(0);
    clock.advance(later);
    giveUp();
    giveUp();
    expect(limits.waitMs("c", rules, 900)).toBe(0);
  }
  expect([limits.places(rules), limits.places({ rpm: 1 })]).toEqual([1, undefined]);
});
