"use client";
import { useRef } from "react";

/**
 * The last answer to the same question, while a newer one does not come: a range that moves on asks under a new name each
 * time, so its failure would else empty the screen.
 *
 * @param scope what must be the same for an old answer to be one to this question
 */
export function useKept<T>(data: T | undefined, scope: string): T | undefined {
  const kept = useRef<Readonly<{ scope: string; data: T }>>(undefined);
  if (data !== undefined) kept.current = { scope, data };
  return data ?? (kept.current?.scope === scope ? kept.current.data : undefined);
}
