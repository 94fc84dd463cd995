import type { Json, JsonObject } from "#relay/canonical/request.ts";

/** A parsed object of this format. */
export type Wire = JsonObject;

const NO_FIELDS: Wire = {};

export const isWire = (value: Json | undefined): value is Wire => typeof value === "object" && value !== null && !Array.isArray(value);
/** The value if it is an object, else one without members. */
export const asWire = (value: Json | undefined): Wire => (isWire(value) ? value : NO_FIELDS);
/** The value if it is an array, else an empty one. */
export const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
export const textOf = (value: Json | undefined): string | undefined => (typeof value === "string" ? value : undefined);
/** The text if it is one that isn't empty. */
export const wordOf = (value: Json | undefined): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** @returns undefined when it is no JSON object */
export function parseWire(text: string): Wire | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isWire(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Members that are undefined are left out, so that what is written holds no more than what is known. */
export function compact(members: Readonly<Record<string, Json | undefined>>): Wire {
  const kept: Record<string, Json> = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
