export { formatBalance, formatPerMillion, formatPerPiece, formatTokens as formatContext } from "#ui/format/money.ts";

/** `840 ms`, `1.24 s`, `25.9 s`. */
export function formatLatency(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return ms < 9_995 ? `${(ms / 1_000).toFixed(2)} s` : `${(ms / 1_000).toFixed(1)} s`;
}
