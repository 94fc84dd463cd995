"use client";
import { useEffect, useRef, type ReactNode } from "react";

/** A line of tabs that may be wider than a phone: the open one is brought to its middle. */
export function TabStrip({ current, label, children }: { current: string; label: string | undefined; children: ReactNode }) {
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    const tab = strip.current?.querySelector("[aria-current]");
    if (!strip.current || !tab) return;
    const [outer, inner] = [strip.current.getBoundingClientRect(), tab.getBoundingClientRect()];
    strip.current.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }, [current]);
  return <nav ref={strip} className="tabs" aria-label={label}>{children}</nav>;
}
