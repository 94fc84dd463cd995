import { compilePrice, type Multiplier, type Pico, type PriceDocument } from "#money/price.ts";
import { formatPerMillion, formatPerPiece } from "#ui/storefront/numbers.ts";

/** A price as it crosses to the browser: plain data, amounts as decimal text in pico-USD. */
export type PriceBasis = Readonly<{ document: PriceDocument; multipliers: readonly Multiplier[] }>;

/** What a price is written per. */
export type PriceUnit = "tokens" | "characters" | "second" | "calls" | "piece";

const ORDER = [
  "input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning", "input_image", "output_image", "input_audio", "cache_read_audio",
  "output_audio", "input_video", "request", "image", "video", "video_ms", "audio_in_ms", "audio_out_ms", "session_ms", "char", "search_unit", "page",
  "web_search", "file_search", "url_fetch", "code_session",
] as const;
const TOKENS: ReadonlySet<string> = new Set(ORDER.slice(0, 12));
const CALLS: ReadonlySet<string> = new Set(["web_search", "file_search", "url_fetch", "code_session", "search_unit"]);

export const isTokenItem = (item: string): boolean => TOKENS.has(item);

export function unitOf(item: string): PriceUnit {
  const family = item.split(":")[0]!;
  if (TOKENS.has(family)) return "tokens";
  if (family === "char") return "characters";
  if (family.endsWith("_ms")) return "second";
  return CALLS.has(family) || family === "tool" ? "calls" : "piece";
}

/** The amount in the unit that people read: per million tokens or characters, per second, per thousand calls, or a piece. */
export function formatUnit(item: string, price: bigint): string {
  const unit = unitOf(item);
  if (unit === "tokens" || unit === "characters") return formatPerMillion(price);
  return formatPerPiece(unit === "piece" ? price : price * 1_000n);
}

/** The buckets that a document names anywhere, in the order people expect. */
export function itemsOf({ items, tiers = [], service = {} }: PriceDocument): readonly string[] {
  const named = new Set([items, ...tiers.map((tier) => tier.items), ...Object.values(service).map((rule) => rule.items ?? {})].flatMap((part) => Object.keys(part)));
  const place = (item: string): number => {
    const at = (ORDER as readonly string[]).indexOf(item.split(":")[0]!);
    return at < 0 ? ORDER.length : at;
  };
  return [...named].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}

/** One column of the price table: everything below a border, or above it. */
export type PriceColumn = Readonly<{ over: number; marginal: boolean; prices: Readonly<Record<string, Pico>> }>;

/** Effective prices outside of time windows, one column a tier. */
export function priceColumns({ document, multipliers }: PriceBasis): readonly PriceColumn[] {
  const { windows: _, ...always } = document;
  const price = compilePrice({ versionId: 0n, document: always, multipliers });
  const borders = [0, ...[...(document.tiers ?? [])].map(({ over }) => over).sort((a, b) => a - b)];
  return borders.map((over) => {
    const { prices } = price.card(over + (over > 0 ? 1 : 0), 0);
    const marginal = document.tiers?.find((tier) => tier.over === over)?.mode === "marginal";
    if (!marginal) return { over, marginal, prices };
    const above = Object.entries(prices).flatMap(([item, amount]) => (item.endsWith(`:over_${over}`) ? [[item.slice(0, item.indexOf(":over_")), amount] as const] : []));
    return { over, marginal, prices: { ...prices, ...Object.fromEntries(above) } };
  });
}

/** Prices outside of windows and below the first tier: what lists show. */
export function regularPrices(basis: PriceBasis): Readonly<Record<string, Pico>> {
  const { items } = basis.document;
  const { prices } = priceColumns({ ...basis, document: { items } })[0]!;
  return Object.fromEntries(Object.keys(items).flatMap((item) => (prices[item] === undefined ? [] : [[item, prices[item]]])));
}

/** A percentage of the regular price in hours of the day: `days` Monday first. */
export type WindowRow = Readonly<{ tz: string; days: string; from: string; to: string; ppm: number }>;
export const windowRows = ({ windows = [] }: PriceDocument): readonly WindowRow[] => windows;

/** Other factors that a caller chooses by `service_tier`. */
export const serviceRows = ({ service = {} }: PriceDocument): readonly Readonly<{ name: string; ppm: number }>[] =>
  Object.entries(service).flatMap(([name, { ppm }]) => (ppm === undefined ? [] : [{ name, ppm }]));

/** 900000 -> "0.9", 1250000 -> "1.25": exact, for people. */
export function formatFactor(ppm: number): string {
  const fraction = String(ppm % 1_000_000).padStart(6, "0").replace(/0+$/, "");
  return `${Math.trunc(ppm / 1_000_000)}${fraction === "" ? "" : `.${fraction}`}`;
}
