import { formatPerPiece, formatPerSecond } from "#money/parse-amount.ts";

type Prices = Readonly<Record<string, bigint>>;

/** Always there, zero or not: clients take a list without them for broken. */
const REQUIRED = [["prompt", "input"], ["completion", "output"]] as const;

/** Price-book items by the names that OpenRouter's list has made common; USD per token, per picture, or per call. */
const COMMON: readonly (readonly [name: string, item: string])[] = [
  ["input_cache_read", "cache_read"], ["input_cache_write", "cache_write_5m"], ["input_cache_write_1h", "cache_write_1h"],
  ["internal_reasoning", "reasoning"], ["image", "image"], ["request", "request"], ["web_search", "web_search"],
];

/** Tokens of pictures and sound, said only where they cost other than those of text. */
const MODALITIES: readonly (readonly [name: string, item: string, like: string])[] = [
  ["image_token", "input_image", "input"], ["image_output", "output_image", "output"], ["audio", "input_audio", "input"],
  ["audio_output", "output_audio", "output"], ["input_audio_cache", "cache_read_audio", "cache_read"], ["video_token", "input_video", "input"],
];

/** What is sold by time or by the letter, named by its unit: nobody else's name says which. */
const MEASURES: Readonly<Record<string, string>> = {
  char: "character", audio_in_ms: "input_audio_second", audio_out_ms: "output_audio_second", session_ms: "session_second", video_ms: "video_second",
};

const NAMED: ReadonlySet<string> = new Set([...REQUIRED, ...COMMON, ...MODALITIES].map(([, item]) => item));
const ABOVE_A_BORDER = /:over_\d+$/;

/**
 * What a model costs at the moment, as decimal text in USD. Beside the common names stands whatever else it is sold by,
 * each under its unit (`video_second:1080p`, `character`) or, when a piece, under its own name (`image:1024x1024:high`).
 *
 * @param prices pico-USD per unit of the price book, as its card has them
 */
export function pricingOf(prices: Prices): Readonly<Record<string, string>> {
  const pricing: Record<string, string> = {};
  for (const [name, item] of REQUIRED) if (prices[item] !== undefined) pricing[name] = formatPerPiece(prices[item]);
  for (const [name, item] of COMMON) if (prices[item]! > 0n) pricing[name] = formatPerPiece(prices[item]!);
  for (const [name, item, like] of MODALITIES) if (prices[item] !== undefined && prices[item] !== prices[like]) pricing[name] = formatPerPiece(prices[item]);
  for (const [item, price] of Object.entries(prices)) {
    if (price <= 0n || NAMED.has(item) || ABOVE_A_BORDER.test(item)) continue;
    const [family = "", ...rest] = item.split(":");
    const name = [MEASURES[family] ?? family, ...rest].join(":");
    pricing[name] = family.endsWith("_ms") ? formatPerSecond(price) : formatPerPiece(price);
  }
  return pricing;
}
