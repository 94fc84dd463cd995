/** What a picture is filed under where nobody says more: what vendors make by themselves. */
const SIZE = "1024x1024";
const QUALITY = "standard";
const PIXELS = 1024 * 1024;
/** The largest that is made unasked. */
const PIXELS_AUTO = 1024 * 1536;
/** OpenAI's price tables: 4,160 tokens for a square of high quality, and in proportion. */
const PIXELS_PER_TOKEN: Readonly<Record<string, number>> = { low: PIXELS / 272, medium: PIXELS / 1_056 };
const PIXELS_PER_TOKEN_HIGH = PIXELS / 4_160;
/** Each unfinished picture adds so many. */
export const PARTIAL_IMAGE_TOKENS = 100;

/** The price book's item of one picture. */
export const imageItem = (size: string | undefined, quality: string | undefined): string => `image:${word(size) ?? SIZE}:${word(quality) ?? QUALITY}`;

const word = (text: string | undefined): string | undefined => (text === undefined || text === "auto" || !/^[\w.*-]{1,40}$/.test(text) ? undefined : text);

/** @returns undefined for `auto` and words that name no size */
export function pixelsOf(size: string | undefined): number | undefined {
  const match = /^(\d{2,5})x(\d{2,5})$/.exec(size ?? "");
  return match ? Number(match[1]) * Number(match[2]) : undefined;
}

/** Tokens of one picture, where the vendor does not tell them: those of the best quality unless a lower one was asked for. */
export const imageTokens = (size: string | undefined, quality: string | undefined): number =>
  Math.ceil((pixelsOf(size) ?? PIXELS_AUTO) / (PIXELS_PER_TOKEN[quality ?? ""] ?? PIXELS_PER_TOKEN_HIGH));
