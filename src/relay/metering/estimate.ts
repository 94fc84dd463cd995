const LATIN_BYTES_PER_TOKEN = 4;
const CJK_PER_TOKEN = 1.5;
const CJK_BYTES = 3;
const WATCHED_BYTES_PER_TOKEN = 3;

/**
 * What a stream is taken to have used while it runs, before anybody has counted: more than nearly every tokenizer says.
 * A stream whose hold covers this many is not charged for more of them when it is cut.
 *
 * @param bytes UTF-8 bytes of its text so far
 */
export const watchedTokens = (bytes: number): number => Math.ceil(bytes / WATCHED_BYTES_PER_TOKEN);

/**
 * Tokens of a text of which only sizes are known: 4 bytes a token, and 1.5 characters a token for Chinese,
 * Japanese and Korean.
 *
 * @param bytes UTF-8 bytes of all text
 * @param cjk characters among it that are CJK, of 3 bytes each
 */
export function estimateTokens(bytes: number, cjk: number): number {
  const others = Math.max(0, bytes - cjk * CJK_BYTES);
  return Math.ceil(others / LATIN_BYTES_PER_TOKEN + cjk / CJK_PER_TOKEN);
}
