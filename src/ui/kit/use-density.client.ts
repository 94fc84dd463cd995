"use client";
import { useSyncExternalStore } from "react";

export type Density = "comfortable" | "compact";

const COOKIE = "mm-density";
const CHANGED = "mm-density-changed";
const YEAR_S = 31_536_000;

const subscribe = (changed: () => void) => {
  addEventListener(CHANGED, changed);
  return () => removeEventListener(CHANGED, changed);
};
const read = (): string | undefined => new RegExp(`(?:^|; )${COOKIE}=(\\w+)`).exec(document.cookie)?.[1];

/** The reader's row height on all lists, kept in a cookie so that a server can know it too; until he chooses, the area's own. */
export function useDensity(area: Density = "comfortable"): [density: Density, choose: (density: Density) => void] {
  const kept = useSyncExternalStore(subscribe, read, () => undefined);
  const choose = (density: Density) => {
    document.cookie = `${COOKIE}=${density}; path=/; max-age=${YEAR_S}; samesite=lax`;
    dispatchEvent(new Event(CHANGED));
  };
  return [kept === "compact" || kept === "comfortable" ? kept : area, choose];
}
