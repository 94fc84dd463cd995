/** Amounts as text. Whole numbers only: a float would show a number that the ledger does not have. */

const NANO_PER_USD = 1_000_000_000n;
/** pico-USD per token -> USD per million tokens has six decimals. */
const PICO_DIGITS = 6;

/** Decimal text of `units` with `digits` decimals, at least `least` of them shown, trailing zeros cut. */
function decimal(units: bigint, digits: number, least: number): string {
  const scale = 10n ** BigInt(digits);
  const whole = (units / scale).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = (units % scale).toString().padStart(digits, "0").replace(/0+$/, "").padEnd(least, "0");
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** A token price: pico-USD per token as USD per million tokens, exact, 2 to 6 decimals. */
export const formatPerMillion = (pico: bigint): string => decimal(pico, PICO_DIGITS, 2);

/** A price of anything else: pico-USD per piece as USD, exact, 2 to 12 decimals. */
export const formatPerPiece = (pico: bigint): string => decimal(pico, 12, 2);

/** A balance, rounded toward zero so that nobody sees money he cannot spend: 2 decimals from $1, 4 below. */
export function formatBalance(nano: bigint): string {
  const sign = nano < 0n ? "−" : "";
  const size = nano < 0n ? -nano : nano;
  const digits = size >= NANO_PER_USD ? 2 : 4;
  const unit = NANO_PER_USD / 10n ** BigInt(digits);
  return `${sign}$${decimal((size / unit), digits, 2)}`;
}

/** Every digit that the ledger has. */
export const formatExactUsd = (nano: bigint): string => `${nano < 0n ? "−" : ""}$${decimal(nano < 0n ? -nano : nano, 9, 2)}`;

const MEBI = 1_048_576;

/** Context lengths as the trade writes them: 128K, 1M (also for 1,048,576). */
export function formatTokens(tokens: number): string {
  if (tokens >= MEBI && tokens % MEBI === 0) return `${tokens / MEBI}M`;
  if (tokens >= 1_000_000) return `${trim(tokens / 1_000_000)}M`;
  if (tokens >= 10_000) return `${trim(tokens / 1_000)}K`;
  return tokens.toLocaleString("en-US");
}

const trim = (value: number): string => (Math.floor(value * 100) / 100).toString();
