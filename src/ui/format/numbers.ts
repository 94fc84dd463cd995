import { decimal, grouped, MINUS, MISSING } from "#ui/format/decimal.ts";

const LETTERS = [["B", 1_000_000_000n], ["M", 1_000_000n], ["K", 1_000n]] as const;
const EXACT_BELOW = 10_000n;

/**
 * A count of tokens or requests: exact below 10,000, then three significant digits (`12.3K`, `4.56M`, `1.2B`), in both
 * languages alike because the trade counts in M. Rounded half up; fractions of a count are cut.
 */
export function formatTokens(count: number | bigint): string {
  const exact = typeof count === "bigint" ? count : BigInt(Math.trunc(count));
  const size = exact < 0n ? -exact : exact;
  const sign = exact < 0n ? MINUS : "";
  if (size < EXACT_BELOW) return sign + grouped(size);
  const keep = 10n ** BigInt(size.toString().length - 3);
  const rounded = ((size + keep / 2n) / keep) * keep;
  const [letter, unit] = LETTERS.find(([, from]) => rounded >= from) ?? ["", 1n];
  return `${sign}${decimal((rounded * 1000n) / unit, 3, 0)}${letter}`;
}

/** Every digit of a count: what hover and copy show. */
export const formatCount = (count: number | bigint): string => (count < 0 ? MINUS : "") + grouped(count < 0 ? -count : count);

const MEBI = 1_048_576;

/** The context length of a model as the trade writes it: `128K`, and `1M` for 1,048,576 too. */
export const formatContext = (tokens: number): string => (tokens >= MEBI && tokens % MEBI === 0 ? `${tokens / MEBI}M` : formatTokens(tokens));

/**
 * A share as percent with a fixed number of decimals.
 *
 * @param ratio 1 = 100 %; not a finite number = not known
 * @param rounding `down` for uptime and success: 99.996 % never becomes 100.00 %
 */
export function formatPercent(ratio: number | null | undefined, digits = 1, rounding: "nearest" | "down" = "nearest"): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return MISSING;
  const scale = 10 ** digits;
  // 12 digits hide the noise of the multiplication (0.57 * 100 = 56.99999999999999) and nothing else.
  const scaled = Number((Math.abs(ratio) * 100 * scale).toPrecision(12));
  let units = rounding === "down" ? Math.floor(scaled) : Math.round(scaled);
  if (rounding === "down" && Math.abs(ratio) < 1 && units >= 100 * scale) units = 100 * scale - 1;
  return `${ratio < 0 && units > 0 ? MINUS : ""}${decimal(BigInt(units), digits, digits)}%`;
}

/** From so much on a tenth of a percent says nothing any more. */
const LARGE_CHANGE = 10;

/** A change against the period before: `+12.4%`, `−3.0%`, `+4,925%`; without a period before there is none. */
export function formatChange(now: number, before: number, digits = 1): string {
  if (before === 0 || !Number.isFinite(now / before)) return MISSING;
  const change = now / before - 1;
  const text = formatPercent(change, change >= LARGE_CHANGE ? 0 : digits);
  return change > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** A duration: `840 ms`, `3.1 ms`, `1.24 s`, `25.9 s`, `2 m 05 s`, `1 h 02 m`. */
export function formatLatency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms) || ms < 0) return MISSING;
  if (ms < 9.95) return `${trimmed(ms, 1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
}

/** Output speed: `58 tok/s`, one decimal below ten. */
export function formatThroughput(tokensPerSecond: number | null | undefined): string {
  if (tokensPerSecond === null || tokensPerSecond === undefined || !Number.isFinite(tokensPerSecond)) return MISSING;
  return `${tokensPerSecond < 9.95 ? trimmed(tokensPerSecond, 1) : grouped(Math.round(tokensPerSecond))} tok/s`;
}

const two = (value: number): string => value.toString().padStart(2, "0");
const trimmed = (value: number, digits: number): string => Number(value.toFixed(digits)).toString();
