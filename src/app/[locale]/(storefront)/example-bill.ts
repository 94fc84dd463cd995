import { ceilToNano, pico } from "#money/amount.ts";

/** Quantities of a middling chat request with a warm cache. */
const EXAMPLE = [
  { item: "input", label: "input", tokens: 1_204 },
  { item: "cache_read", label: "cached", tokens: 48_320 },
  { item: "output", label: "output", tokens: 1_512 },
] as const;

/** The lines of a receipt at the given list prices; lines are exact, only the sum is rounded, up to the nano-dollar. */
export function exampleBill(items: Readonly<Record<string, bigint>>) {
  const lines = EXAMPLE.flatMap((line) => {
    const price = items[line.item];
    return price === undefined ? [] : [{ ...line, pico: price, amountPico: BigInt(line.tokens) * price }];
  });
  const sumPico = lines.reduce((sum, { amountPico }) => sum + amountPico, 0n);
  const chargePico = ceilToNano(pico(sumPico)) * 1_000n;
  return { lines, sumPico, roundingPico: chargePico - sumPico, chargePico };
}
