import type { Pico } from "#money/amount.ts";
import { priceKey } from "#money/price-items.ts";
import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import { imageItem, imageTokens, PARTIAL_IMAGE_TOKENS, pixelsOf } from "#relay/dialects/media-kit/image-work.ts";
import { INPUT_AUDIO_TOKENS_PER_S, OUTPUT_AUDIO_TOKENS_PER_S } from "#relay/dialects/media-kit/sound-work.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";

/** A picture that comes along costs no more than one of the largest tiling. */
const IMAGE_IN_TOKENS = 6_500;
/** What newer models write to themselves before they paint. */
const IMAGE_TEXT_TOKENS = 1_024;
/** The slowest speech: a language written in syllables, read with care. */
const MS_PER_CHARACTER = 500;
/** Fast speech, written down, and what a speaker's name adds. */
const TEXT_TOKENS_PER_S = 12;
const TEXT_TOKENS_MIN = 512;
/** Cohere counts up to a hundred documents as one unit, and a long document as several. */
const DOCUMENTS_PER_UNIT = 100;
const TOKENS_PER_CHUNK = 500;

/**
 * The most that a request beyond text can use, by items of the price book; only what the card prices matters. The text
 * that comes with it is counted as any other.
 *
 * @param imageTokens of a picture that comes along, where the price says it
 */
export function worstOf(media: MediaAsk, scanned: ScannedRequest, prices: Readonly<Record<string, Pico>>, imageTokensIn = IMAGE_IN_TOKENS): Record<string, number> {
  const items: Record<string, number> = {};
  const { images, imagesIn, characters, speed = 1, audioMs, documents } = media;
  if (images) {
    items[worstImage(images, prices)] = images.count;
    items.output_image = images.count * (imageTokens(images.size, images.quality) + images.partial * PARTIAL_IMAGE_TOKENS);
    items.output = images.count * IMAGE_TEXT_TOKENS;
  }
  if (imagesIn !== undefined) items.input_image = imagesIn * imageTokensIn;
  if (characters !== undefined) {
    items.char = characters;
    items.audio_out_ms = Math.ceil((characters * MS_PER_CHARACTER) / Math.max(speed, 0.25));
    items.output_audio = Math.ceil((items.audio_out_ms / 1000) * OUTPUT_AUDIO_TOKENS_PER_S);
  }
  if (audioMs !== undefined) {
    const seconds = audioMs / 1000;
    items.audio_in_ms = audioMs;
    items.input_audio = Math.ceil(seconds * INPUT_AUDIO_TOKENS_PER_S * 2);
    items.output = TEXT_TOKENS_MIN + Math.ceil(seconds * TEXT_TOKENS_PER_S);
  }
  if (documents !== undefined) {
    items.search_unit = searchUnits(documents, scanned.textBytes);
    // The question is read once with every document.
    items.input = documents * queryBytes(scanned);
  }
  return items;
}

/** @param textBytes more than its tokens */
export const searchUnits = (documents: number, textBytes: number): number => Math.ceil((documents + Math.floor(textBytes / TOKENS_PER_CHUNK)) / DOCUMENTS_PER_UNIT);

const queryBytes = ({ ranges }: ScannedRequest): number => {
  const range = ranges.get("query");
  return range ? range[1] - range[0] : 0;
};

/** What size a vendor chooses by itself is known when it is made: until then the dearest counts. */
function worstImage({ size, quality }: NonNullable<MediaAsk["images"]>, prices: Readonly<Record<string, Pico>>): string {
  const asked = imageItem(size, quality);
  if (pixelsOf(size) !== undefined && quality !== undefined && quality !== "auto" && priceKey(prices, asked) !== undefined) return asked;
  let worst = asked, most = prices[priceKey(prices, asked) ?? ""] ?? -1n;
  for (const item in prices) {
    if ((item === "image" || item.startsWith("image:")) && prices[item]! > most) [worst, most] = [item, prices[item]!];
  }
  return worst;
}
