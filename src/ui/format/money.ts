/** Amounts as text. Whole numbers only: a float would show a number that the ledger does not have. */
import { decimal, MINUS } from "#ui/format/decimal.ts";

const NANO_DIGITS = 9;
const NANO_PER_USD = 1_000_000_000n;

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
const usd = (amount: bigint, digits: string): string => `${amount < 0n ? MINUS : ""}$${digits}`;

/** A balance, rounded toward zero so that nobody sees money he cannot spend: 2 decimals from $1, 4 below. */
export function formatBalance(nano: bigint): string {
  const digits = size(nano) >= NANO_PER_USD ? 2 : 4;
  const units = size(nano) / 10n ** BigInt(NANO_DIGITS - digits);
  return usd(units === 0n ? 0n : nano, decimal(units, digits, 2));
}

/**
 * A charge in a list: rounded up to two significant digits at least, 2 decimals at least and 9 at most, so that no
 * charge reads as nothing. From $1 on it has two decimals.
 */
export function formatCharge(nano: bigint): string {
  const significant = NANO_DIGITS + 2 - size(nano).toString().length;
  const digits = Math.min(NANO_DIGITS, Math.max(2, significant));
  const unit = 10n ** BigInt(NANO_DIGITS - digits);
  const units = (size(nano) + unit - 1n) / unit;
  return usd(nano, decimal(units, digits, Math.min(digits, nano === 0n ? 2 : digits)));
}

/** Every digit that the ledger has, trailing zeros cut to two decimals: receipts, ledger, what a tooltip adds. */
export const formatExact = (nano: bigint): string => usd(nano, decimal(size(nano), NANO_DIGITS, 2));

/** An exact amount that moves a balance: the sign is always written. */
export const formatSigned = (nano: bigint): string => (nano > 0n ? `+${formatExact(nano)}` : formatExact(nano));

/** A total on a card: cents, rounded half away from zero; what is smaller than a cent shows like a charge. */
export function formatTotal(nano: bigint): string {
  const cent = NANO_PER_USD / 100n;
  if (size(nano) < cent) return formatCharge(nano);
  return usd(nano, decimal((size(nano) + cent / 2n) / cent, 2, 2));
}

const STEPS = [["B", 1_000_000_000_000_000_000n], ["M", 1_000_000_000_000_000n], ["K", 1_000_000_000_000n]] as const;

/** An amount beside an axis: `$1.5K`, `$0.50`, `$2`, `$0`. Takes a number too, because charts count in those. */
export function formatAxisUsd(nano: bigint | number): string {
  const exact = typeof nano === "bigint" ? nano : BigInt(Math.round(nano));
  const [letter, step] = STEPS.find(([, from]) => size(exact) >= from) ?? ["", NANO_PER_USD];
  const digits = size(exact) >= NANO_PER_USD ? 2 : NANO_DIGITS;
  // Parts of a dollar are cents; of thousands they are not.
  const least = letter === "" && size(exact) % NANO_PER_USD !== 0n ? 2 : 0;
  return usd(exact, decimal((size(exact) * 10n ** BigInt(digits)) / step, digits, least)) + letter;
}

/** An amount in a file: nine decimals, plain minus, no separators. */
export const formatCsvUsd = (nano: bigint | number): string => {
  const exact = typeof nano === "bigint" ? nano : BigInt(Math.round(nano));
  const digits = size(exact).toString().padStart(NANO_DIGITS + 1, "0");
  return `${exact < 0n ? "-" : ""}${digits.slice(0, -NANO_DIGITS)}.${digits.slice(-NANO_DIGITS)}`;
};

/** Why a typed amount is none: nothing typed, no number, too many decimals, more than anybody has, a minus where none may be. */
export type MoneyInputError = "empty" | "format" | "decimals" | "large" | "negative";

const WHOLE_DIGITS_MAX = 9;
/** A point for decimals in both languages; commas or blanks only where they group by three. */
const TYPED = /^(-?)\$?((?:\d{1,3}(?:[, \u00a0\u202f]\d{3})+|\d+))?(?:\.(\d*))?$/;

/**
 * Reads what a person typed or pasted as an amount in USD, without ever passing through a float.
 *
 * @param signed a leading minus is taken
 * @param digits most decimals taken; the result is in units of the last one
 */
export function parseMoneyInput(text: string, { signed = false, digits = NANO_DIGITS }: { signed?: boolean; digits?: number } = {}): bigint | { error: MoneyInputError } {
  const typed = text.trim().replace(/^\u2212/, "-").replace(/^\$-/, "-$");
  if (typed === "") return { error: "empty" };
  const match = TYPED.exec(typed);
  const [, minus = "", whole = "", fraction = ""] = match ?? [];
  if (!match || whole + fraction === "") return { error: "format" };
  if (minus !== "" && !signed) return { error: "negative" };
  const ones = whole.replace(/\D/g, "").replace(/^0+(?=\d)/, "");
  if (ones.length > WHOLE_DIGITS_MAX) return { error: "large" };
  const parts = fraction.replace(/0+$/, "");
  if (parts.length > digits) return { error: "decimals" };
  const units = BigInt((ones === "" ? "0" : ones) + parts.padEnd(digits, "0"));
  return minus === "" ? units : -units;
}

/** What an input shows for an amount: plain digits that parseMoneyInput reads back unchanged. */
export function moneyInputText(units: bigint, digits = NANO_DIGITS): string {
  return `${units < 0n ? "-" : ""}${decimal(size(units), digits, 2).replaceAll(",", "")}`;
}
