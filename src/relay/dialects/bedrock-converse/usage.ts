import type { NormalisedUsage } from "#relay/canonical/codec.ts";
import type { Json } from "#relay/canonical/request.ts";
import { Counts, usageOf } from "#relay/dialects/stream-kit/counts.ts";
import { asWire, listOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Usage } from "#money/usage.ts";

/** Cached tokens stand beside the input here, not within it. @see Amazon Bedrock API reference, TokenUsage */
export function readUsage(value: Json | undefined): NormalisedUsage {
  const raw = asWire(value), counts = new Counts();
  const buckets: Record<string, unknown> = {
    inputUncached: counts.first(raw.inputTokens),
    cacheRead: counts.first(raw.cacheReadInputTokens, raw.cacheReadInputTokenCount),
    outputText: counts.first(raw.outputTokens),
  };
  const written = counts.first(raw.cacheWriteInputTokens, raw.cacheWriteInputTokenCount);
  let hour = 0;
  for (const detail of listOf(raw.cacheDetails)) {
    const { ttl, inputTokens } = asWire(detail);
    if (ttl === "1h") hour += counts.first(inputTokens) ?? 0;
  }
  if (written !== undefined) {
    const long = counts.within(hour, written)!;
    buckets.cacheWrite5m = written - long;
    if (long > 0) buckets.cacheWrite1h = long;
  }
  return { usage: usageOf(buckets as Usage, raw), inconsistent: counts.inconsistent };
}
