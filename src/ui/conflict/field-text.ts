/** A value of a form as one line: lists by commas, tables as `rpm 60, tpm 1000`. */
export function fieldText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(fieldText).join(", ");
  if (typeof value === "object") return Object.entries(value).filter(([, each]) => each !== undefined).map(([key, each]) => `${key} ${fieldText(each)}`).join(", ");
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" ? value.toString() : "";
}
