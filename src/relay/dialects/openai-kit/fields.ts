import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { RelayError } from "#relay/errors.ts";

/** A request's member that is not what it should be. */
export const invalidField = (param: string, expected: string): RelayError =>
  new RelayError("invalid_value", `Invalid value for '${param}': expected ${expected}.`, { param });

export const missingField = (param: string): RelayError =>
  new RelayError("missing_required_parameter", `Missing required parameter: '${param}'.`, { param });

export const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/** Absent and null are the same in all readers below. */
export function objectField(value: Json | undefined, param: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw invalidField(param, "an object");
  return value;
}

export function arrayField(value: Json | undefined, param: string): readonly Json[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw invalidField(param, "an array");
  return value as readonly Json[];
}

export function textField(value: Json | undefined, param: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalidField(param, "a string");
  return value;
}

export function neededText(value: Json | undefined, param: string): string {
  const text = textField(value, param);
  if (text === undefined || text === "") throw missingField(param);
  return text;
}

export function numberField(value: Json | undefined, param: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw invalidField(param, "a number");
  return value;
}

export function countField(value: Json | undefined, param: string, min = 0): number | undefined {
  const count = numberField(value, param);
  if (count !== undefined && (!Number.isSafeInteger(count) || count < min)) throw invalidField(param, `a whole number of ${min} or more`);
  return count;
}

export function booleanField(value: Json | undefined, param: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "boolean") throw invalidField(param, "true or false");
  return value;
}

export function wordField<Word extends string>(value: Json | undefined, param: string, words: readonly Word[]): Word | undefined {
  const text = textField(value, param);
  if (text === undefined) return undefined;
  const word = words.find((known) => known === text);
  if (word === undefined) throw invalidField(param, `one of ${words.join(", ")}`);
  return word;
}
