import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTimerWheel } from "#relay/upstream/timers.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const wheelNow = () => createTimerWheel(() => performance.now());

test.each([100, 250, 999, 60_000, 63_900, 64_000, 200_000])("a timer of %i ms fires once, within a tick", (ms) => {
  const fired: number[] = [], start = performance.now();
  wheelNow().arm(ms, () => fired.push(performance.now() - start));
  vi.advanceTimersByTime(400_000);
  expect(fired).toHaveLength(1);
  expect(fired[0]).toBeGreaterThanOrEqual(ms);
  expect(fired[0]).toBeLessThanOrEqual(ms + 500);
});

test("refreshing puts it off, cancelling ends it", () => {
  const wheel = wheelNow();
  let fired = 0;
  const timer = wheel.arm(1_000, () => (fired += 1));
  for (let i = 0; i < 100; i++) {
    vi.advanceTimersByTime(900);
    timer.refresh();
  }
  expect(fired).toBe(0);
  vi.advanceTimersByTime(1_500);
  expect(fired).toBe(1);
  const other = wheel.arm(1_000, () => (fired += 1));
  other.cancel();
  vi.advanceTimersByTime(5_000);
  expect(fired).toBe(1);
});

test("a timer armed by a timer fires too, and an idle wheel ticks no more", () => {
  const wheel = wheelNow();
  let fired = 0;
  wheel.arm(500, () => wheel.arm(500, () => (fired += 1)));
  vi.advanceTimersByTime(3_000);
  expect(fired).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});
