import type { Warn } from "#relay/canonical/codec.ts";
import type { Json, JsonObject } from "#relay/canonical/request.ts";

/** A parsed object of a vendor's. */
export type Wire = JsonObject;

const EMPTY: Wire = {};

export const isWire = (value: Json | undefined): value is Wire => typeof value === "object" && value !== null && !Array.isArray(value);
/** The value if it is an object, else one without members. */
export const asWire = (value: Json | undefined): Wire => (isWire(value) ? value : EMPTY);
/** The value if it is an array, else an empty one. */
export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
/** The value if it is text, else "". */
export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** @returns undefined when it is no JSON object */
export function parseWire(text: string): Wire | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isWire(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Members that are undefined are left out. */
export function compact(members: Readonly<Record<string, Json | undefined>>): Wire {
  const kept: Record<string, Json> = {};
  for (const name in members) if (members[name] !== undefined) kept[name] = members[name]!;
  return kept;
}

/** Arguments as an object, for protocols that take nothing else: text that is none goes along as it is. */
export function argumentsObject(text: string, warn: Warn): Wire {
  if (text.trim() === "" || text.trim() === "null") return EMPTY;
  const parsed = parseWire(text);
  if (parsed) return parsed;
  warn("tool_args_repaired");
  return { _raw: text };
}

/** Arguments as text, whatever a vendor sends for them. */
export const argumentsText = (value: Json | undefined): string =>
  value === undefined || value === null ? "{}" : typeof value === "string" ? (value === "" || value === "null" ? "{}" : value) : JSON.stringify(value);
