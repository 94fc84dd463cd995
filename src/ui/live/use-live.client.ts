"use client";
import { useEffect, useRef } from "react";

/** What may be told to have changed; the data itself comes by query. */
export type LiveTopic = "requests" | "wallet" | "keys";

const CHANNEL = "mm-live";
/** Without hints (a proxy that holds events back, a lost connection) pages look again at this pace. */
const POLL_MS = 15_000;

/**
 * Calls back when something of the signed-in customer's has changed. All tabs share one connection: one of them holds
 * it, by a lock of the browser, and tells the others. A hidden page is not told; it looks again when it is shown.
 */
export function useLive(topics: readonly LiveTopic[], onHint: (topic: LiveTopic | undefined) => void): void {
  const call = useRef(onHint);
  call.current = onHint;
  const wanted = topics.join(" ");
  useEffect(() => {
    const stop = new AbortController();
    const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(CHANNEL);
    let missed = false;
    const hint = (topic: string): void => {
      if (!wanted.split(" ").includes(topic)) return;
      if (document.hidden) missed = true;
      else call.current(topic as LiveTopic);
    };
    if (channel) channel.onmessage = ({ data }: MessageEvent<string>) => hint(data);
    const tell = (topic: string): void => {
      hint(topic);
      channel?.postMessage(topic);
    };
    hold(stop.signal, () => listen(stop.signal, tell));
    const onShow = (): void => {
      if (document.hidden || !missed) return;
      missed = false;
      call.current(undefined);
    };
    document.addEventListener("visibilitychange", onShow, { signal: stop.signal });
    const poll = setInterval(() => !document.hidden && call.current(undefined), POLL_MS);
    return () => {
      stop.abort();
      clearInterval(poll);
      channel?.close();
    };
  }, [wanted]);
}

/** Runs `work` in one tab at a time; where the browser has no locks (plain http), in each. */
function hold(signal: AbortSignal, work: () => Promise<void>): void {
  const locks = (navigator as { locks?: LockManager }).locks;
  if (locks) locks.request(CHANNEL, { signal }, work).catch(() => undefined);
  else void work();
}

/** Listens until the page leaves. The browser connects again by itself. */
function listen(signal: AbortSignal, tell: (topic: string) => void): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource("/api/live");
    source.addEventListener("hint", ({ data }: MessageEvent<string>) => tell(data));
    const end = (): void => {
      source.close();
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}
