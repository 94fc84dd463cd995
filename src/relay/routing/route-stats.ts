import { countedName } from "#snapshot/wildcards.ts";
import type { Route } from "#snapshot/snapshot.ts";

const LATENCY_HALF_LIFE_MS = 60_000;
const PACE_HALF_LIFE_MS = 60_000;
const SUCCESS_HALF_LIFE_MS = 300_000;

/** How one channel's offer of one model did lately, as this node saw it. */
export type RouteStats = {
  /** Attempts under way. */
  inflight: number;
  /** Moving average of the time to the first content, ms; undefined = never measured. */
  firstMs: number | undefined;
  /** Moving average of an answer's tokens a second, from its first one on; undefined = never measured. */
  pace: number | undefined;
  /** Moving share of attempts that answered, 0 to 1. */
  success: number;
  /** Where smooth round robin stands. */
  turn: number;
};

export interface RouteBook {
  of(route: Route): RouteStats;
  begin(route: Route): void;
  end(route: Route): void;
  /** @param firstMs time to the first content; @param now by the monotonic clock */
  succeeded(route: Route, firstMs: number | undefined, now: number): void;
  failed(route: Route, now: number): void;
  /** An answer was so many tokens a second fast. */
  paced(route: Route, tokensPerSecond: number, now: number): void;
}

type Entry = RouteStats & { firstAt: number; paceAt: number; successAt: number };

/** Keyed by channel and upstream model, so that what was learnt outlives a new snapshot. */
export function createRouteBook(): RouteBook {
  const channels = new Map<string, Map<string, Entry>>();
  const of = (route: Route): Entry => {
    const { channel } = route, model = countedName(route);
    let parts = channels.get(channel.id);
    if (!parts) channels.set(channel.id, (parts = new Map()));
    let entry = parts.get(model);
    if (!entry) parts.set(model, (entry = { inflight: 0, firstMs: undefined, pace: undefined, success: 1, turn: 0, firstAt: 0, paceAt: 0, successAt: 0 }));
    return entry;
  };
  const outcome = (entry: Entry, value: number, now: number): void => {
    entry.success = moved(entry.success, value, now - entry.successAt, SUCCESS_HALF_LIFE_MS);
    entry.successAt = now;
  };
  return {
    of,
    begin: (route) => void (of(route).inflight += 1),
    end: (route) => void (of(route).inflight -= 1),
    succeeded(route, firstMs, now) {
      const entry = of(route);
      outcome(entry, 1, now);
      if (firstMs === undefined) return;
      entry.firstMs = entry.firstMs === undefined ? firstMs : moved(entry.firstMs, firstMs, now - entry.firstAt, LATENCY_HALF_LIFE_MS);
      entry.firstAt = now;
    },
    failed: (route, now) => outcome(of(route), 0, now),
    paced(route, tokensPerSecond, now) {
      const entry = of(route);
      entry.pace = entry.pace === undefined ? tokensPerSecond : moved(entry.pace, tokensPerSecond, now - entry.paceAt, PACE_HALF_LIFE_MS);
      entry.paceAt = now;
    },
  };
}

/** Samples of one moment count a little too: a burst must be able to change the picture. */
const LEAST_SHARE = 0.05;

function moved(before: number, value: number, sinceMs: number, halfLifeMs: number): number {
  const share = Math.max(LEAST_SHARE, 1 - 2 ** (-Math.max(0, sinceMs) / halfLifeMs));
  return before + (value - before) * share;
}
