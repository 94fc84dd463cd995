import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tidyWhenIdle } from "#platform/idle-memory.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("tidies once after a rush, and never while something runs", () => {
  let [running, done, tidied] = [0, 0, 0];
  const stop = tidyWhenIdle({ running: () => running, done: () => done, collect: async () => void (tidied += 1) });
  vi.advanceTimersByTime(10_000);
  expect(tidied).toBe(0); // nothing has been done yet

  done = 5;
  running = 1;
  vi.advanceTimersByTime(60_000);
  expect(tidied).toBe(0);

  running = 0;
  vi.advanceTimersByTime(25_000);
  expect(tidied).toBe(0); // a pause between two bursts
  vi.advanceTimersByTime(10_000);
  expect(tidied).toBe(1);
  vi.advanceTimersByTime(60_000);
  expect(tidied).toBe(1);

  for (let i = 0; i < 20; i++) {
    done += 1;
    vi.advanceTimersByTime(1_000);
  }
  expect(tidied).toBe(1); // never quiet
  vi.advanceTimersByTime(35_000);
  expect(tidied).toBe(2);

  done += 1;
  stop();
  vi.advanceTimersByTime(10_000);
  expect(tidied).toBe(2);
});
