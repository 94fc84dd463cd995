import type { ReactNode } from "react";
import { formatDate, type RangePreset } from "#ui/format/index.ts";

export type FilterOption = Readonly<{ value: string; label: string }>;

/**
 * One filter. Its value stands in the address under `key`; `multi` joins by commas, `amount` uses `key_gt` and
 * `key_lt` (USD as typed), `date-range` uses `from` and `to`.
 */
export type FilterDef = Readonly<{
  key: string;
  label: string;
  kind: "select" | "multi" | "text" | "amount" | "date-range";
  options?: readonly FilterOption[];
  /** Suggestions of the server, for more than a list can hold. */
  search?: (text: string) => Promise<readonly FilterOption[]>;
  placeholder?: string;
  /** For `date-range`: what is shown without parameters. */
  fallback?: RangePreset | "any";
}>;

export type FilterValues = Readonly<Record<string, string | undefined>>;
export type FilterBarProps = Readonly<{ filters: readonly FilterDef[]; search?: Readonly<{ placeholder: string }>; actions?: ReactNode }>;

/** The free text of a filter bar. */
export const SEARCH_KEY = "q";

/** The parameters of the address that a filter owns. */
export function parametersOf({ kind, key }: Pick<FilterDef, "kind" | "key">): readonly string[] {
  if (kind === "amount") return [`${key}_gt`, `${key}_lt`];
  if (kind === "date-range") return ["from", "to"];
  return [key];
}

/** All parameters of a filter bar, free text included. */
export const allParameters = (filters: readonly FilterDef[]): readonly string[] => [...new Set([SEARCH_KEY, ...filters.flatMap(parametersOf)])];

export const isSet = (filter: FilterDef, values: FilterValues): boolean => parametersOf(filter).some((name) => Boolean(values[name]));

/** A list in one parameter. */
export const splitValues = (text: string | undefined): readonly string[] => (text ? text.split(",").filter((part) => part !== "") : []);
export const joinValues = (parts: readonly string[]): string | null => (parts.length === 0 ? null : parts.join(","));

const SHOWN_VALUES = 2;

/** What a chip says after the filter's name: `gpt-4o`, `ok, error +2`, `> $0.01`, `2026-11-01 – 2026-11-07`. */
export function valueText(filter: FilterDef, values: FilterValues): string {
  const named = (value: string): string => filter.options?.find((option) => option.value === value)?.label ?? value;
  const [first = "", second = ""] = parametersOf(filter).map((name) => values[name] ?? "");
  if (filter.kind === "amount") return [first && `> $${first}`, second && `< $${second}`].filter(Boolean).join(" ");
  if (filter.kind === "date-range") return [first, second].filter(Boolean).join(" – ");
  if (filter.kind !== "multi") return named(first);
  const all = splitValues(first).map(named);
  const more = all.length - SHOWN_VALUES;
  return all.slice(0, SHOWN_VALUES).join(", ") + (more > 0 ? ` +${more}` : "");
}

/** The text of a custom range on its chip, in the zone. */
export const rangeText = (from: Date, to: Date, timeZone: string): string => {
  const [first, last] = [formatDate(from, { timeZone }), formatDate(new Date(to.getTime() - 1), { timeZone })];
  return first === last ? first : `${first} – ${last}`;
};
