"use client";
import { useEffect, useRef, type ReactNode } from "react";

type Props = { current: string; label: string | undefined; children: ReactNode; /** What the tabs say: counts come later and make the line longer. */ words: string };

/** A line of tabs that may be wider than a phone: the open one is brought to its middle. */
export function TabStrip({ current, label, words, children }: Props) {
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    const tab = strip.current?.querySelector("[aria-current]");
    if (!strip.current || !tab) return;
    const [outer, inner] = [strip.current.getBoundingClientRect(), tab.getBoundingClientRect()];
    strip.current.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }, [current, words]);
  return <nav ref={strip} className="tabs" aria-label={label}>{children}</nav>;
}
