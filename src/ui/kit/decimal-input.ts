/** Amounts as people type them, to whole units and back; never through a float. */

export type ParseProblem = "empty" | "form" | "negative" | "digits";
export type Parsed = Readonly<{ ok: true; units: bigint } | { ok: false; problem: ParseProblem }>;

const FORM = /^(-)?(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})?(?:\.(\d*))?$/;

/**
 * Text with a decimal point as units of 10^-digits. Thousands separators and a leading dollar sign are tolerated, as
 * they come with pasted amounts; more decimals than there are units for are refused rather than cut off.
 */
export function parseDecimal(text: string, digits: number, { negative = false }: { negative?: boolean } = {}): Parsed {
  const bare = text.trim().replace(/^(-|−)?\s*\$\s*/, "$1").replace("−", "-").replaceAll(" ", "");
  if (bare === "") return { ok: false, problem: "empty" };
  const match = FORM.exec(bare);
  const [, minus, whole = "", fraction = ""] = match ?? [];
  if (!match || (whole === "" && fraction === "")) return { ok: false, problem: "form" };
  if (minus && !negative) return { ok: false, problem: "negative" };
  const exact = fraction.replace(/0+$/, "");
  if (exact.length > digits) return { ok: false, problem: "digits" };
  const units = BigInt(whole.replaceAll(",", "") || "0") * 10n ** BigInt(digits) + BigInt(exact.padEnd(digits, "0") || "0");
  return { ok: true, units: minus ? -units : units };
}

/** Units of 10^-digits as text for an input: no separators, at least `least` decimals. */
export function decimalText(units: bigint, digits: number, least = 2): string {
  const size = units < 0n ? -units : units;
  const scale = 10n ** BigInt(digits);
  const fraction = (size % scale).toString().padStart(digits, "0").replace(/0+$/, "").padEnd(Math.min(least, digits), "0");
  return `${units < 0n ? "-" : ""}${size / scale}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Ratio 1 is 2 USD per million tokens = 2,000,000 pico-USD per token. */
const PICO_PER_RATIO = 2_000_000n;
const RATIO_DIGITS = 7;
export const PRICE_DIGITS = 6;

export const ratioText = (pico: bigint): string => decimalText((pico * 10n ** BigInt(RATIO_DIGITS)) / PICO_PER_RATIO, RATIO_DIGITS, 0);

/** A ratio as pico-USD per token; one that is no whole number of them is refused. */
export function parseRatio(text: string): Parsed {
  const parsed = parseDecimal(text, RATIO_DIGITS);
  if (!parsed.ok) return parsed;
  const scaled = parsed.units * PICO_PER_RATIO;
  const scale = 10n ** BigInt(RATIO_DIGITS);
  return scaled % scale === 0n ? { ok: true, units: scaled / scale } : { ok: false, problem: "digits" };
}
