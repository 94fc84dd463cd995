"use client";
import { useTimeZone } from "next-intl";
import { parseAsString, useQueryStates } from "nuqs";
import { useEffect, useMemo, useState } from "react";
import { parseRange, presetParameters, type Range, type RangePreset } from "#ui/format/index.ts";

/** How far the end of a range that ends now moves at a time: figures stay comparable while they are looked at. */
const STEP_MS = 15_000;

/** The range in the address; one that ends now moves on by itself while the page is seen. */
export function useLiveRange(fallback: RangePreset): { range: Range; live: boolean; zone: string } {
  const zone = useTimeZone() ?? "UTC";
  const [{ from, to }] = useQueryStates({ from: parseAsString, to: parseAsString });
  const [now, setNow] = useState(() => Math.ceil(Date.now() / STEP_MS) * STEP_MS);
  const live = !to;
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") setNow(Math.ceil(Date.now() / STEP_MS) * STEP_MS);
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [live]);
  const range = useMemo(() => parseRange(from ?? presetParameters(fallback, new Date(now), zone).from, to, new Date(now), zone), [from, to, fallback, now, zone]);
  return { range, live, zone };
}

/** The range as parameters of a link: the rows behind a figure are those of exactly its time. */
export const rangeQuery = ({ from, to }: Pick<Range, "from" | "to">): string => `from=${from.toISOString()}&to=${to.toISOString()}`;
