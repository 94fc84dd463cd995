import type { NormalisedUsage } from "#relay/canonical/codec.ts";
import type { Json } from "#relay/canonical/request.ts";
import { Counts, usageOf } from "#relay/dialects/stream-kit/counts.ts";
import { asWire } from "#relay/dialects/stream-kit/wire.ts";

/**
 * Cohere's `tokens` are what the model saw and said, its `billed_units` what Cohere charges for; cached tokens are part of
 * the input. @see Cohere API reference, "Chat" (v2), `usage`
 */
export function readUsage(value: Json | undefined): NormalisedUsage {
  const raw = asWire(value), tokens = asWire(raw.tokens), billed = asWire(raw.billed_units);
  const counts = new Counts();
  const input = counts.first(tokens.input_tokens, billed.input_tokens);
  const cached = input === undefined ? undefined : counts.within(counts.first(raw.cached_tokens, tokens.cached_tokens), input);
  const searches = counts.first(billed.search_units);
  const usage = usageOf({
    ...(input !== undefined && { inputUncached: input - (cached ?? 0) }),
    ...(cached !== undefined && { cacheRead: cached }),
    ...outputOf(counts.first(tokens.output_tokens, billed.output_tokens)),
    ...(searches !== undefined && { items: { search_unit: searches } }),
  }, raw);
  return { usage, inconsistent: counts.inconsistent };
}

const outputOf = (outputText: number | undefined) => (outputText === undefined ? {} : { outputText });
