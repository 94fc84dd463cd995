/**
 * Array literals for `unnest`. Built by hand because pg quotes and inspects every element, which costs more than the
 * rest of a settlement.
 */

/** Of values that need no quoting: uuids, numbers, bigints, booleans. */
export const plainArray = (values: readonly (string | number | bigint | boolean | null | undefined)[]): string => {
  let text = "{";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    text += (i === 0 ? "" : ",") + (value === null || value === undefined ? "NULL" : value);
  }
  return `${text}}`;
};

/** Of free text. What PostgreSQL cannot hold (NUL, half surrogate pairs) becomes U+FFFD. */
export const textArray = (values: readonly (string | null | undefined)[]): string => {
  let text = "{";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    text += i === 0 ? "" : ",";
    if (value === null || value === undefined) text += "NULL";
    else text += SIMPLE.test(value) && value !== "NULL" ? value : `"${storable(value).replace(/["\\]/g, "\\$&")}"`;
  }
  return `${text}}`;
};

const SIMPLE = /^[A-Za-z0-9][A-Za-z0-9_.:/-]*$/;

/** JSON text that `jsonb` takes. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value) ?? "{}";
  if (!/\\u(?:0000|d[89a-f])/i.test(json)) return json;
  return JSON.stringify(cleaned(value));
}

export const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\uFFFD");

function cleaned(value: unknown): unknown {
  if (typeof value === "string") return storable(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storable(key), cleaned(inner)]));
}
