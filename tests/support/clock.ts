import type { Clock } from "#platform/clock.ts";

export type FakeClock = Clock & {
  /** Moves both readings on; negative moves only the wall clock back. */
  advance(ms: number): void;
  /** Sets the wall clock; the monotonic one stays. */
  set(ms: number): void;
  setOffset(ms: number): void;
};

/** A clock that stands still until it is moved. */
export function fakeClock(startMs = Date.UTC(2030, 0, 15, 12)): FakeClock {
  let wall = startMs;
  let monotonic = 1_000;
  let offset = 0;
  return {
    now: () => wall + offset,
    monotonic: () => monotonic,
    advance(ms) {
      wall += ms;
      monotonic += Math.max(0, ms);
    },
    set(ms) {
      wall = ms;
    },
    setOffset(ms) {
      offset = ms;
    },
  };
}
