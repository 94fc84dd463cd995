/** Prices as text, exact: a price that is shown rounded is another price than the one charged. */
import { decimal, MISSING } from "#ui/format/decimal.ts";
import { wordsOf } from "#ui/format/words.ts";

/** pico-USD per token -> USD per million tokens has six decimals. */
const PER_MILLION_DIGITS = 6;
const PICO_DIGITS = 12;

/** pico-USD per token as USD per million tokens: `3.00`, `0.075`; the unit stands in the column's head. */
export const formatPerMillion = (pico: bigint): string => decimal(pico, PER_MILLION_DIGITS, 2);

/** A cell of a price table: `3.00`, `Free` for a price of 0, `—` for one that is not set. */
export function formatUsdPerMillion(pico: bigint | null | undefined, locale = "en"): string {
  if (pico === null || pico === undefined) return MISSING;
  return pico === 0n ? wordsOf(locale).free : formatPerMillion(pico);
}

/** pico-USD as USD, 2 to 12 decimals: lines of a receipt, prices of one piece. No sign, no unit. */
export const formatPerPiece = (pico: bigint): string => decimal(pico, PICO_DIGITS, 2);

/** What a price is for: the items of the price book, and plain words for the same. */
type Unit = "tokens" | "chars" | "calls" | "call" | "image" | "minute" | "second" | "video" | "videoSecond" | "pages" | "searches";

/** The number of priced pieces that one shown unit has: tokens are shown by the million, milliseconds by the minute. */
const PIECES: Readonly<Record<Unit, bigint>> = {
  tokens: 1_000_000n, chars: 1_000_000n, calls: 1_000n, call: 1n, image: 1n, minute: 60_000n, second: 1_000n,
  video: 1n, videoSecond: 1_000n, pages: 1_000n, searches: 1_000n,
};

const UNITS: Readonly<Record<string, Unit>> = {
  char: "chars", character: "chars", image: "image", audio_in_ms: "minute", audio_out_ms: "minute", session_ms: "minute", minute: "minute",
  second: "second", video: "video", video_ms: "videoSecond", page: "pages", search_unit: "searches",
  request: "calls", call: "calls", web_search: "calls", file_search: "calls", url_fetch: "calls", code_session: "calls", tool: "calls",
};

/** From here on a call is priced by the one: nobody thinks of $250 for a thousand. */
const CALL_ALONE_PICO = 100_000_000_000n;

/**
 * A price with its unit: `$0.04 / image`, `$0.006 / minute`, `$10.00 / 1K calls`, `$3.00 / 1M tokens`.
 *
 * @param pico per piece as the price book keeps it: per token, character, call, picture, or per millisecond of sound and video
 * @param unit an item of the price book (`input`, `image:1024x1024:high`, `video_ms`) or a word (`token`, `call`, `second`)
 */
export function formatUnitPrice(pico: bigint | null | undefined, unit: string, locale = "en"): string {
  if (pico === null || pico === undefined) return MISSING;
  const words = wordsOf(locale);
  if (pico === 0n) return words.free;
  const plain = UNITS[unit.split(":")[0] ?? ""] ?? "tokens";
  const shown = plain === "calls" && pico >= CALL_ALONE_PICO ? "call" : plain;
  return `$${decimal(pico * PIECES[shown], PICO_DIGITS, 2)} / ${words.units[shown]}`;
}
