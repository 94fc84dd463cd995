/** More than any request has; keeps the sums within exact numbers. */
const QUANTITY_MAX = 1_000_000_000;

/** Digits of what somebody typed, separators of either language ignored. */
export function parseQuantity(text: string): number {
  const digits = text.replace(/[^0-9]/g, "").slice(0, 10);
  return Math.min(QUANTITY_MAX, Number(digits === "" ? 0 : digits));
}
