import type { NormalisedUsage } from "#relay/canonical/codec.ts";
import type { Json } from "#relay/canonical/request.ts";
import { asWire, listOf, textOf, wordOf, type Wire } from "#relay/dialects/anthropic/wire.ts";
import type { Usage } from "#money/usage.ts";

const COUNT_MAX = 2 ** 40;
const RAW_BYTES_MAX = 4096;
const NAME_CHARS_MAX = 40;

class Counts {
  inconsistent = false;

  read(value: Json | undefined): number | undefined {
    if (value === undefined || value === null) return undefined;
    const count = typeof value === "string" && value !== "" ? Number(value) : value;
    if (typeof count === "number" && Number.isInteger(count) && count >= 0 && count <= COUNT_MAX) return count;
    this.inconsistent = true;
    return undefined;
  }
}

const INPUT = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"] as const;
const isWithoutInput = (usage: Wire): boolean => INPUT.every((name) => (usage[name] ?? 0) === 0);

/**
 * What `message_start` says, overlaid by what `message_delta` says: the last value of each field wins, null is none.
 * Copies of this format say nought of the input at the end where it was told at the beginning: there is always some.
 */
export function mergeUsage(before: Wire, next: Json | undefined): Wire {
  const merged: Record<string, Json> = { ...before };
  const later = asWire(next), isEmpty = isWithoutInput(later);
  for (const [name, value] of Object.entries(later)) if (value !== null && !(isEmpty && isInput(name) && before[name] !== undefined)) merged[name] = value;
  return merged;
}

const isInput = (name: string): boolean => name === "cache_creation" || (INPUT as readonly string[]).includes(name);

/** What a stream's opening tells: its `output_tokens` is a placeholder and no count. */
export const withoutOutput = ({ output_tokens: _placeholder, output_tokens_details: _details, ...input }: Wire): Wire => input;

/**
 * Takes a usage object apart into disjoint buckets. Input, cache reads and cache writes stand beside each other here;
 * thinking is within the output.
 */
export function normaliseUsage(wire: Wire): NormalisedUsage {
  const counts = new Counts();
  const input = counts.read(wire.input_tokens);
  const cacheRead = counts.read(wire.cache_read_input_tokens);
  const output = counts.read(wire.output_tokens);
  const items = readItems(wire, counts);
  const tier = textOf(wire.service_tier);
  const usage: Usage = {
    ...(input === undefined ? {} : { inputUncached: input }),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...readWrites(wire, counts),
    ...(output === undefined ? {} : readOutput(wire, output, counts)),
    ...(items ? { items } : {}),
    ...(tier ? { serviceTier: tier.slice(0, NAME_CHARS_MAX) } : {}),
    ...(JSON.stringify(wire).length <= RAW_BYTES_MAX ? { raw: wire } : {}),
  };
  return { usage, inconsistent: counts.inconsistent };
}

/** The total rules where the parts by lifetime contradict it: what they leave open was written for five minutes. */
function readWrites(wire: Wire, counts: Counts): Pick<Usage, "cacheWrite5m" | "cacheWrite1h"> {
  const parts = asWire(wire.cache_creation);
  const total = counts.read(wire.cache_creation_input_tokens);
  const short = counts.read(parts.ephemeral_5m_input_tokens);
  const long = counts.read(parts.ephemeral_1h_input_tokens);
  if (short === undefined && long === undefined) return total === undefined ? {} : { cacheWrite5m: total };
  const sum = (short ?? 0) + (long ?? 0);
  if (total === undefined || total === sum) return { cacheWrite5m: short ?? 0, cacheWrite1h: long ?? 0 };
  // A `message_delta` repeats the total alone: parts of the opening that were still 0 say nothing against it.
  if (sum > 0) counts.inconsistent = true;
  const cacheWrite1h = Math.min(long ?? 0, total);
  return { cacheWrite5m: total - cacheWrite1h, cacheWrite1h };
}

function readOutput(wire: Wire, output: number, counts: Counts): Pick<Usage, "outputText" | "reasoning"> {
  const thinking = counts.read(asWire(wire.output_tokens_details).thinking_tokens);
  if (thinking === undefined) return { outputText: output };
  if (thinking > output) counts.inconsistent = true;
  const reasoning = Math.min(thinking, output);
  return { outputText: output - reasoning, reasoning };
}

/** Rounds that the vendor went for the answer itself: the totals hold these. */
const IN_TOTALS = new Set(["message", "fallback_message"]);

function readItems(wire: Wire, counts: Counts): Usage["items"] {
  const tools = asWire(wire.server_tool_use);
  const items: Record<string, number> = {};
  const searches = counts.read(tools.web_search_requests) ?? 0;
  const fetches = counts.read(tools.web_fetch_requests) ?? 0;
  if (searches > 0) items.web_search = searches;
  if (fetches > 0) items.url_fetch = fetches;
  // Others (summaries of the conversation, a second model's advice) are billed beside the totals: they are counted, so
  // that they can be priced and are seen where they are not.
  for (const round of listOf(wire.iterations)) {
    const type = wordOf(asWire(round).type);
    if (type === undefined || IN_TOTALS.has(type)) continue;
    const name = `tool:${type.slice(0, NAME_CHARS_MAX)}`;
    items[name] = (items[name] ?? 0) + 1;
  }
  return Object.keys(items).length > 0 ? items : undefined;
}

/** Buckets in this format's words. Every member of the format is there: SDKs of typed languages insist. */
export function writeUsage(usage: Usage): Wire {
  return {
    ...writeDeltaUsage(usage),
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite5m ?? 0, ephemeral_1h_input_tokens: usage.cacheWrite1h ?? 0 },
    inference_geo: null,
    service_tier: usage.serviceTier === "priority" || usage.serviceTier === "batch" ? usage.serviceTier : "standard",
  };
}

/** The running totals that a stream ends with. */
export function writeDeltaUsage(usage: Usage): Wire {
  const { items, reasoning } = usage;
  const searches = items?.web_search ?? 0;
  const fetches = items?.url_fetch ?? 0;
  return {
    input_tokens: (usage.inputUncached ?? 0) + (usage.inputAudio ?? 0) + (usage.inputImage ?? 0) + (usage.inputVideo ?? 0),
    cache_creation_input_tokens: (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0),
    cache_read_input_tokens: (usage.cacheRead ?? 0) + (usage.cacheReadAudio ?? 0),
    output_tokens: (usage.outputText ?? 0) + (reasoning ?? 0) + (usage.outputAudio ?? 0) + (usage.outputImage ?? 0),
    output_tokens_details: reasoning === undefined ? null : { thinking_tokens: reasoning },
    server_tool_use: searches + fetches > 0 ? { web_search_requests: searches, web_fetch_requests: fetches } : null,
  };
}
