/** A value as text. Objects have none: one with a member called `toString` could not be turned into any. */
export const plainText = (value: unknown): string => (typeof value === "object" ? "" : String(value));

/** A value as a number, or none. */
export const plainNumber = (value: unknown): number => (typeof value === "object" ? Number.NaN : Number(value));
