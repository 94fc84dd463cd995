"use client";
import { parseAsString, useQueryStates } from "nuqs";
import { useCallback, useMemo } from "react";
import { allParameters, type FilterDef, type FilterValues } from "#ui/kit/filter-types.ts";

export type SetFilters = (changes: Readonly<Record<string, string | null>>, how?: "push" | "replace") => void;

/** The filters of a screen as they stand in the address. Every change begins at the first page again and closes the drawer. */
export function useFilters(filters: readonly FilterDef[]): { values: FilterValues; filtered: boolean; set: SetFilters; clear: () => void } {
  const names = allParameters(filters).join("\n");
  const parsers = useMemo(() => Object.fromEntries([...names.split("\n"), "cursor", "open"].map((name) => [name, parseAsString])), [names]);
  const [read, write] = useQueryStates(parsers);
  const set = useCallback<SetFilters>((changes, how = "push") => void write({ ...changes, cursor: null, open: null }, { history: how }), [write]);
  const clear = useCallback(() => set(Object.fromEntries(names.split("\n").map((name) => [name, null]))), [names, set]);
  const values = useMemo(() => Object.fromEntries(names.split("\n").map((name) => [name, read[name] ?? undefined])), [names, read]);
  return { values, filtered: Object.values(values).some(Boolean), set, clear };
}

/**
 * What the filter bar has put into the address, for the query of the list.
 *
 * @returns `values` by parameter name (`q` is the free text; see FilterDef), `filtered` = any of them is set
 */
export function useFilterValues(filters: readonly FilterDef[]): { values: FilterValues; filtered: boolean; clear: () => void } {
  const { values, filtered, clear } = useFilters(filters);
  return { values, filtered, clear };
}
