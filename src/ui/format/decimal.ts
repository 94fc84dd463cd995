/** Shown for a value that is not known: never blank, never 0. */
export const MISSING = "—";
/** The minus sign, not a hyphen: as wide as a plus, and it does not break. */
export const MINUS = "\u2212";

/**
 * Decimal text of a whole number of small units.
 *
 * @param units at least 0
 * @param scale how many decimals the unit stands for
 * @param least how many decimals are always shown; further trailing zeros are cut
 */
export function decimal(units: bigint, scale: number, least: number): string {
  const size = 10n ** BigInt(scale);
  const whole = grouped(units / size);
  const fraction = (units % size).toString().padStart(scale, "0").slice(0, scale).replace(/0+$/, "").padEnd(Math.min(least, scale), "0");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Digits in groups of three: the same in both languages, because the trade's own tables are. */
export const grouped = (whole: bigint | number): string => whole.toString().replace(/\B(?=(\d{3})+$)/g, ",");
