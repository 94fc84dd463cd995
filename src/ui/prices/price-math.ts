// The price book's arithmetic in the browser: the same integers as on the server, never a float.

/** Ratio 1 is 2 USD per million tokens: 2,000,000 pico-USD per token. */
const PICO_PER_RATIO = 2_000_000n;
const FACTOR_DIGITS = 6;
/** A ratio that ends within so many decimals is written out; of others so many are shown. */
const EXACT_DIGITS = 9n;
const SHOWN_DIGITS = 4n;

export type Items = Readonly<Record<string, bigint>>;
/** How a price is typed: USD per million, or as ratios of one-api's kind. */
export type Notation = "usd" | "ratio";

/** Token buckets in the order of the editor. Unset ones fall back. */
export const TOKEN_ITEMS = ["input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning", "input_image", "input_audio", "output_audio"] as const;
export const FALLBACK: Readonly<Record<string, string>> = {
  cache_read: "input", cache_write_5m: "input", cache_write_1h: "cache_write_5m", reasoning: "output", input_image: "input", input_audio: "input", output_audio: "output",
};

/** How many digits after the point a price of this item has in USD: per million tokens six, a piece twelve, a second nine. */
export const digitsOf = (item: string): number => (isTokenItem(item) ? 6 : item.endsWith("_ms") || item.startsWith("video_ms") ? 9 : 12);
export const isTokenItem = (item: string): boolean => (TOKEN_ITEMS as readonly string[]).includes(item) || ["input_video", "cache_read_audio", "output_image"].includes(item);

/** USD text of a price: `3.00`, `0.075`. */
export function usdText(pico: bigint, digits = FACTOR_DIGITS): string {
  const scale = 10n ** BigInt(digits);
  const fraction = (pico % scale).toString().padStart(digits, "0").replace(/0+$/, "").padEnd(2, "0");
  return `${pico / scale}.${fraction}`;
}

export type ParsedPrice = Readonly<{ pico: bigint; rounded?: boolean } | { problem: "empty" | "form" | "digits" }>;

const DECIMAL = /^(\d{1,9})?(?:\.(\d*))?$/;

const THOUSANDS = /^\d{1,3}(,\d{3})+(\.\d*)?$/;

/** Reads a typed USD price exactly; more digits than there are pico-USD for are refused, not rounded. */
export function parseUsd(text: string, digits = FACTOR_DIGITS): ParsedPrice {
  const typed = text.trim().replace(/^\$/, "");
  // A comma is taken between thousands only: `0,15` is fifteen cents to half of the world and would else be fifteen dollars.
  if (typed.includes(",") && !THOUSANDS.test(typed)) return { problem: "form" };
  const bare = typed.replaceAll(",", "");
  if (bare === "") return { problem: "empty" };
  const match = DECIMAL.exec(bare);
  if (!match || bare === ".") return { problem: "form" };
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  if (fraction.length > digits) return { problem: "digits" };
  return { pico: BigInt(match[1] ?? "0") * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, "0") || "0") };
}

/** What an item's ratio counts from: `input` from the fixed unit, audio out from audio in, all others from `input`. */
function baseOf(item: string, items: Items): bigint | undefined {
  if (item === "input") return PICO_PER_RATIO;
  if (item === "output_audio") return items.input_audio ?? items.input;
  return items.input;
}

/** The item's price as a ratio, exact where it ends within nine decimals; `≈` before one that does not. */
export function ratioText(item: string, items: Items): string {
  const price = items[item], base = baseOf(item, items);
  if (price === undefined || base === undefined || base === 0n) return "";
  const exact = (price * 10n ** EXACT_DIGITS) % base === 0n;
  const digits = exact ? EXACT_DIGITS : SHOWN_DIGITS;
  const text = ((2n * price * 10n ** digits + base) / (2n * base)).toString().padStart(Number(digits) + 1, "0");
  const fraction = text.slice(-Number(digits)).replace(/0+$/, "");
  return `${exact ? "" : "≈ "}${text.slice(0, -Number(digits))}${fraction === "" ? "" : `.${fraction}`}`;
}

/** A typed ratio as pico-USD per token; products that are not whole round half up, as in the systems it comes from. */
export function parseRatio(text: string, item: string, items: Items): ParsedPrice {
  const bare = text.trim();
  if (bare === "") return { problem: "empty" };
  const match = DECIMAL.exec(bare), base = baseOf(item, items);
  if (!match || bare === "." || base === undefined || (match[2] ?? "").length > 18) return { problem: "form" };
  const scale = 10n ** BigInt((match[2] ?? "").length);
  const product = base * BigInt(`${match[1] ?? "0"}${match[2] ?? ""}`);
  return { pico: (2n * product + scale) / (2n * scale), rounded: product % scale !== 0n };
}

/** A whole price document for the server: the edited items, and what the old one had besides. */
export function documentOf(items: Items, old: Readonly<Record<string, unknown>> | null | undefined): Record<string, unknown> {
  const { items: _, ...rest } = old ?? {};
  return { ...rest, items: Object.fromEntries(Object.entries(items).map(([item, pico]) => [item, pico.toString()])) };
}

const RATIO_WORD: Readonly<Record<string, string>> = { input: "model", output: "completion", cache_read: "cache", cache_write_5m: "cache_write", input_image: "image", input_audio: "audio", output_audio: "audio_completion" };

/** The price in the ratio form, where every item has a word there and an exact ratio; else it can be said in USD alone. */
export function ratioWords(items: Items): Readonly<Record<string, string>> | undefined {
  const write = items.cache_write_5m;
  const named = Object.keys(items).filter((item) => item !== "cache_write_1h");
  if (items.input === undefined || named.some((item) => RATIO_WORD[item] === undefined)) return undefined;
  if (items.cache_write_1h !== undefined && (write === undefined || items.cache_write_1h * 10n !== write * 16n)) return undefined;
  const words = named.map((item) => [RATIO_WORD[item]!, ratioText(item, items)] as const);
  return words.some(([, text]) => text === "" || text.startsWith("≈")) ? undefined : Object.fromEntries(words);
}

/** A typed margin in percent of the price, below 100, with at most four decimals, in parts per million. */
export function parseMargin(text: string): number | undefined {
  const match = /^(\d{1,2})(?:\.(\d{0,4}))?$/.exec(text.trim());
  return match ? Number(match[1]) * 10_000 + Number((match[2] ?? "").padEnd(4, "0")) : undefined;
}

/** Margin in parts per million; undefined where nothing is sold. */
export const marginOf = (price: bigint, cost: bigint): number | undefined => (price === 0n ? undefined : Number(((price - cost) * 1_000_000n) / price));

/** A price after a group's factor, rounded half up, at least one pico-USD unless something is 0. */
export function afterFactor(pico: bigint, ppm: number): bigint {
  const product = pico * BigInt(ppm);
  if (product === 0n) return 0n;
  const rounded = (2n * product + 1_000_000n) / 2_000_000n;
  return rounded === 0n ? 1n : rounded;
}
