const MILLION = 1_000_000n;

/** A price times a factor in millionths, rounded up as it is when it is published. */
export const times = (pico: bigint, ppm: number): bigint => (pico * BigInt(ppm) + MILLION - 1n) / MILLION;

/** The share of a price that is left after its cost; undefined where either is unknown or nothing is asked. */
export function marginOf(price: bigint | null, cost: bigint | null): number | undefined {
  if (price === null || cost === null || price === 0n) return undefined;
  return Number(((price - cost) * MILLION) / price) / 1_000_000;
}
