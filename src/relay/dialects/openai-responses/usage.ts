import type { NormalisedUsage } from "#relay/canonical/codec.ts";
import { plainText } from "#relay/canonical/plain.ts";
import { normaliseUsage } from "#relay/dialects/openai-kit/usage.ts";
import type { UsageFlags } from "#relay/dialects/openai-kit/usage.ts";
import { asList, asObject } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";
import { inputTokensOf } from "#money/usage.ts";
import type { Usage } from "#money/usage.ts";

/** Tools that the vendor runs are priced by the call; the reply's items are what says how often they ran. */
const PRICED_CALLS: Readonly<Record<string, string>> = {
  web_search_call: "web_search",
  x_search_call: "web_search",
  file_search_call: "file_search",
  code_interpreter_call: "code_session",
  image_generation_call: "image",
};

/** The response with the items that its stream has told, where it repeats none of them itself. */
export const withItems = (response: Wire, items: readonly Wire[]): Wire =>
  (items.length > 0 && asList(response.output).length === 0 ? { ...response, output: items } : response);

/**
 * Usage of a response object: its totals hold their parts, and calls of the vendor's own tools stand among the output.
 * @returns undefined where the vendor told none
 */
export function readUsage(response: Wire, flags: UsageFlags): NormalisedUsage | undefined {
  if (typeof response.usage !== "object" || response.usage === null) return undefined;
  const { usage, inconsistent } = normaliseUsage(response.usage, flags);
  const items = countCalls(asList(response.output));
  const tier = response.service_tier;
  return {
    inconsistent,
    usage: {
      ...usage,
      ...(items && { items: { ...usage.items, ...items } }),
      ...(usage.serviceTier === undefined && typeof tier === "string" && tier !== "" && { serviceTier: tier.slice(0, 40) }),
    },
  };
}

function countCalls(output: readonly Wire[]): Readonly<Record<string, number>> | undefined {
  const counts: Record<string, number> = {};
  for (const { type, status, action } of output) {
    const item = PRICED_CALLS[plainText(type)];
    if (item === undefined || status === "failed") continue;
    // Opening a page that a search has found is a step of the same search: only searches are paid for.
    if (type === "web_search_call" && (asObject(action).type ?? "search") !== "search") continue;
    counts[item] = (counts[item] ?? 0) + 1;
  }
  return Object.keys(counts).length === 0 ? undefined : counts;
}

/** The usage object of a response. */
export function writeUsage(usage: Usage): Wire {
  const input = inputTokensOf(usage);
  const output = (usage.outputText ?? 0) + (usage.reasoning ?? 0) + (usage.outputAudio ?? 0) + (usage.outputImage ?? 0);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: (usage.cacheRead ?? 0) + (usage.cacheReadAudio ?? 0),
      cache_write_tokens: (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: input + output,
  };
}
