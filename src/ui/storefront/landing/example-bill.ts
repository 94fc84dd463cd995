import { estimate } from "#ui/storefront/estimate.ts";
import type { PriceBasis } from "#ui/storefront/price-rows.ts";

/** Quantities of a middling chat request with a warm cache. */
const EXAMPLE = { input: 1_204, cache_read: 48_320, output: 1_512 } as const;
const LABELS = { input: "input", cache_read: "cached", output: "output" } as const;

type Line = Readonly<{ item: keyof typeof EXAMPLE; label: (typeof LABELS)[keyof typeof LABELS]; tokens: number; pico: bigint; amountPico: bigint }>;

/** The lines of a receipt at these prices, by the code that charges: lines are exact, only the sum is rounded up to the nano-dollar. */
export function exampleBill({ document: { windows: _, ...document }, multipliers }: PriceBasis) {
  const quantities = document.items["cache_read"] === undefined ? { input: EXAMPLE.input, output: EXAMPLE.output } : EXAMPLE;
  const { lines, roundingPico, totalPico } = estimate({ document, multipliers }, quantities, 1, 0);
  const shown = lines.flatMap(({ item, quantity, amountPico }): Line[] =>
    (item in LABELS ? [{ item: item as keyof typeof EXAMPLE, label: LABELS[item as keyof typeof EXAMPLE], tokens: quantity, pico: amountPico / BigInt(quantity), amountPico }] : []));
  return { lines: shown, roundingPico, chargePico: totalPico };
}

