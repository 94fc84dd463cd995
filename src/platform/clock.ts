import { turnInstant } from "#platform/turn.ts";

/** Time, passed in wherever it decides something. */
export interface Clock {
  /** Milliseconds since 1970, in the database's time. */
  now(): number;
  /** Milliseconds since some instant; never goes back. For durations. What is done together in one turn has one reading. */
  monotonic(): number;
}

export type AdjustableClock = Clock & {
  /** How far the database's clock is ahead of this machine's, in ms. */
  setOffset(ms: number): void;
};

/**
 * The machine's clock, corrected by the offset that was measured against the database, so that all nodes agree on
 * when a price begins. The wall clock is read anew each time: a machine that slept must not lag behind.
 */
export function createClock(): AdjustableClock {
  let offsetMs = 0;
  return {
    now: () => Date.now() + offsetMs,
    monotonic: turnInstant,
    setOffset: (ms) => {
      offsetMs = ms;
    },
  };
}
