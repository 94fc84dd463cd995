import { formatPerMillion, formatUsd, toDecimals } from "#money/parse-amount.ts";

const MINUS = "\u2212"; // the minus sign, not a hyphen
const USD = 1_000_000_000n;

/** A balance for people: never shows more than there is. Four decimals below one dollar, else two. */
export function displayBalance(amountNano: bigint): string {
  const size = amountNano < 0n ? -amountNano : amountNano;
  return signed(amountNano, toDecimals(size, 9, size < USD ? 4 : 2));
}

/** The charge of one request: two significant digits at least, nine decimals at most, rounded up (`$0.0000021`). */
export function displayCharge(chargeNano: bigint): string {
  if (chargeNano <= 0n) return signed(chargeNano, formatUsd(chargeNano < 0n ? -chargeNano : chargeNano));
  const digits = chargeNano.toString().length;
  const decimals = Math.min(9, Math.max(2, 9 - digits + 2));
  const unit = 10n ** BigInt(9 - decimals);
  return `$${formatUsd(((chargeNano + unit - 1n) / unit) * unit)}`;
}

/** A price per million tokens, exact: `$2.50`. */
export const displayPerMillion = (pricePico: bigint): string => `$${formatPerMillion(pricePico)}`;

/** Columns of CSV files: nine decimals, plain minus. */
export function csvAmount(amountNano: bigint): string {
  const text = toDecimals(amountNano < 0n ? -amountNano : amountNano, 9, 9);
  return amountNano < 0n ? `-${text}` : text;
}

const signed = (amount: bigint, text: string): string => (amount < 0n ? `${MINUS}$${text}` : `$${text}`);
