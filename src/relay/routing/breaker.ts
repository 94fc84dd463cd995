import type { ErrorClass } from "#relay/providers/provider.ts";

const WINDOW_BUCKETS = 6;
const BUCKET_MS = 5_000;
const FAILURES_MIN = 5;
const OUTCOMES_MIN = 10;
const IN_A_ROW = 5;
const IN_A_ROW_MS = 60_000;
const CONNECT_IN_A_ROW = 3;
/** Doubled at every opening in a row. 100 s + 20 % and three probes let a healed channel back within 150 s. */
const OPEN_MS = 5_000;
const OPEN_MAX_MS = 100_000;
const JITTER = 0.2;
const PROBE_EVERY_MS = 1_000;
const PROBES_TO_CLOSE = 3;
const FORGET_OPENINGS_MS = 600_000;
/** After another node's warning so much of what is failure enough suffices, for so long. */
const WARY_SHARE = 0.5;
const WARY_MS = 30_000;

/** Classes that say something about the health of the far end; the others are about keys, limits or the request. */
const FAULTS: ReadonlySet<ErrorClass> = new Set<ErrorClass>(["connect", "slow", "server", "overload", "bad_body"]);

export type BreakerState = "closed" | "open" | "half-open";

/**
 * One circuit. closed -> open after many failures; open -> half-open when its time is over; half-open lets one live
 * request at a time through as a probe, at most one a second.
 */
export interface Breaker {
  state(now: number): BreakerState;
  /** May a request be sent? For half-open: is the probe's place free? */
  allows(now: number): boolean;
  /** Milliseconds until it may be tried; 0 = now. */
  waitMs(now: number): number;
  /** A request goes out; takes the probe's place when half-open. */
  begin(now: number): void;
  success(now: number): void;
  /** @returns true when this failure opened the circuit */
  failure(errorClass: ErrorClass, now: number): boolean;
  /** The request ended without saying anything about health (client left, key refused). */
  neutral(): void;
  /** Opens it from outside: all parts of what it guards are open. @returns true when it was closed before */
  trip(now: number): boolean;
  /** Another node found the same far end failing: for a while half as many failures open it here. */
  warn(now: number): void;
}

/** @param random uniform in [0, 1), for the jitter that keeps nodes from probing in step */
export function createBreaker(random: () => number): Breaker {
  const ok = new Uint32Array(WINDOW_BUCKETS), bad = new Uint32Array(WINDOW_BUCKETS);
  let slot = 0;
  let inARow = 0, rowSince = 0, connectInARow = 0;
  let openings = 0, openUntil = 0, opened = false, closedAt = -Infinity;
  let probing = false, lastProbe = -Infinity, probesOk = 0;
  let waryUntil = -Infinity;

  const advance = (now: number): number => {
    const current = Math.floor(now / BUCKET_MS);
    for (let i = Math.max(slot + 1, current - WINDOW_BUCKETS + 1); i <= current; i++) ok[i % WINDOW_BUCKETS] = bad[i % WINDOW_BUCKETS] = 0;
    slot = Math.max(slot, current);
    return slot % WINDOW_BUCKETS;
  };
  const open = (now: number): void => {
    if (!opened && now - closedAt > FORGET_OPENINGS_MS) openings = 0;
    const length = Math.min(OPEN_MS * 2 ** openings, OPEN_MAX_MS) * (1 - JITTER + 2 * JITTER * random());
    openings += 1;
    opened = true;
    openUntil = now + length;
    probing = false;
    probesOk = 0;
  };
  const close = (now: number): void => {
    opened = false;
    closedAt = now;
    ok.fill(0);
    bad.fill(0);
    inARow = connectInARow = 0;
  };
  const halfOpen = (now: number): boolean => opened && now >= openUntil;
  const tooMany = (now: number): boolean => {
    let failures = 0, outcomes = 0;
    for (let i = 0; i < WINDOW_BUCKETS; i++) {
      failures += bad[i]!;
      outcomes += bad[i]! + ok[i]!;
    }
    const share = now < waryUntil ? WARY_SHARE : 1;
    return (failures >= FAILURES_MIN * share && outcomes >= OUTCOMES_MIN * share && failures * 2 >= outcomes)
      || (inARow >= IN_A_ROW * share && now - rowSince <= IN_A_ROW_MS) || connectInARow >= CONNECT_IN_A_ROW * share;
  };

  return {
    state: (now) => (!opened ? "closed" : halfOpen(now) ? "half-open" : "open"),
    allows: (now) => !opened || (halfOpen(now) && !probing && now - lastProbe >= PROBE_EVERY_MS),
    waitMs: (now) => (!opened ? 0 : Math.max(0, openUntil - now, probing || halfOpen(now) ? lastProbe + PROBE_EVERY_MS - now : 0)),
    begin(now) {
      if (!opened) return;
      probing = true;
      lastProbe = now;
    },
    success(now) {
      inARow = connectInARow = 0;
      if (opened) {
        probing = false;
        // A panic-mode answer before the time is over shortens nothing; only probes close.
        if (halfOpen(now) && ++probesOk >= PROBES_TO_CLOSE) close(now);
        return;
      }
      ok[advance(now)]! += 1;
    },
    failure(errorClass, now) {
      if (!FAULTS.has(errorClass)) {
        probing = false;
        return false;
      }
      if (opened) {
        const wasHalfOpen = halfOpen(now);
        probing = false;
        if (wasHalfOpen) open(now);
        return wasHalfOpen;
      }
      bad[advance(now)]! += 1;
      if (inARow === 0 || now - rowSince > IN_A_ROW_MS) {
        inARow = 0;
        rowSince = now;
      }
      inARow += 1;
      connectInARow = errorClass === "connect" ? connectInARow + 1 : 0;
      if (!tooMany(now)) return false;
      open(now);
      return true;
    },
    neutral() {
      probing = false;
    },
    trip(now) {
      if (opened) return false;
      open(now);
      return true;
    },
    warn(now) {
      waryUntil = now + WARY_MS;
    },
  };
}
