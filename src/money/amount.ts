declare const unit: unique symbol;
/** Whole nano-USD (1e-9 USD): what wallets and the ledger hold. */
export type Nano = bigint & { readonly [unit]: "nano-usd" };
/** Whole pico-USD (1e-12 USD): what prices are written in, per unit. */
export type Pico = bigint & { readonly [unit]: "pico-usd" };
/** Parts per million: 1.0 is 1,000,000. */
export type Ppm = number & { readonly [unit]: "ppm" };

export const nano = (value: bigint): Nano => value as Nano;
export const pico = (value: bigint): Pico => value as Pico;
export const ppm = (value: number): Ppm => value as Ppm;

export const ZERO_NANO = nano(0n);

/**
 * Rounds a pico sum up to whole nano, in the shop's favour by less than 1e-9 USD.
 * Called once per charge, never per line: lines stay exact.
 */
export const ceilToNano = (sum: Pico): Nano => nano((sum + 999n) / 1000n);

/** The most that PostgreSQL's bigint holds: no single price or balance may pass it. */
export const BIGINT_MAX = 9_223_372_036_854_775_807n;

const MILLION = 1_000_000n;

/**
 * List price times all multipliers, as one exact fraction rounded half up once. The order of the factors does not
 * matter. 0 only when the list price or a factor is 0; otherwise at least 1 pico.
 */
export function effectivePico(list: Pico, factors: readonly Ppm[]): Pico {
  let numerator: bigint = list;
  let denominator = 1n;
  for (const factor of factors) {
    numerator *= BigInt(factor);
    denominator *= MILLION;
  }
  if (numerator === 0n) return pico(0n);
  const rounded = (2n * numerator + denominator) / (2n * denominator);
  return pico(rounded === 0n ? 1n : rounded);
}
