"use client";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { startLive, type LiveTopic } from "#ui/live/live-stream.ts";

type Listener = (topic: LiveTopic) => void;
export type Live = Readonly<{ connected: boolean; subscribe: (listener: Listener) => () => void }>;

export const LiveContext = createContext<Live>({ connected: true, subscribe: () => () => undefined });

/** The page's one line to the shop. When it was cut and is there again, everything on the screen is read anew; what was typed stays. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [connected, setConnected] = useState(true);
  const listeners = useRef(new Set<Listener>());
  useEffect(() => {
    const stop = new AbortController();
    let lost = false;
    startLive(stop.signal, (word) => {
      if (word !== "lost" && word !== "open") {
        for (const listener of listeners.current) listener(word);
        return;
      }
      if (word === "open" && lost) void queries.invalidateQueries();
      lost = word === "lost";
      setConnected(!lost);
    });
    return () => stop.abort();
  }, [queries]);
  const subscribe = useCallback((listener: Listener) => {
    listeners.current.add(listener);
    return () => void listeners.current.delete(listener);
  }, []);
  const live = useMemo<Live>(() => ({ connected, subscribe }), [connected, subscribe]);
  return <LiveContext value={live}>{children}</LiveContext>;
}
