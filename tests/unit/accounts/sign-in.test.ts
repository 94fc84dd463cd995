import { expect, test } from "vitest";
import { createAttemptStore, failed, sessionLife, waitMs, type Attempt } from "#accounts/sign-in.ts";

const after = (failures: number, nowMs = 0): Attempt | undefined => {
  let attempt: Attempt | undefined;
  for (let i = 0; i < failures; i++) attempt = failed(attempt, nowMs);
  return attempt;
};

test.each([[0, 0], [3, 0], [4, 1_000], [5, 2_000], [8, 16_000], [30, 900_000]])("after %i failures the next try waits %i ms", (failures, wait) => {
  expect(waitMs(after(failures), 0)).toBe(wait);
});

test("waiting counts down and ends", () => {
  expect(waitMs(after(5), 1_500)).toBe(500);
  expect(waitMs(after(5), 2_000)).toBe(0);
});

test("an hour without a failure forgives", () => {
  expect(waitMs(after(20), 3_600_001)).toBe(0);
  expect(failed(after(20), 3_600_001).failures).toBe(1);
});

test("a flood of addresses pushes out the oldest, never the memory", () => {
  const store = createAttemptStore();
  for (let i = 0; i < 10_050; i++) store.set(String(i), { failures: 1, lastMs: 0 });
  expect(store.get("49")).toBeUndefined();
  expect(store.get("50")).toBeDefined();
});

test("staff sessions are short", () => {
  expect(sessionLife("owner").idleMs).toBeLessThan(sessionLife("customer").idleMs);
});
