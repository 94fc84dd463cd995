import { compilePrice, priceUsage, totalInputTokens } from "#money/price.ts";
import { formatPerPiece } from "#ui/storefront/numbers.ts";
import { isTokenItem, itemsOf, unitOf, type PriceBasis } from "#ui/storefront/price-rows.ts";
import { parseQuantity } from "#ui/storefront/quantity.ts";

/** A line of an estimate over all calls, exact in pico-USD. */
export type EstimateLine = Readonly<{ item: string; quantity: number; amountPico: bigint }>;

export type Estimate = Readonly<{
  lines: readonly EstimateLine[];
  /** What rounding each call up to the nano-dollar adds. */
  roundingPico: bigint;
  totalPico: bigint;
  perCallPico: bigint;
}>;

const FIELDS_MAX = 8;
const NANO_TO_PICO = 1_000n;
const MS_PER_SECOND = 1_000;

/** The quantities worth asking for. `request` is always one. */
export function fieldsOf({ document }: PriceBasis): readonly string[] {
  const items = itemsOf(document).filter((item) => item !== "request");
  return items.slice(0, FIELDS_MAX);
}

/**
 * What so many equal calls cost at `atMs`, by the very code that charges them: the same card, the same lines, each call
 * rounded up once.
 */
export function estimate({ document, multipliers }: PriceBasis, perCall: Readonly<Record<string, number>>, calls: number, atMs: number): Estimate {
  const quantities = { request: 1, ...Object.fromEntries(Object.entries(perCall).filter(([, quantity]) => quantity > 0)) };
  const card = compilePrice({ versionId: 0n, document, multipliers }).card(totalInputTokens(quantities), atMs);
  const { lines, sumPico, chargeNano } = priceUsage(card, quantities);
  const times = BigInt(calls);
  const perCallPico = chargeNano * NANO_TO_PICO;
  return {
    lines: lines.map(({ item, quantity, amountPico }) => ({ item, quantity, amountPico: amountPico * times })),
    roundingPico: (perCallPico - sumPico) * times,
    totalPico: perCallPico * times,
    perCallPico,
  };
}

/** An estimate as the calculator writes it. */
export type EstimateText = Readonly<{
  /** By field; input above a marginal tier's border counts to its field. */
  amounts: Readonly<Record<string, string>>;
  /** What is charged beside the fields, such as a price per request. */
  others: readonly Readonly<{ item: string; amount: string }>[];
  rounding: string | undefined;
  total: string;
  perCall: string;
}>;

/** @param perCall times in seconds, as their price is written */
export function estimateText(basis: PriceBasis, fields: readonly string[], perCall: Readonly<Record<string, number>>, calls: number, atMs: number): EstimateText {
  const measured = Object.fromEntries(Object.entries(perCall).map(([item, quantity]) => [item, unitOf(item) === "second" ? quantity * MS_PER_SECOND : quantity]));
  const { lines, roundingPico, totalPico, perCallPico } = estimate(basis, measured, calls, atMs);
  const sums = new Map<string, bigint>();
  for (const { item, amountPico } of lines) {
    const field = item.replace(/:over_\d+$/, "");
    sums.set(field, (sums.get(field) ?? 0n) + amountPico);
  }
  return {
    amounts: Object.fromEntries(fields.map((item) => [item, formatPerPiece(sums.get(item) ?? 0n)])),
    others: [...sums].filter(([item]) => !fields.includes(item)).map(([item, amount]) => ({ item, amount: formatPerPiece(amount) })),
    rounding: roundingPico > 0n ? formatPerPiece(roundingPico) : undefined,
    total: formatPerPiece(totalPico),
    perCall: formatPerPiece(perCallPico),
  };
}

export type Preset = Readonly<{ id: "turn" | "agent" | "book"; calls: number; quantities: Readonly<Record<string, number>> }>;

/** Shapes of work that people recognise; only for models that read and write text. */
const PRESETS: readonly Preset[] = [
  { id: "turn", calls: 1_000, quantities: { input: 1_200, output: 350 } },
  { id: "agent", calls: 120, quantities: { input: 2_000, cache_read: 45_000, cache_write_5m: 1_500, output: 900 } },
  { id: "book", calls: 1, quantities: { input: 550_000, output: 4_000 } },
];

/** Cached tokens of a model without a price for them are plain input. */
export function presetsFor(fields: readonly string[]): readonly Preset[] {
  if (!fields.includes("input") || !fields.includes("output")) return [];
  return PRESETS.map(({ quantities, ...preset }) => {
    const fitting: Record<string, number> = {};
    for (const [item, quantity] of Object.entries(quantities)) {
      const field = fields.includes(item) ? item : "input";
      fitting[field] = (fitting[field] ?? 0) + quantity;
    }
    return { ...preset, quantities: fitting };
  });
}

/** Where the calculator begins: what the address says (a form sent without a script), else the first preset. */
export function estimateStart(fields: readonly string[], parameters: Readonly<Record<string, string | readonly string[] | undefined>>): Readonly<{ quantities: Readonly<Record<string, number>>; calls: number }> {
  const given = (name: string): number | undefined => {
    const value = parameters[`n.${name}`];
    return typeof value === "string" ? parseQuantity(value) : undefined;
  };
  const calls = given("calls");
  if (calls !== undefined) return { calls, quantities: Object.fromEntries(fields.map((item) => [item, given(item) ?? 0])) };
  const preset = presetsFor(fields)[0];
  return preset ?? { calls: 1, quantities: Object.fromEntries(fields.slice(0, 1).map((item) => [item, isTokenItem(item) ? 1_000_000 : 1])) };
}
