import { BIGINT_MAX, ceilToNano, effectivePico, pico, type Nano, type Pico, type Ppm } from "#money/amount.ts";
import { PriceDocumentError, type PriceDocument } from "#money/price-document.ts";
import { INPUT_ITEMS, priceKey, TOKEN_ITEMS, tokenPrice, wantsPrice } from "#money/price-items.ts";
import { compileWindow } from "#money/price-windows.ts";
import { withId, type ChargeLine, type Multiplier, type RateCard } from "#money/rate-card.ts";
import { COLUMN_ITEMS, type Quantities } from "#money/usage.ts";

export { parsePriceDocument, PriceDocumentError } from "#money/price-document.ts";
export { totalInputTokens } from "#money/usage.ts";
export type { PriceDocument, Pico, Ppm, Multiplier, RateCard, Quantities };

/** A price document joined with its multipliers: ready to give cards. Built once per (version, multipliers), kept in the snapshot. */
export interface CompiledPrice {
  readonly versionId: bigint;
  readonly document: PriceDocument;
  /**
   * The card for a request of so many input tokens (all buckets), admitted at `atMs`, served at `serviceTier`.
   *
   * @param endMs when the request ended, for cost windows that go by the end; default `atMs`
   */
  card(totalInput: number, atMs: number, serviceTier?: string, endMs?: number): RateCard;
  /**
   * The dearest card a request of at most `maxInput` tokens could be charged with: what the hold uses.
   *
   * @param serviceTier the tier asked for, when the vendor cannot serve a dearer one unasked; left out = the dearest of all
   */
  worst(maxInput: number, atMs: number, serviceTier?: string): RateCard;
  /** Every effective price is 0. */
  readonly free: boolean;
}

export type Charge = Readonly<{
  lines: readonly ChargeLine[];
  sumPico: Pico;
  chargeNano: Nano;
  unpriced: boolean;
  /** The quantities under the names they are priced by: what goes into the charge record. */
  quantities: Quantities;
}>;

type Prices = Record<string, Pico>;

/**
 * @throws PriceDocumentError when a price passes PostgreSQL's bigint after its multipliers
 */
export function compilePrice({ versionId, document, multipliers }: Readonly<{
  versionId: bigint; document: PriceDocument; multipliers: readonly Multiplier[];
}>): CompiledPrice {
  const tiers = [...(document.tiers ?? [])].sort((a, b) => a.over - b.over);
  const services = document.service ?? {};
  const windows = (document.windows ?? []).map(compileWindow);
  const cards = new Map<string, RateCard>();

  const outcome = (passed: number, service: string, open: string): RateCard => once(cards, `${passed} ${open} ${service}`, () => {
    const served = services[service];
    const factors: Multiplier[] = [...multipliers];
    if (served?.ppm !== undefined) factors.push({ source: "service", name: service, ppm: served.ppm as Ppm });
    windows.forEach((window, i) => { if (open[i] === "1") factors.push({ source: "window", name: window.name, ppm: window.ppm }); });
    return buildCard(versionId, segments(document, tiers.slice(0, passed), served?.items), factors);
  });
  const passedBy = (input: number): number => tiers.filter(({ over }) => input > over).length;
  const openAt = (startMs: number, endMs: number): string =>
    windows.length === 0 ? "" : windows.map((window) => (window.open(window.at === "end" ? endMs : startMs) ? "1" : "0")).join("");
  const known = (service: string | undefined): string => (service !== undefined && Object.hasOwn(services, service) ? service : "");

  const worst = (maxInput: number, atMs: number, serviceTier?: string): RateCard => {
    const passed = passedBy(maxInput);
    const open = openAt(atMs, atMs);
    const reachable = serviceTier === undefined ? ["", ...Object.keys(services)] : ["", known(serviceTier)];
    return once(cards, `worst ${passed} ${open} ${serviceTier === undefined ? "*" : known(serviceTier)}`, () =>
      dearest(reachable.flatMap((service) => Array.from({ length: passed + 1 }, (_, i) => outcome(i, service, open)))));
  };

  // Most documents have neither tiers nor services nor windows: one card for every request.
  const only = tiers.length === 0 && windows.length === 0 && Object.keys(services).length === 0 ? outcome(0, "", "") : undefined;
  return {
    versionId,
    document,
    card: (totalInput, atMs, serviceTier, endMs) => only ?? outcome(passedBy(totalInput), known(serviceTier), openAt(atMs, endMs ?? atMs)),
    worst: (maxInput, atMs, serviceTier) => only ?? worst(maxInput, atMs, serviceTier),
    // no window open: a price that is 0 for some hours only is not free
    free: ["", ...Object.keys(services)].every((service) => tiers.every((_, i) => isFree(outcome(i + 1, service, ""))) && isFree(outcome(0, service, ""))),
  };
}

/** Every price of the card is 0. */
export function isFree(card: RateCard): boolean {
  for (const item in card.prices) if (card.prices[item]! > 0n) return false;
  return true;
}

/** Quantity × price of one line, exact. */
export const lineSum = (quantity: number | bigint, unitPico: bigint | string): Pico => pico(BigInt(quantity) * BigInt(unitPico));

/**
 * Prices a usage: exact sum of lines, rounded up to whole nano once.
 *
 * @param quantities non-negative safe integers by price-book item
 */
export function priceUsage(card: RateCard, quantities: Quantities): Charge {
  const billed = billedQuantities(card, quantities);
  const lines: ChargeLine[] = [];
  let sum = 0n;
  let unpriced = false;
  for (const item in billed) {
    const quantity = billed[item]!;
    const unitPico = card.prices[item];
    if (unitPico === undefined ? wantsPrice(item) : card.unpriced.has(item)) unpriced = true;
    if (unitPico === undefined && !wantsPrice(item)) continue;
    const amountPico = pico(BigInt(quantity) * (unitPico ?? 0n));
    sum += amountPico;
    lines.push({ item, quantity, unitPico: unitPico ?? pico(0n), amountPico });
  }
  return { lines, sumPico: pico(sum), chargeNano: ceilToNano(pico(sum)), unpriced, quantities: billed };
}

/**
 * Quantities under the names that the card prices: a picture of an unlisted size becomes `image`, input above a
 * marginal tier's border `input:over_200000`. Doing it again changes nothing. Returns the same object when nothing applies.
 */
export function billedQuantities(card: RateCard, quantities: Quantities): Quantities {
  let renamed: Record<string, number> | undefined;
  for (const item in quantities) {
    const key = card.prices[item] === undefined ? priceKey(card.prices, item) : item;
    if (key === undefined || key === item) continue;
    renamed ??= { ...quantities };
    delete renamed[item];
    renamed[key] = (renamed[key] ?? 0) + quantities[item]!;
  }
  return card.borders ? splitAtBorders(card.borders, renamed ?? quantities) : renamed ?? quantities;
}

function splitAtBorders(borders: readonly number[], quantities: Quantities): Quantities {
  if (borders.some((border) => INPUT_ITEMS.some((item) => quantities[`${item}:over_${border}`] !== undefined))) return quantities;
  const split: Record<string, number> = { ...quantities };
  let position = 0;
  for (const item of INPUT_ITEMS) {
    const end = position + (quantities[item] ?? 0);
    if (end === position) continue;
    [0, ...borders].forEach((border, i, starts) => {
      const inside = Math.min(end, starts[i + 1] ?? Infinity) - Math.max(position, border);
      const name = i === 0 ? item : `${item}:over_${border}`;
      if (inside > 0) split[name] = inside;
      else delete split[name];
    });
    position = end;
  }
  return split;
}

/** List prices of the part of the input below the first border, then above each marginal border. */
type Segments = readonly Readonly<{ border: number; list: Prices }>[];

/** The highest whole tier passed reprices everything; marginal tiers above it price only what is above them. */
function segments(document: PriceDocument, passed: NonNullable<PriceDocument["tiers"]>, service: Readonly<Record<string, string>> | undefined): Segments {
  const last = passed.findLastIndex(({ mode }) => mode === "whole");
  const base = { ...document.items, ...passed[last]?.items };
  const list = (items: Readonly<Record<string, string>>): Prices =>
    Object.fromEntries(Object.entries({ ...base, ...items, ...service }).map(([item, price]) => [item, pico(BigInt(price))]));
  return [
    { border: 0, list: list({}) },
    ...passed.slice(last + 1).map(({ over, items }) => ({ border: over, list: list(items) })),
  ];
}

/** Input below the first border has the first segment's prices; everything that is not input has the last one's. */
function buildCard(priceVersionId: bigint, parts: Segments, multipliers: readonly Multiplier[]): RateCard {
  const factors = multipliers.map(({ ppm }) => ppm);
  const effective = parts.map(({ list }) => effectivePrices(list, factors));
  const first = effective[0]!;
  const prices: Prices = { ...effective.at(-1)! };
  for (const item of INPUT_ITEMS) if (first[item] !== undefined) prices[item] = first[item];
  parts.slice(1).forEach(({ border }, i) => {
    for (const item of INPUT_ITEMS) {
      const price = effective[i + 1]![item];
      if (price !== undefined) prices[`${item}:over_${border}`] = price;
    }
  });
  const sellsTokens = TOKEN_ITEMS.some((item) => prices[item] !== undefined);
  const unpriced = new Set(sellsTokens ? TOKEN_ITEMS.filter((item) => prices[item] === undefined) : []);
  for (const item of [...unpriced, ...COLUMN_ITEMS]) prices[item] ??= pico(0n);
  return withId({ priceVersionId, multipliers, prices, unpriced, ...(parts.length > 1 && { borders: parts.slice(1).map(({ border }) => border) }) });
}

function effectivePrices(list: Prices, factors: readonly Ppm[]): Prices {
  const prices: Prices = {};
  const set = (item: string, price: Pico | undefined): void => {
    if (price === undefined) return;
    const effective = effectivePico(price, factors);
    if (effective > BIGINT_MAX) throw new PriceDocumentError(`items.${item} is too large after its multipliers`);
    prices[item] = effective;
  };
  for (const item in list) set(item, list[item]);
  for (const item of TOKEN_ITEMS) if (prices[item] === undefined) set(item, tokenPrice(list, item));
  return prices;
}

/** Joins the cards by the dearest price of each item; what is above a border counts as the item itself. */
function dearest(cards: readonly RateCard[]): RateCard {
  const first = cards[0]!;
  if (cards.every(({ id }) => id === first.id)) return first;
  const prices: Prices = {};
  for (const card of cards) {
    for (const name in card.prices) {
      const item = name.replace(/:over_\d+$/, "");
      const price = card.prices[name]!;
      if (prices[item] === undefined || price > prices[item]) prices[item] = price;
    }
  }
  const unpriced = new Set([...first.unpriced].filter((item) => cards.every((card) => card.unpriced.has(item))));
  return withId({ priceVersionId: first.priceVersionId, multipliers: first.multipliers, prices, unpriced });
}

function once(cards: Map<string, RateCard>, key: string, build: () => RateCard): RateCard {
  const kept = cards.get(key);
  if (kept) return kept;
  const card = build();
  cards.set(key, card);
  return card;
}
