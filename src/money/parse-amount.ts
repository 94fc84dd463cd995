import { nano, pico, type Nano, type Pico } from "#money/amount.ts";

/** Text that is no amount; the message is for the person who typed it. */
export class AmountError extends Error {
  override readonly name = "AmountError";
}

const PLAIN = /^(\d{1,9})(?:\.(\d+))?$/;

/**
 * Reads an amount in USD such as `20`, `0.50` or `0.000000001`.
 *
 * @throws AmountError on signs, exponents, separators, other digits than ASCII, more than 9 digits on either side
 */
export const parseUsd = (text: string): Nano => nano(decimal(text, 9, "an amount in USD such as 12.50, with at most nine decimals"));

/**
 * The same with an optional leading `-`.
 *
 * @throws AmountError
 */
export function parseSignedUsd(text: string): Nano {
  const trimmed = text.trim();
  return trimmed.startsWith("-") ? nano(-parseUsd(trimmed.slice(1))) : parseUsd(trimmed);
}

/**
 * Reads a price in USD per million tokens (numbers of YAML and JSON files by their shortest decimal digits).
 *
 * @returns pico-USD per token: $1 per million is 1,000,000
 * @throws AmountError; on more than six decimals it names the two prices next to it
 */
export const parsePerMillion = (price: string | number): Pico => pico(exact(price, 6, "a price in USD per million tokens"));

/**
 * Reads a price in USD for one piece (picture, call, character).
 *
 * @returns pico-USD per piece: $1 is 10^12
 * @throws AmountError; on more than twelve decimals it names the two prices next to it
 */
export const parsePerPiece = (price: string | number): Pico => pico(exact(price, 12, "a price in USD"));

/**
 * Reads a price in USD per second.
 *
 * @returns pico-USD per millisecond: $1 a second is 10^9
 * @throws AmountError; on more than nine decimals it names the two prices next to it
 */
export const parsePerSecond = (price: string | number): Pico => pico(exact(price, 9, "a price in USD per second"));

/** Decimal text of USD: at least two decimals, none more than needed (`20.00`, `0.001234`, `-1.50`). */
export const formatUsd = (amount: bigint): string => shortest(amount, 9, 2);

/** Pico-USD per token as USD per million tokens: `2.50`. */
export const formatPerMillion = (price: bigint): string => shortest(price, 6, 2);

/** Pico-USD per piece as USD: `0.04`. */
export const formatPerPiece = (price: bigint): string => shortest(price, 12, 2);

/** Pico-USD per millisecond as USD per second. */
export const formatPerSecond = (price: bigint): string => shortest(price, 9, 2);

/** Fixed number of decimals, rounded toward zero: `12.34`. */
export function toDecimals(amount: bigint, scale: number, decimals: number): string {
  const kept = amount / 10n ** BigInt(scale - decimals);
  return shortest(kept, decimals, decimals);
}

function decimal(text: string, decimalsMax: number, wanted: string): bigint {
  const match = PLAIN.exec(text.trim());
  const decimals = match?.[2] ?? "";
  if (!match || decimals.length > decimalsMax) throw new AmountError(`"${text}" is not ${wanted}`);
  return BigInt(match[1] + decimals.padEnd(decimalsMax, "0"));
}

/** A price must be a whole number of pico-USD per unit: rounding a typed price would charge what nobody typed. */
function exact(price: string | number, decimalsMax: number, wanted: string): bigint {
  const text = String(price).trim();
  const match = PLAIN.exec(text);
  if (!match) throw new AmountError(`"${text}" is not ${wanted}, such as 2.50`);
  const decimals = (match[2] ?? "").replace(/0+$/, "");
  if (decimals.length <= decimalsMax) return BigInt(match[1] + decimals.padEnd(decimalsMax, "0"));
  const below = BigInt(match[1] + decimals.slice(0, decimalsMax));
  const near = [below, below + 1n].map((value) => shortest(value, decimalsMax, 2));
  throw new AmountError(`"${text}" has more than ${decimalsMax} decimals; the nearest prices are ${near.join(" and ")}`);
}

function shortest(amount: bigint, scale: number, decimalsMin: number): string {
  const sign = amount < 0n ? "-" : "";
  const digits = (amount < 0n ? -amount : amount).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "").padEnd(decimalsMin, "0");
  return fraction ? `${sign}${whole}.${fraction}` : `${sign}${whole}`;
}
