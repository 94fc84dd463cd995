"use client";
import { usePathname } from "next/navigation";
import { createContext, use, useEffect, useRef, type ReactNode } from "react";

/** The address that the page was loaded with. */
const FirstPath = createContext<{ current: string | undefined }>({ current: undefined });

export function RouteFocus({ children }: { children: ReactNode }) {
  const path = usePathname();
  const first = useRef<string | undefined>(path);
  useEffect(() => {
    if (path !== first.current) first.current = undefined;
  }, [path]);
  return <FirstPath value={first}>{children}</FirstPath>;
}

/** After so long a dialog that closed has given the focus back, if it knew to whom. */
const GIVEN_BACK_MS = 100;

/**
 * The page's one h1. After a change of page it takes the focus, so that the keyboard goes on from the new page's
 * beginning and a screen reader says where one is; not at the first load, not away from someone who types, and not where
 * the page stays and something opens or closes over it: then what was pressed is still there.
 */
export function PageTitle({ children, className }: { children: ReactNode; className?: string }) {
  const ref = useRef<HTMLHeadingElement>(null);
  const path = usePathname();
  const first = use(FirstPath);
  const shown = useRef(false);
  useEffect(() => {
    const atFirst = first.current === undefined ? false : first.current === path;
    const stayed = shown.current;
    shown.current = true;
    if (stayed) {
      const timer = setTimeout(() => document.activeElement === document.body && !atFirst && ref.current?.focus({ preventScroll: true }), GIVEN_BACK_MS);
      return () => clearTimeout(timer);
    }
    const typing = document.activeElement?.matches("main :is(input, textarea, select), [role=dialog] *") ?? false;
    if (!atFirst && !typing) ref.current?.focus({ preventScroll: true });
    return undefined;
  }, [first, path]);
  return <h1 ref={ref} tabIndex={-1} className={className}>{children}</h1>;
}
