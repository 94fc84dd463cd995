import { nano, pico } from "#money/amount.ts";
import { FLAG } from "#money/charge.ts";
import type { Outcome } from "#money/charge.ts";
import { priceUsage } from "#money/price.ts";
import type { CompiledPrice } from "#money/price.ts";
import type { RateCard } from "#money/rate-card.ts";
import { inputTokensOf, toQuantities, totalInputTokens } from "#money/usage.ts";
import type { Quantities, Usage, UsageSource } from "#money/usage.ts";
import type { Delivered, Ending, How } from "#relay/metering/ending.ts";
import { watchedTokens } from "#relay/metering/estimate.ts";

/** Numbers beyond this multiple of what the model can take are no numbers. */
const ABSURD = 2;
/** What takes their place: our own count and half as much again. */
const ABSURD_REPLACEMENT = 1.5;
/** Models whose window nobody has stated; the largest sold today take a million tokens. */
const CONTEXT_UNKNOWN = 1_000_000;

/** Our own count, where the vendor gave none. */
export type Estimate = Readonly<{ inputTokens: number; outputTokens: number; byBytes: boolean }>;

export type MeterInput = Readonly<{
  ending: Ending;
  /** Needed where `wantsEstimate` says so. */
  estimate: Estimate | undefined;
  /** Empty replies and early leaves: the hour's free ones are not used up. */
  forgiven: boolean;
  billEmpty: boolean;
  billBroken: "delivered" | "none";
  /** Refused prompts are charged as reported. */
  billBlocked?: boolean | undefined;
  guarded: boolean;
  price: CompiledPrice;
  admittedAtMs: number;
  contextTokens: number | undefined;
  /** Cheap count of the request, against which absurd numbers are measured. */
  inputTokensRough: number;
  /** A usage of nought beside delivered text is none. */
  doubtZero?: boolean;
  /** Input that the shop has added and does not charge. */
  absorbedTokens?: number;
}>;

export type Metered = Readonly<{
  outcome: Outcome;
  usageSource: UsageSource;
  quantities: Quantities;
  card: RateCard;
  sumPico: ReturnType<typeof pico>;
  chargeNano: ReturnType<typeof nano>;
  flags: number;
  /** What the vendor did, for our cost; undefined = nothing. */
  costUsage: Usage | undefined;
}>;

/** What the charge of this ending rests on: must the tokens be counted by us? */
export function wantsEstimate(ending: Ending, doubtZero = false): boolean {
  const { how, facts, delivered, stopped } = ending;
  if (how === "failed" || (how === "left-before" && (stopped || facts?.usage === undefined))) return false;
  if (how === "broken" && delivered.bytes === 0 && facts?.usage === undefined) return false;
  return how === "cut" || facts?.usage === undefined || (doubtZero && isZeroForText(ending)) || lacksOutput(facts.usage, delivered);
}

/**
 * The one place that says what a request is charged, from what the vendor reported, what was delivered and how it
 * ended. Usage that lies never credits anybody and never charges more than the model could have done.
 */
export function meter(input: MeterInput): Metered {
  const { ending, billEmpty, billBroken, billBlocked, forgiven } = input;
  const { how, delivered, facts } = ending;
  switch (how) {
    case "failed":
      if (isBilledRefusal(input)) return priced(input, ...usageOf(input), "all");
      return priced(input, undefined, "none", "nothing");
    case "empty":
      return priced(input, ...usageOf(input), billEmpty || !forgiven ? "all" : "waived");
    case "left-before": {
      if (facts?.usage === undefined) return priced(input, undefined, "none", "nothing");
      return priced(input, ...usageOf(input), forgiven ? "input" : "all");
    }
    case "broken": {
      if (delivered.bytes === 0) return priced(input, ...(facts?.usage ? usageOf(input) : ([undefined, "none"] as const)), "nothing");
      return priced(input, ...usageOf(input), billBroken === "none" ? "waived" : "all");
    }
    case "complete":
      return priced(input, ...usageOf(input), facts?.blocked && !(billBlocked && facts.usage) ? "waived" : "all");
    case "cut":
      return { ...priced(input, ...cutUsage(input), "all"), costUsage: facts?.usage ?? usageOf(input)[0] };
    case "left-stream": case "left-body":
      return priced(input, ...usageOf(input), "all");
  }
}

/** A refused prompt that is told as an error, where the shop charges such prompts; only what is reported is charged. */
const isBilledRefusal = ({ billBlocked, ending: { how, facts } }: MeterInput): boolean =>
  how === "failed" && billBlocked === true && facts?.blocked === true && facts.usage !== undefined;

/** What the vendor has cached was not paid in full: only fresh input is taken off. */
const withoutInput = (usage: Usage, tokens: number): Usage => ({ ...usage, inputUncached: Math.max(0, (usage.inputUncached ?? 0) - tokens) });

const OUTCOME: Readonly<Record<How, Outcome>> = {
  complete: "ok", empty: "empty", failed: "upstream_error", "left-before": "client_abort", "left-stream": "client_abort",
  "left-body": "client_abort", broken: "upstream_abort", cut: "cut_no_credit",
};

function priced(input: MeterInput, usage: Usage | undefined, source: UsageSource, part: "all" | "input" | "waived" | "nothing"): Metered {
  const { ending, price, admittedAtMs } = input;
  const all = usage ? toQuantities(input.absorbedTokens ? withoutInput(usage, input.absorbedTokens) : usage) : {};
  const quantities = part === "nothing" ? {} : part === "input" ? inputOnly(all) : all;
  const card = price.card(totalInputTokens(quantities), admittedAtMs, usage?.serviceTier);
  const charge = priceUsage(card, quantities);
  const charged = part !== "waived";
  return {
    outcome: (ending.how === "complete" && (ending.facts?.blocked || ending.facts?.finish === "content_filter")) || isBilledRefusal(input) ? "refused" : OUTCOME[ending.how],
    usageSource: part === "nothing" ? "none" : source,
    quantities: charge.quantities,
    card,
    sumPico: charged ? charge.sumPico : pico(0n),
    chargeNano: charged ? charge.chargeNano : nano(0n),
    flags: flagsOf(input, usage, source, charge.unpriced) | (charged ? 0 : FLAG.WAIVED),
    costUsage: usage,
  };
}

function flagsOf({ ending, estimate, guarded, contextTokens, inputTokensRough, doubtZero }: MeterInput, usage: Usage | undefined, source: UsageSource, unpriced: boolean): number {
  const { facts, delivered, possibleCost } = ending;
  const reported = facts?.usage;
  const zero = doubtZero ? isZeroForText(ending) : reported !== undefined && source === "upstream" && usage !== undefined && isZero(usage) && delivered.bytes > 0;
  const absurd = reported !== undefined && isAbsurd(reported, contextTokens, inputTokensRough);
  return (unpriced ? FLAG.UNPRICED : 0)
    | (zero ? FLAG.SUSPECT_USAGE : 0)
    | (facts?.usageInconsistent === true || absurd ? FLAG.USAGE_INCONSISTENT : 0)
    | (guarded ? FLAG.GUARDED : 0)
    | (possibleCost ? FLAG.POSSIBLE_UPSTREAM_COST : 0)
    | (source === "estimated" && estimate?.byBytes === true ? FLAG.BYTE_ESTIMATE : 0);
}

/** The vendor's usage, completed and made plausible, or our own count. A stated zero stays a zero, unless the operator knows better. */
function usageOf({ ending, estimate, contextTokens, inputTokensRough, doubtZero }: MeterInput): readonly [Usage | undefined, UsageSource] {
  const reported = ending.facts?.usage;
  const output = estimate?.outputTokens ?? 0;
  if (reported === undefined || (doubtZero && isZeroForText(ending))) return estimate ? [{ inputUncached: estimate.inputTokens, outputText: output }, "estimated"] : [undefined, "none"];
  const plausible = isAbsurd(reported, contextTokens, inputTokensRough) ? cutDown(reported, contextTokens, inputTokensRough, ending.delivered.bytes) : reported;
  if (estimate && lacksOutput(reported, ending.delivered)) return [{ ...plausible, outputText: output }, "estimated"];
  return [plausible, ending.facts?.usageEstimated === true ? "estimated" : "upstream"];
}

/**
 * Where the credit ended: the input, and of the output what the client was given. The vendor's figure may have come in
 * the same read as what crossed the line, and is for all of it.
 */
function cutUsage(input: MeterInput): readonly [Usage | undefined, UsageSource] {
  const [usage] = usageOf(input), { bytes } = input.ending.delivered;
  if (usage === undefined) return [undefined, "none"];
  return [{ ...inputPart(usage), outputText: Math.min(outputTokens(usage), input.estimate?.outputTokens ?? Infinity, watchedTokens(bytes)) }, "estimated"];
}

const outputTokens = ({ outputText = 0, reasoning = 0, outputAudio = 0, outputImage = 0 }: Usage): number => outputText + reasoning + outputAudio + outputImage;
const isZero = (usage: Usage): boolean => inputTokensOf(usage) + outputTokens(usage) === 0;

/** What was delivered comes last: a whole answer's text is counted only where its usage leaves a doubt. */
const isZeroForText = ({ facts, delivered }: Ending): boolean => facts?.usage !== undefined && facts.usage.items === undefined && isZero(facts.usage) && delivered.bytes > 0;

const lacksOutput = (usage: Usage, delivered: Delivered): boolean =>
  usage.outputText === undefined && usage.reasoning === undefined && usage.outputAudio === undefined && usage.outputImage === undefined && delivered.bytes > 0;

const mostPlausible = (contextTokens: number | undefined, rough: number): number => ABSURD * Math.max(contextTokens ?? CONTEXT_UNKNOWN, rough);

const isAbsurd = (usage: Usage, contextTokens: number | undefined, rough: number): boolean =>
  Math.max(inputTokensOf(usage), outputTokens(usage)) > mostPlausible(contextTokens, rough);

function cutDown(usage: Usage, contextTokens: number | undefined, rough: number, deliveredBytes: number): Usage {
  const most = mostPlausible(contextTokens, rough);
  const { raw, serviceTier } = usage;
  const kept = { ...(raw !== undefined && { raw }), ...(serviceTier !== undefined && { serviceTier }) };
  const input = inputTokensOf(usage) > most ? { inputUncached: Math.ceil(rough * ABSURD_REPLACEMENT) } : inputPart(usage);
  const output = outputTokens(usage) > most
    ? { outputText: Math.ceil((deliveredBytes / 4) * ABSURD_REPLACEMENT) }
    : { outputText: usage.outputText, reasoning: usage.reasoning, outputAudio: usage.outputAudio, outputImage: usage.outputImage };
  return { ...input, ...output, ...kept } as Usage;
}

const inputPart = ({ outputText: _text, reasoning: _reasoning, outputAudio: _audio, outputImage: _image, ...rest }: Usage): Usage => rest;

const INPUT_ITEMS = ["input", "cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "cache_read_audio", "input_image", "input_video"] as const;

function inputOnly(quantities: Quantities): Quantities {
  const only: Record<string, number> = {};
  for (const item of INPUT_ITEMS) if (quantities[item] !== undefined) only[item] = quantities[item];
  return only;
}
