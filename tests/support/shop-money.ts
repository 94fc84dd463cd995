/** Arithmetic of the shop's money done once more from the documentation alone, for checks to compare with. */

/** USD with at most six decimals per million tokens, as whole pico-USD per token. */
export function picoPerToken(usdPerMillion: number | string): bigint {
  const [whole, fraction = ""] = String(usdPerMillion).split(".");
  return BigInt(whole! + fraction.padEnd(6, "0"));
}

/** USD with at most nine decimals as whole nano-USD. */
export function nanoOf(usd: number | string): bigint {
  const [whole, fraction = ""] = String(usd).split(".");
  return BigInt(whole! + fraction.padEnd(9, "0"));
}

export type Buckets = Readonly<Record<string, number>>;

/** Sum of all lines, rounded up once to the next nano-USD. */
export function chargeOf(usage: Buckets, price: Readonly<Record<string, number>>): bigint {
  let pico = 0n;
  for (const [bucket, quantity] of Object.entries(usage)) pico += BigInt(quantity) * picoPerToken(price[bucket] ?? 0);
  return (pico + 999n) / 1_000n;
}
