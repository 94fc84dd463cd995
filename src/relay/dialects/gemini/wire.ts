import type { Json, JsonObject } from "#relay/canonical/request.ts";

/** An object of the wire, before anything of it is known. */
export type Wire = Readonly<Record<string, unknown>>;

export const isWire = (value: unknown): value is Wire => typeof value === "object" && value !== null && !Array.isArray(value);

export const wireOf = (value: unknown): Wire => (isWire(value) ? value : NO_FIELDS);
const NO_FIELDS: Wire = {};

/** The objects of a list; what is no object is left out. */
export const wiresOf = (value: unknown): readonly Wire[] => (Array.isArray(value) ? value.filter(isWire) : []);

export const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** A member by its camelCase name or, as protobuf's JSON also takes it, by its snake_case one; null is absent. */
export function field(wire: Wire, name: string): unknown {
  return wire[name] ?? wire[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] ?? undefined;
}

/** What was read as JSON, or made of such, is JSON. */
export const jsonOf = (value: unknown): Json => value as Json;
export const jsonObjectOf = (value: Wire): JsonObject => value as JsonObject;

/** Text as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
