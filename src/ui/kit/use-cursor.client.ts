"use client";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { advanced, previousOf, type Trail } from "#ui/kit/cursor-trail.ts";

/**
 * Where a list that pages by key stands: the cursor in the address, the way back in memory.
 *
 * @param key name of the parameter, where a screen has two lists
 */
export function useCursor(key = "cursor"): { cursor: string | null; push: (next: string) => void; back: () => void; reset: () => void; hasPrevious: boolean } {
  const [cursor, setCursor] = useQueryState(key, parseAsString.withOptions({ history: "push" }));
  const [trail, setTrail] = useState<Trail>([]);
  return {
    cursor,
    push: (next) => {
      setTrail(advanced(trail, cursor, next));
      void setCursor(next);
    },
    back: () => void setCursor(previousOf(trail, cursor)),
    reset: () => void setCursor(null),
    hasPrevious: cursor !== null,
  };
}
