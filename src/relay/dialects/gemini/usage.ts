import type { Usage } from "#money/usage.ts";
import type { NormalisedUsage } from "#relay/canonical/codec.ts";
import { plainText } from "#relay/canonical/plain.ts";
import { textOf, wireOf, wiresOf, type Wire } from "#relay/dialects/gemini/wire.ts";

const COUNT_MAX = 2 ** 40;
const RAW_BYTES_MAX = 4096;

type Check = { inconsistent: boolean };
type ByModality = Readonly<{ audio: number; image: number; video: number }>;

/**
 * Takes Gemini's `usageMetadata` apart into disjoint buckets.
 *
 * Cached tokens are within the prompt; what a tool of the vendor's own put into the prompt stands beside it, and
 * thoughts stand beside the candidates. Tokens of documents are priced as text. What contradicts itself is cut and flagged.
 */
export function normaliseUsage(raw: unknown): NormalisedUsage {
  const wire = wireOf(raw);
  const check: Check = { inconsistent: false };
  const tier = textOf(wire.serviceTier);
  const usage: Usage = {
    ...inputOf(wire, check),
    ...outputOf(wire, check),
    ...(tier === undefined ? {} : { serviceTier: tier.slice(0, 40) }),
    raw: JSON.stringify(wire).length <= RAW_BYTES_MAX ? wire : undefined,
  };
  return { usage, inconsistent: check.inconsistent };
}

/** The counts of a stream are running totals, but a later chunk may leave out what an earlier one told. */
export const laterUsage = (earlier: Wire | undefined, later: Wire): Wire =>
  earlier === undefined ? later : { ...earlier, ...Object.fromEntries(Object.entries(later).filter(([, value]) => value !== null && value !== undefined)) };

/** Whole numbers, also as text (64-bit ones travel so); null and absent do not count. */
function count(value: unknown, check: Check): number | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= COUNT_MAX) return number;
  check.inconsistent = true;
  return undefined;
}

function within(part: number, whole: number, check: Check): number {
  if (part <= whole) return part;
  check.inconsistent = true;
  return whole;
}

function byModality(details: readonly unknown[], check: Check): ByModality {
  const sums = { audio: 0, image: 0, video: 0 };
  for (const detail of details.flatMap(wiresOf)) {
    const name = plainText(detail.modality).toLowerCase();
    if (name === "audio" || name === "image" || name === "video") sums[name] += count(detail.tokenCount, check) ?? 0;
  }
  return sums;
}

const NO_MEDIA: ByModality = { audio: 0, image: 0, video: 0 };

/** Modality counts that pass their whole are no part of it: they are read as text. */
function mediaWithin(media: ByModality, whole: number, check: Check): ByModality {
  if (media.audio + media.image + media.video <= whole) return media;
  check.inconsistent = true;
  return NO_MEDIA;
}

function inputOf(wire: Wire, check: Check): Usage {
  const prompt = count(wire.promptTokenCount, check);
  const byTools = count(wire.toolUsePromptTokenCount, check);
  if (prompt === undefined && byTools === undefined) return {};
  const total = (prompt ?? 0) + (byTools ?? 0);
  const told = count(wire.cachedContentTokenCount, check);
  const media = mediaWithin(byModality([wire.promptTokensDetails, wire.toolUsePromptTokensDetails], check), total, check);
  if (told === undefined) return inputBuckets(total, media, undefined, NO_MEDIA);
  const cached = within(told, prompt ?? 0, check);
  const cachedMedia = byModality([wire.cacheTokensDetails], check);
  return inputBuckets(total, media, cached, {
    audio: within(cachedMedia.audio, media.audio, check),
    image: within(cachedMedia.image, media.image, check),
    video: within(cachedMedia.video, media.video, check),
  });
}

/**
 * Where the vendor does not say what it had cached, it was text first, then audio, image, video. Of media only audio
 * has a price of its own when cached.
 */
function inputBuckets(total: number, media: ByModality, cached: number | undefined, cachedMedia: ByModality): Usage {
  let left = cached ?? 0;
  const take = (most: number): number => {
    const taken = Math.min(most, left);
    left -= taken;
    return taken;
  };
  const rest = { ...media, text: total - media.audio - media.image - media.video };
  let fromAudio = take(cachedMedia.audio);
  const fromImage = take(cachedMedia.image);
  const fromVideo = take(cachedMedia.video);
  rest.image -= fromImage;
  rest.video -= fromVideo;
  const fromText = take(rest.text);
  fromAudio += take(rest.audio - fromAudio);
  rest.audio -= fromAudio;
  const moreImage = take(rest.image);
  const moreVideo = take(rest.video);
  const cacheRead = fromText + fromImage + fromVideo + moreImage + moreVideo;
  return {
    inputUncached: rest.text - fromText,
    ...(cached === undefined ? {} : { cacheRead }),
    ...positive("inputAudio", rest.audio),
    ...positive("cacheReadAudio", fromAudio),
    ...positive("inputImage", rest.image - moreImage),
    ...positive("inputVideo", rest.video - moreVideo),
  };
}

function outputOf(wire: Wire, check: Check): Usage {
  const thoughts = count(wire.thoughtsTokenCount, check);
  // The count of candidates is left out when there were only thoughts.
  const candidates = count(wire.candidatesTokenCount, check) ?? count(wire.responseTokenCount, check) ?? (thoughts === undefined ? undefined : 0);
  if (candidates === undefined) return {};
  const media = mediaWithin(byModality([wire.candidatesTokensDetails, wire.responseTokensDetails], check), candidates, check);
  return {
    outputText: candidates - media.audio - media.image - media.video,
    ...(thoughts === undefined ? {} : { reasoning: thoughts }),
    ...positive("outputAudio", media.audio),
    ...positive("outputImage", media.image + media.video),
  };
}

const positive = (name: keyof Usage, value: number): Usage => (value > 0 ? { [name]: value } : {});

/** The buckets as `usageMetadata`, for clients. */
export function encodeUsage(usage: Usage): Wire {
  const media = (usage.inputAudio ?? 0) + (usage.inputImage ?? 0) + (usage.inputVideo ?? 0) + (usage.cacheReadAudio ?? 0);
  const text = (usage.inputUncached ?? 0) + (usage.cacheRead ?? 0) + (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0);
  const cached = (usage.cacheRead ?? 0) + (usage.cacheReadAudio ?? 0);
  const outMedia = (usage.outputAudio ?? 0) + (usage.outputImage ?? 0);
  const candidates = (usage.outputText ?? 0) + outMedia;
  const details = (...rows: readonly (readonly [string, number])[]): readonly Wire[] =>
    rows.filter(([, tokens]) => tokens > 0).map(([modality, tokenCount]) => ({ modality, tokenCount }));
  return {
    promptTokenCount: text + media,
    ...(usage.outputText === undefined && outMedia === 0 ? {} : { candidatesTokenCount: candidates }),
    totalTokenCount: text + media + candidates + (usage.reasoning ?? 0),
    ...(usage.cacheRead === undefined && usage.cacheReadAudio === undefined ? {} : { cachedContentTokenCount: cached }),
    promptTokensDetails: details(
      ["TEXT", text], ["AUDIO", (usage.inputAudio ?? 0) + (usage.cacheReadAudio ?? 0)], ["IMAGE", usage.inputImage ?? 0], ["VIDEO", usage.inputVideo ?? 0],
    ),
    ...(usage.cacheReadAudio ? { cacheTokensDetails: details(["TEXT", usage.cacheRead ?? 0], ["AUDIO", usage.cacheReadAudio]) } : {}),
    ...(outMedia > 0 ? { candidatesTokensDetails: details(["TEXT", usage.outputText ?? 0], ["AUDIO", usage.outputAudio ?? 0], ["IMAGE", usage.outputImage ?? 0]) } : {}),
    ...(usage.reasoning === undefined ? {} : { thoughtsTokenCount: usage.reasoning }),
  };
}
