import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#trpc/root.ts";

export type Setting = inferRouterOutputs<AppRouter>["admin"]["settings"]["list"][number];
/** By path: a new value, or null for the default. A path that is missing is as it was. */
export type Drafts = ReadonlyMap<string, unknown>;

/** What the field shows: what is being typed, else what is stored, else the default. */
export const valueOf = (setting: Setting, drafts: Drafts): unknown => {
  const draft = drafts.get(setting.path);
  if (draft !== undefined) return draft === null ? setting.initial : draft;
  return setting.locked ? setting.locked.value : setting.set ? setting.stored : setting.initial;
};

/** A table of steps as one line: `50: 5%, 100: 10%`. */
const tableText = (entries: readonly (readonly [string, unknown])[]): string => entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([from, percent]) => `$${from}: +${String(percent)}%`).join(", ");

/** A value as one line of text. */
export const textOf = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value)
    : Object.values(value).every((each) => typeof each === "number") ? tableText(Object.entries(value)) : JSON.stringify(value);

export const sameValue = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
