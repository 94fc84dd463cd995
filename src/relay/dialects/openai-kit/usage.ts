import type { Usage } from "#money/usage.ts";
import { Counts } from "#relay/dialects/stream-kit/counts.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";

/** How the counts of a vendor relate: the part of the flags that the reading of usage needs. */
export type UsageFlags = Pick<ProviderFlags, "cached" | "reasoning">;

const RAW_BYTES_MAX = 4096;
const COUNT_MAX = 2 ** 31;
/** xAI: 1 tick = 1e-10 USD. */
const TICKS_PER_NANO = 10;

type Wire = Readonly<Record<string, unknown>>;

/**
 * Takes the usage object of an OpenAI-shaped vendor apart into disjoint buckets.
 *
 * OpenAI's totals include their parts. Some vendors leave reasoning (xAI, DeepInfra's Gemini) or cached
 * tokens beside the total: the flags say so, and so does the vendor's own `total_tokens` where it equals
 * prompt + completion + reasoning. No bucket is ever negative and none counts twice; what contradicts
 * itself is cut and flagged. Zero is a fact and stays; absent stays absent.
 *
 * @param raw `usage` as the vendor sent it
 */
export function normaliseUsage(raw: unknown, flags: UsageFlags): Readonly<{ usage: Usage; inconsistent: boolean }> {
  const wire = asObject(raw);
  const counts = new Counts();
  const input = readInput(wire, flags, counts);
  const output = readOutput(wire, flags, counts);
  const items = readItems(wire, counts);
  const vendorCostNanoUsd = readCost(wire);
  const tier = wire.service_tier;
  const usage: Usage = {
    ...input,
    ...output,
    ...(items ? { items } : {}),
    ...(typeof tier === "string" && tier !== "" ? { serviceTier: tier.slice(0, 40) } : {}),
    ...(vendorCostNanoUsd === undefined ? {} : { vendorCostNanoUsd }),
    raw: isSmall(wire) ? wire : undefined,
  };
  return { usage, inconsistent: counts.inconsistent };
}

/** Would it take at most 4 KiB as JSON? Numbers and short names alone surely do; the rest is written out to see. */
function isSmall(wire: Wire): boolean {
  let fields = 0;
  for (const name in wire) {
    const value = wire[name];
    if (++fields > SURELY_SMALL_FIELDS || name.length > 40 || typeof value === "string") return JSON.stringify(wire).length <= RAW_BYTES_MAX;
    if (typeof value !== "object" || value === null) continue;
    for (const inner in value) {
      if (++fields > SURELY_SMALL_FIELDS || inner.length > 40 || typeof (value as Wire)[inner] !== "number") return JSON.stringify(wire).length <= RAW_BYTES_MAX;
    }
  }
  return true;
}

/** 64 numbers of 24 digits under names of 40 letters. */
const SURELY_SMALL_FIELDS = 60;

function readInput(wire: Wire, flags: UsageFlags, counts: Counts): Usage {
  const details = asObject(wire.prompt_tokens_details ?? wire.prompt_token_details ?? wire.input_tokens_details ?? wire.input_token_details);
  const completion = counts.first(wire.completion_tokens, wire.output_tokens) ?? 0;
  const total = counts.first(wire.total_tokens);
  // Embeddings of some vendors (Voyage, Jina) tell the total alone.
  let prompt = counts.first(wire.prompt_tokens, wire.input_tokens)
    ?? (total === undefined ? undefined : Math.max(0, total - completion));
  let cached = counts.first(
    wire.num_cached_tokens, details.cached_tokens, wire.prompt_cache_hit_tokens, wire.cached_tokens,
    wire.prompt_tokens === undefined ? undefined : wire.cache_read_input_tokens,
  );
  if (prompt === undefined) return {};

  if (cached !== undefined && (flags.cached === "out" || (flags.cached === "auto" && cached > prompt))) {
    if (flags.cached === "auto") counts.inconsistent = true;
    prompt += cached;
  }
  const media = readMedia(wire, details, prompt, counts);
  cached = counts.within(cached, prompt);
  const written = counts.within(counts.first(
    details.cache_write_tokens, details.cache_creation_input_tokens, details.cache_creation_tokens,
    wire.prompt_tokens === undefined ? undefined : wire.cache_creation_input_tokens,
  ), prompt - (cached ?? 0));
  const input = splitInput(prompt, cached, written, media);
  const long = counts.within(readLongWrites(wire, details, counts), written ?? 0) ?? 0;
  return long > 0 ? { ...input, cacheWrite5m: written! - long, cacheWrite1h: long } : input;
}

/** Of what was written into the cache, that which stays there for an hour: gateways to Anthropic's models tell it. */
function readLongWrites(wire: Wire, details: Wire, counts: Counts): number | undefined {
  const parts = asObject(details.cache_creation ?? details.cache_creation_token_details ?? wire.cache_creation);
  return counts.first(parts.ephemeral_1h_input_tokens, wire.claude_cache_creation_1_h_tokens);
}

type Media = Readonly<{ audio: number; image: number; video: number; cachedAudio: number | undefined }>;

/** Modality counts that pass the prompt are no part of it: they are read as text. */
function readMedia(wire: Wire, details: Wire, prompt: number, counts: Counts): Media {
  const audio = counts.first(details.audio_tokens, wire.audio_prompt_tokens) ?? 0;
  const image = counts.first(details.image_tokens) ?? 0;
  const video = counts.first(details.video_tokens) ?? 0;
  if (audio + image + video > prompt) {
    counts.inconsistent = true;
    return { audio: 0, image: 0, video: 0, cachedAudio: undefined };
  }
  const cachedAudio = counts.within(counts.first(asObject(details.cached_tokens_details).audio_tokens), audio);
  return { audio, image, video, cachedAudio };
}

/**
 * Cached tokens are taken from text first. What text cannot hold was cached audio, then image, then
 * video; of these only audio has a cached price of its own, the others are booked as cached text.
 */
function splitInput(prompt: number, cached: number | undefined, written: number | undefined, media: Media): Usage {
  let { audio, image, video } = media;
  let text = prompt - audio - image - video;
  let left = cached ?? 0;
  const take = (from: number): number => {
    const taken = Math.min(from, left);
    left -= taken;
    return taken;
  };
  let cachedAudio = Math.min(media.cachedAudio ?? 0, left);
  left -= cachedAudio;
  audio -= cachedAudio;
  let cacheRead = take(text);
  text -= cacheRead;
  const moreAudio = take(audio);
  audio -= moreAudio;
  cachedAudio += moreAudio;
  const cachedImage = take(image);
  image -= cachedImage;
  const cachedVideo = take(video);
  video -= cachedVideo;
  cacheRead += cachedImage + cachedVideo;

  // A cache write of media is priced as text's: the vendor names no other.
  let toWrite = written ?? 0;
  const fromText = Math.min(toWrite, text);
  text -= fromText;
  toWrite -= fromText;
  const fromImage = Math.min(toWrite, image);
  image -= fromImage;
  toWrite -= fromImage;
  const fromAudio = Math.min(toWrite, audio);
  audio -= fromAudio;
  video -= toWrite - fromAudio;

  return {
    inputUncached: text,
    ...(cached === undefined ? {} : { cacheRead }),
    ...(written === undefined ? {} : { cacheWrite5m: written }),
    ...(audio > 0 ? { inputAudio: audio } : {}),
    ...(cachedAudio > 0 ? { cacheReadAudio: cachedAudio } : {}),
    ...(image > 0 ? { inputImage: image } : {}),
    ...(video > 0 ? { inputVideo: video } : {}),
  };
}

function readOutput(wire: Wire, flags: UsageFlags, counts: Counts): Usage {
  const details = asObject(wire.completion_tokens_details ?? wire.completion_token_details ?? wire.output_tokens_details ?? wire.output_token_details);
  let completion = counts.first(wire.completion_tokens, wire.output_tokens);
  let reasoning = counts.first(details.reasoning_tokens, wire.reasoning_tokens);
  if (completion === undefined) return reasoning === undefined ? {} : { outputText: 0, reasoning };

  if (reasoning !== undefined && reasoning > 0 && reasoningIsBeside(wire, flags, completion, reasoning, counts)) completion += reasoning;
  reasoning = counts.within(reasoning, completion);
  let text = completion - (reasoning ?? 0);
  let audio = counts.first(details.audio_tokens) ?? 0;
  let image = counts.first(details.image_tokens) ?? 0;
  if (audio + image > text) {
    // Read as text: a modality cannot pass what was put out.
    counts.inconsistent = true;
    audio = 0;
    image = 0;
  }
  text -= audio + image;
  return {
    outputText: text,
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(audio > 0 ? { outputAudio: audio } : {}),
    ...(image > 0 ? { outputImage: image } : {}),
  };
}

function reasoningIsBeside(wire: Wire, flags: UsageFlags, completion: number, reasoning: number, counts: Counts): boolean {
  // Perplexity's research: what it read and thought on its way stands beside all that is told of the answer, its sum too.
  if (wire.citation_tokens !== undefined && wire.citation_tokens !== null && wire.reasoning_tokens === reasoning) return true;
  const total = counts.first(wire.total_tokens);
  const prompt = counts.first(wire.prompt_tokens, wire.input_tokens);
  if (total !== undefined && prompt !== undefined) {
    // The vendor's own sum decides before any flag: hosts of several models differ by model.
    if (total === prompt + completion) return flags.reasoning === "auto" && reasoning > completion ? flagged(counts) : false;
    if (total === prompt + completion + reasoning) return true;
  }
  if (flags.reasoning === "auto") return reasoning > completion ? flagged(counts) : false;
  return flags.reasoning === "out";
}

function flagged(counts: Counts): true {
  counts.inconsistent = true;
  return true;
}

function readItems(wire: Wire, counts: Counts): Readonly<Record<string, number>> | undefined {
  const searches = counts.first(
    asObject(wire.server_tool_use_details).web_search_requests, asObject(wire.server_tool_use).web_search_requests,
    wire.num_search_queries, wire.num_sources_used, asObject(asObject(wire.plugins).search).count,
  );
  const seconds = wire.prompt_audio_seconds;
  const items = {
    ...(searches !== undefined && searches > 0 && { web_search: searches }),
    ...(typeof seconds === "number" && seconds > 0 && seconds < COUNT_MAX && { audio_in_ms: Math.round(seconds * 1000) }),
    // Perplexity: what its searches have found and the model has read, at a price of its own.
    ...positive("tool:citation_token", counts.first(wire.citation_tokens)),
  };
  return Object.keys(items).length === 0 ? undefined : items;
}

const positive = (item: string, value: number | undefined): Readonly<Record<string, number>> => (value !== undefined && value > 0 ? { [item]: value } : {});

function readCost(wire: Wire): bigint | undefined {
  const ticks = wire.cost_in_usd_ticks;
  if (typeof ticks === "number" && ticks >= 0 && ticks < 2 ** 53) return BigInt(Math.round(ticks / TICKS_PER_NANO));
  const cost = typeof wire.cost === "object" ? asObject(wire.cost).total_cost : (wire.cost ?? wire.estimated_cost);
  return typeof cost === "number" && cost >= 0 && cost < 1e6 ? BigInt(Math.round(cost * 1e9)) : undefined;
}

const asObject = (value: unknown): Wire => (typeof value === "object" && value !== null ? (value as Wire) : NO_FIELDS);
const NO_FIELDS: Wire = {};
