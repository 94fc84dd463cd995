import { expect, test } from "vitest";
import { backoffMs, createRetryBudget, goesElsewhere, RETRY } from "#relay/routing/retry-policy.ts";
import type { ErrorClass } from "#relay/providers/provider.ts";

test.each([
  ["connect", true, true], ["slow", true, false], ["client", false, false], ["policy", false, false], ["context", false, false], ["quirk", false, false],
  ["auth", true, true], ["quota", true, true], ["config", true, true], ["transient", true, true], ["rate", true, true], ["server", true, true],
  ["overload", true, true], ["bad_body", true, true], ["aborted", false, false],
] as const)("%s goes elsewhere: streams %s, others %s", (errorClass, stream, other) => {
  expect([goesElsewhere(errorClass, true), goesElsewhere(errorClass, false)]).toEqual([stream, other]);
});

test("another key of the channel is tried for what is the key's fault alone", () => {
  const classes = Object.entries(RETRY).filter(([, { otherKey }]) => otherKey).map(([name]) => name);
  expect(classes.sort()).toEqual(["auth", "quota", "rate"]);
});

test("the only channel is waited for, longer each time, two seconds at most", () => {
  expect([1, 2, 3, 4, 5, 9].map((attempts) => backoffMs("server", undefined, attempts, 0.5))).toEqual([200, 400, 800, 1_600, 2_000, 2_000]);
  expect(backoffMs("server", undefined, 1, 0)).toBe(100);
  expect(backoffMs("rate", 1_500, 1, 0)).toBe(1_500);
  expect([backoffMs("rate", 2_001, 1, 0), backoffMs("rate", undefined, 1, 0)]).toEqual([undefined, undefined]);
  expect((["auth", "client", "config", "slow"] satisfies ErrorClass[]).map((name) => backoffMs(name, undefined, 1, 0))).toEqual([undefined, undefined, undefined, undefined]);
});

test("retries are bounded to a hundred at once and ten a second, and to a fifth of the requests", () => {
  let now = 0;
  const budget = createRetryBudget(() => now);
  const drain = (): number => {
    let taken = 0;
    while (budget.retry()) taken += 1;
    return taken;
  };
  expect(drain()).toBe(100);
  now += 2_000;
  expect(drain()).toBe(20);
  for (let i = 0; i < 1_000; i++) budget.request();
  expect(Math.abs(drain() - 200)).toBeLessThanOrEqual(1);
});
