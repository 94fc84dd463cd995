const LATIN_BYTES_PER_TOKEN = 4;
const CJK_PER_TOKEN = 1.5;
const CJK_BYTES = 3;

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
