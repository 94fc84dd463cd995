import "server-only";
import { cache } from "react";
import { shop } from "#app/shop.ts";
import { isAhead, isOpen, type Incident } from "#reports/incidents.ts";
import { shownIncidents } from "#reports/incidents.store.ts";

const DAYS = 90;
const DAY_MS = 86_400_000;
const LIMIT = 100;

/** What the operator says of the last 90 days: what is open, what lies ahead, and what is over. */
export const publicIncidents = cache(async (): Promise<Readonly<{ open: readonly Incident[]; ahead: readonly Incident[]; past: readonly Incident[] }>> => {
  const { pool, clock } = await shop();
  const nowMs = clock.now();
  const all = await shownIncidents(pool, new Date(nowMs - DAYS * DAY_MS), LIMIT);
  return {
    open: all.filter((incident) => isOpen(incident, nowMs)),
    ahead: all.filter((incident) => isAhead(incident, nowMs)).toReversed(),
    past: all.filter(({ resolvedAt }) => resolvedAt !== null),
  };
});
