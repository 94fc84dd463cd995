import type { Pico } from "#money/amount.ts";

/** Where a token bucket without a price of its own takes it from. `input` and `output` have nowhere to go. */
const FALLBACK: Readonly<Record<string, string>> = {
  cache_read: "input",
  cache_write_5m: "input",
  cache_write_1h: "cache_write_5m",
  reasoning: "output",
  input_audio: "input",
  input_image: "input",
  input_video: "input",
  cache_read_audio: "cache_read",
  output_audio: "output",
  output_image: "output",
};

/** Every bucket that is counted in tokens. */
export const TOKEN_ITEMS: readonly string[] = ["input", "output", ...Object.keys(FALLBACK)];

/** Input buckets in the order in which they fill a marginal tier: the cheap ones take the low prices. */
export const INPUT_ITEMS = [
  "cache_read", "cache_read_audio", "cache_write_5m", "cache_write_1h", "input", "input_audio", "input_image", "input_video",
] as const;

/** Items that are free when they have no price: a shop that does not sell by them says nothing about them. */
const SILENT: ReadonlySet<string> = new Set(["request", "char", "audio_in_ms", "audio_out_ms", "session_ms", "image", "video", "video_ms", "search_unit"]);

const PLAIN: ReadonlySet<string> = new Set([
  ...TOKEN_ITEMS, ...SILENT, "web_search", "file_search", "url_fetch", "code_session", "search_unit", "page",
]);

const FAMILY = /^(?:image:[\w.*-]+:[\w.*-]+|video_ms:[\w.-]+|video:[\w.-]+|tool:[\w.-]+)$/;

/** Is this a name that the price book knows? */
export const isPriceItem = (item: string): boolean => PLAIN.has(item) || (item.length <= 100 && FAMILY.test(item));

/** Price of a token bucket by its own entry or the one it falls back to. */
export function tokenPrice(prices: Readonly<Record<string, Pico>>, item: string): Pico | undefined {
  for (let name: string | undefined = item; name !== undefined; name = FALLBACK[name]) {
    const price = prices[name];
    if (price !== undefined) return price;
  }
  return undefined;
}

/**
 * The entry that an item is priced under: its own, else the wider ones of its family (`image:1024x1024:high` →
 * `image:1024x1024:*` → `image:*:high` → `image`). Undefined = no price.
 */
export function priceKey(prices: Readonly<Record<string, Pico>>, item: string): string | undefined {
  const has = (name: string): boolean => typeof prices[name] === "bigint";
  if (has(item)) return item;
  if (!item.includes(":")) return undefined;
  const [family = "", first = "", second = ""] = item.split(":");
  if (family === "image") return [`image:${first}:*`, `image:*:${second}`, "image"].find(has);
  if (family === "video_ms" || family === "video") return has(family) ? family : undefined;
  return undefined;
}

/** Is a quantity of this item without a price worth an alarm? Token buckets are judged by the card. */
export const wantsPrice = (item: string): boolean =>
  !SILENT.has(item) && !(item.includes(":") && SILENT.has(item.split(":")[0]!)) && !TOKEN_ITEMS.includes(item);
