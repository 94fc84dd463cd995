import type { JsonObject } from "#relay/canonical/request.ts";
import { inputTokensOf } from "#money/usage.ts";
import type { Usage } from "#money/usage.ts";

/** Buckets as OpenAI's totals with their parts. */
export function chatUsage(usage: Usage): JsonObject {
  const { cacheRead = 0, cacheReadAudio = 0, cacheWrite5m = 0, cacheWrite1h = 0, inputAudio = 0, outputText = 0, reasoning = 0, outputAudio = 0, outputImage = 0 } = usage;
  const prompt = inputTokensOf(usage), completion = outputText + reasoning + outputAudio + outputImage;
  const written = cacheWrite5m + cacheWrite1h;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cacheRead + cacheReadAudio, audio_tokens: inputAudio + cacheReadAudio, ...(written > 0 && { cache_write_tokens: written }) },
    completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: outputAudio, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
  };
}
