"use client";
import { useContext, useEffect, useRef } from "react";
import { LiveContext } from "#ui/live/live-provider.client.tsx";
import type { LiveTopic } from "#ui/live/live-stream.ts";

/** Without hints (a proxy that holds events back) pages look again at this pace. */
const POLL_MS = 15_000;

/**
 * Calls back when something of the signed-in customer's has changed. A hidden page is not told; it looks again when it
 * is shown.
 */
export function useLive(topics: readonly LiveTopic[], onHint: (topic: LiveTopic | undefined) => void): void {
  const call = useRef(onHint);
  call.current = onHint;
  const { subscribe } = useContext(LiveContext);
  const wanted = topics.join(" ");
  useEffect(() => {
    const stop = new AbortController();
    let missed = false;
    const unsubscribe = subscribe((topic) => {
      if (!wanted.split(" ").includes(topic)) return;
      if (document.hidden) missed = true;
      else call.current(topic);
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden || !missed) return;
      missed = false;
      call.current(undefined);
    }, { signal: stop.signal });
    const poll = setInterval(() => !document.hidden && call.current(undefined), POLL_MS);
    return () => {
      stop.abort();
      unsubscribe();
      clearInterval(poll);
    };
  }, [wanted, subscribe]);
}
