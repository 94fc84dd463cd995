import { ceilToNano, pico, type Nano } from "#money/amount.ts";
import { priceKey } from "#money/price-items.ts";
import type { RateCard } from "#money/rate-card.ts";

/** Tokens held for a guarded stream before its first chunk, and added each time three quarters of the hold are used. */
export const FIRST_STEP_TOKENS = 512;
export const STEP_TOKENS = 1_024;
/** An answer of fewer tokens is of no use to anybody: refused instead. */
export const USEFUL_TOKENS = 16;
/** Longest answer assumed of a model whose limit is unknown. */
export const UNKNOWN_OUTPUT_TOKENS = 32_768;
/** A wallet with this many times the worst case is rich: nothing to watch during the stream. */
const RICH_FACTOR = 8n;

/** What a request may use at most, as far as it is known before it is sent. */
export type QuoteAsk = Readonly<{
  card: RateCard;
  stream: boolean;
  inputTokensMax: number;
  maxOutputTokens?: number | undefined;
  modelMaxOutput?: number | undefined;
  candidates: number;
  producesTokens: boolean;
  items?: Readonly<Record<string, number>>;
}>;

/** The parts of a request's price, in pico-USD. */
export type Quote = Readonly<{
  /** Dearest price of one input token: it may be written to the cache. */
  inputPico: bigint;
  /** Dearest price of one output token. */
  outputPico: bigint;
  /** Per-request price and everything counted apart from text tokens. */
  fixedPico: bigint;
  /** The most output tokens, all candidates together; 0 for what makes no tokens. */
  outputTokensMax: number;
  worstNano: Nano;
}>;

/** The most that a request can cost. */
export function quote(ask: QuoteAsk): Quote {
  const { prices } = ask.card;
  const inputPico = larger(larger(prices.input ?? 0n, prices.cache_read ?? 0n), larger(prices.cache_write_5m ?? 0n, prices.cache_write_1h ?? 0n));
  const outputPico = ask.producesTokens ? larger(prices.output ?? 0n, prices.reasoning ?? 0n) : 0n;
  let fixedPico: bigint = prices.request ?? 0n;
  for (const item in ask.items) {
    const key = priceKey(prices, item);
    if (key !== undefined) fixedPico += BigInt(Math.ceil(ask.items[item]!)) * prices[key]!;
  }
  const each = Math.min(ask.maxOutputTokens ?? Infinity, ask.modelMaxOutput ?? UNKNOWN_OUTPUT_TOKENS);
  const outputTokensMax = ask.producesTokens ? (ask.maxOutputTokens === undefined ? each : Math.min(each, ask.maxOutputTokens)) * ask.candidates : 0;
  const worst = BigInt(ask.inputTokensMax) * inputPico + fixedPico + BigInt(outputTokensMax) * outputPico;
  return { inputPico, outputPico, fixedPico, outputTokensMax, worstNano: ceilToNano(pico(worst)) };
}

/** Is there so much that the worst case can be set aside without a second thought? */
export const isRich = (worstNano: bigint, freeNano: bigint): boolean => richFrom(worstNano) <= freeNano;

/** Free money from which a request of this worst case is rich. */
export const richFrom = (worstNano: bigint): bigint => worstNano * RICH_FACTOR;

/**
 * Input tokens that a guarded request is held for.
 *
 * @param counted by a tokenizer; undefined when it took too long
 * @param exact hold the byte bound, which no tokenizer passes, instead of the count
 */
export function guardedInput(inputTokensMax: number, counted: number | undefined, exact: boolean): number {
  if (exact) return inputTokensMax;
  return Math.min(inputTokensMax, counted === undefined ? Math.ceil(inputTokensMax / 2) : Math.ceil(counted * 1.1));
}

export type GuardedPlan = Readonly<
  | {
      fits: true;
      mode: "rich" | "guarded-stream" | "guarded-single";
      holdNano: Nano;
      /** Output tokens that the hold covers. */
      outputTokens: number;
      /** The cap to send upstream per answer, where the client gave none and the money is short. */
      maxTokens?: number;
    }
  | { fits: false; neededNano: Nano; affordableMaxTokens: number }
>;

/**
 * How much to set aside for a request that is not rich.
 *
 * @param inputTokens from `guardedInput`
 * @param spendableNano free money of the node plus its share of the overdraft
 */
export function planGuarded(ask: QuoteAsk, parts: Quote, inputTokens: number, spendableNano: bigint): GuardedPlan {
  const basePico = BigInt(inputTokens) * parts.inputPico + parts.fixedPico;
  const holdFor = (tokens: number): Nano => ceilToNano(pico(basePico + BigInt(tokens) * parts.outputPico));
  const affordable = affordableTokens(basePico, parts.outputPico, spendableNano, parts.outputTokensMax);
  const perAnswer = Math.floor(affordable / ask.candidates);
  const refuse = (tokens: number): GuardedPlan => ({ fits: false, neededNano: holdFor(tokens), affordableMaxTokens: Math.max(0, perAnswer) });
  const useful = Math.min(USEFUL_TOKENS * ask.candidates, parts.outputTokensMax);

  if (ask.stream) {
    const first = Math.min(FIRST_STEP_TOKENS, parts.outputTokensMax);
    if (affordable < useful) return refuse(first);
    const tokens = Math.min(first, affordable);
    return fitted("guarded-stream", holdFor(tokens), tokens, parts);
  }
  if (affordable >= parts.outputTokensMax) return fitted("guarded-single", holdFor(parts.outputTokensMax), parts.outputTokensMax, parts);
  if (ask.maxOutputTokens !== undefined || perAnswer < USEFUL_TOKENS) {
    return refuse(ask.maxOutputTokens === undefined ? Math.min(USEFUL_TOKENS * ask.candidates, parts.outputTokensMax) : parts.outputTokensMax);
  }
  const tokens = perAnswer * ask.candidates;
  return { fits: true, mode: "guarded-single", holdNano: holdFor(tokens), outputTokens: tokens, maxTokens: perAnswer };
}

/** Whole tokens that the money still buys after input and fixed prices; -1 when it does not even cover those. */
function affordableTokens(basePico: bigint, outputPico: bigint, spendableNano: bigint, most: number): number {
  const left = spendableNano * 1_000n - basePico;
  if (left < 0n) return -1;
  if (outputPico === 0n) return most;
  const tokens = left / outputPico;
  return tokens < BigInt(most) ? Number(tokens) : most;
}

/** A hold of the whole worst case needs no guard, however little is left. */
function fitted(mode: "guarded-stream" | "guarded-single", holdNano: Nano, outputTokens: number, { worstNano }: Quote): GuardedPlan {
  return { fits: true, mode: holdNano >= worstNano ? "rich" : mode, holdNano, outputTokens };
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
