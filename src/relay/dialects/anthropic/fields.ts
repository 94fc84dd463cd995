import { createHash } from "node:crypto";
import type { Json } from "#relay/canonical/request.ts";
import { isWire, type Wire } from "#relay/dialects/anthropic/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** The fault of a field; `param` is its path, as in `messages.0.content`. */
export const invalid = (param: string, expected: string): RelayError =>
  new RelayError("invalid_value", `${param}: expected ${expected}.`, { param });

export const missing = (param: string): RelayError => new RelayError("missing_required_parameter", `${param}: Field required`, { param });

const absent = (value: Json | undefined): value is null | undefined => value === undefined || value === null;

/** @throws RelayError where there is something else than text */
export function needText(value: Json | undefined, param: string): string {
  if (absent(value)) throw missing(param);
  if (typeof value !== "string") throw invalid(param, "a string");
  return value;
}

export const optionalText = (value: Json | undefined, param: string): string | undefined => (absent(value) ? undefined : needText(value, param));

export function optionalNumber(value: Json | undefined, param: string): number | undefined {
  if (absent(value)) return undefined;
  if (typeof value !== "number") throw invalid(param, "a number");
  return value;
}

export function optionalCount(value: Json | undefined, param: string): number | undefined {
  const count = optionalNumber(value, param);
  if (count !== undefined && (!Number.isSafeInteger(count) || count < 0)) throw invalid(param, "a whole number of 0 or more");
  return count;
}

export function optionalFlag(value: Json | undefined, param: string): boolean | undefined {
  if (absent(value)) return undefined;
  if (typeof value !== "boolean") throw invalid(param, "true or false");
  return value;
}

export function needObject(value: Json | undefined, param: string): Wire {
  if (absent(value)) throw missing(param);
  if (!isWire(value)) throw invalid(param, "an object");
  return value;
}

export const optionalObject = (value: Json | undefined, param: string): Wire | undefined => (absent(value) ? undefined : needObject(value, param));

export function optionalList(value: Json | undefined, param: string): readonly Json[] {
  if (absent(value)) return [];
  if (!Array.isArray(value)) throw invalid(param, "an array");
  return value as readonly Json[];
}

const HASH_CHARS = 32;

/** What a vendor hears of a client's name of its own user: always the same, and never the name. */
export const hashedUser = (user: string): string => createHash("sha256").update(`modelmart:end-user:${user}`).digest("hex").slice(0, HASH_CHARS);
