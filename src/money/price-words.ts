import { pico, type Pico } from "#money/amount.ts";
import {
  AmountError, formatPerMillion, formatPerPiece, formatPerSecond, parsePerMillion, parsePerPiece, parsePerSecond,
} from "#money/parse-amount.ts";
import type { PriceDocument } from "#money/price-document.ts";

/** The words of the store file and the REST for USD per million tokens, and the item each stands for. */
const TOKEN_WORDS: Readonly<Record<string, string>> = {
  input: "input", output: "output", reasoning: "reasoning",
  cache_read: "cache_read", cache_write_5m: "cache_write_5m", cache_write_1h: "cache_write_1h",
  audio_input: "input_audio", audio_output: "output_audio", image_input: "input_image", image_output: "output_image",
};
/** Words for USD a piece. */
const PIECE_WORDS: Readonly<Record<string, string>> = { per_request: "request", per_image: "image", per_character: "char" };
const PER_SECOND = "per_second";

/** All words that a price may be written in, per-second price included. */
export const PRICE_WORDS: readonly string[] = [...Object.keys(TOKEN_WORDS), ...Object.keys(PIECE_WORDS), PER_SECOND];

/**
 * What a second is a second of, by what the model is sold for.
 *
 * @param endpoints of the store file: `tasks` make videos, `realtime` sells sessions, `audio` with a price per
 *   character speaks, other audio is transcribed
 */
export function secondsItem(endpoints: readonly string[], speaks: boolean): string {
  if (endpoints.includes("tasks")) return "video_ms";
  if (endpoints.includes("realtime")) return "session_ms";
  return speaks ? "audio_out_ms" : "audio_in_ms";
}

/**
 * A price in words as items of the price book. Unknown words are taken for items written out (USD per million for
 * nothing but the words above; `web_search` and `tool:…` are USD a call).
 *
 * @param words USD as text or number
 * @throws AmountError naming the word
 */
export function itemsFromWords(words: Readonly<Record<string, string | number>>, endpoints: readonly string[]): Record<string, string> {
  const items: Record<string, string> = {};
  for (const [word, price] of Object.entries(words)) {
    try {
      const [item, amount] = toItem(word, price, endpoints, "per_character" in words);
      items[item] = amount.toString();
    } catch (error) {
      if (error instanceof AmountError) throw new AmountError(`${word}: ${error.message}`);
      throw error;
    }
  }
  return items;
}

/** The same prices in words, for the store file and REST; exact. */
export function wordsFromItems(items: Readonly<Record<string, string>>): Record<string, string> {
  const word = (table: Readonly<Record<string, string>>, item: string): string | undefined =>
    Object.keys(table).find((name) => table[name] === item);
  return Object.fromEntries(Object.entries(items).map(([item, price]) => {
    const amount = BigInt(price);
    const token = word(TOKEN_WORDS, item);
    if (token) return [token, formatPerMillion(amount)];
    if (MILLISECONDS.has(item)) return [PER_SECOND, formatPerSecond(amount)];
    return [word(PIECE_WORDS, item) ?? item, isTokenItem(item) ? formatPerMillion(amount) : formatPerPiece(amount)];
  }));
}

const MILLISECONDS: ReadonlySet<string> = new Set(["audio_in_ms", "audio_out_ms", "session_ms", "video_ms"]);

/** Token buckets without a word of their own. */
const isTokenItem = (item: string): boolean => item === "input_video" || item === "cache_read_audio";

function toItem(word: string, price: string | number, endpoints: readonly string[], speaks: boolean): [string, Pico] {
  const token = TOKEN_WORDS[word];
  if (token) return [token, parsePerMillion(price)];
  if (word === PER_SECOND) return [secondsItem(endpoints, speaks), parsePerSecond(price)];
  if (isTokenItem(word)) return [word, parsePerMillion(price)];
  return [PIECE_WORDS[word] ?? word, parsePerPiece(price)];
}

/** The ratio form of one-api and its descendants; 1 = 2 USD per million input tokens. */
export type Ratio = Readonly<{
  model: string | number;
  completion?: string | number;
  cache?: string | number;
  cache_write?: string | number;
  image?: string | number;
  audio?: string | number;
  audio_completion?: string | number;
}>;

const PICO_PER_RATIO = 2_000_000n;

/**
 * Prices from ratios, each rounded half up to whole pico-USD. `cache_write` sets the five-minute write, and the
 * one-hour write at 1.6 times that, as those systems charge it.
 *
 * @throws AmountError on text that is no ratio
 */
export function ratioToDocument(ratio: Ratio): PriceDocument {
  const input = times(PICO_PER_RATIO, ratio.model);
  const items: Record<string, string> = { input: input.toString() };
  const set = (item: string, base: bigint, factor: string | number | undefined): bigint | undefined => {
    if (factor === undefined) return undefined;
    const price = times(base, factor);
    items[item] = price.toString();
    return price;
  };
  set("output", input, ratio.completion);
  set("cache_read", input, ratio.cache);
  const write = set("cache_write_5m", input, ratio.cache_write);
  if (write !== undefined) set("cache_write_1h", write, "1.6");
  set("input_image", input, ratio.image);
  const audio = set("input_audio", input, ratio.audio);
  set("output_audio", audio ?? input, ratio.audio_completion);
  return { items };
}

/** Can this be a ratio, and which fraction is it? Numbers such as 1e-7 are not plain decimals and refused. */
function times(base: bigint, factor: string | number): Pico {
  const match = /^(\d{1,9})(?:\.(\d{1,18}))?$/.exec(String(factor).trim());
  if (!match) throw new AmountError(`"${factor}" is not a ratio such as 1.25`);
  const decimals = match[2] ?? "";
  const scale = 10n ** BigInt(decimals.length);
  return pico((2n * base * BigInt(match[1] + decimals) + scale) / (2n * scale));
}
