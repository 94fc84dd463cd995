import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import { imageItem, imageTokens } from "#relay/dialects/media-kit/image-work.ts";
import type { ReadUsage } from "#relay/dialects/media-kit/media-facts.ts";
import { INPUT_AUDIO_TOKENS_PER_S } from "#relay/dialects/media-kit/sound-work.ts";
import { normaliseUsage, type UsageFlags } from "#relay/dialects/openai-kit/usage.ts";
import { asWire, type Wire } from "#relay/dialects/stream-kit/wire.ts";
import type { Json } from "#relay/canonical/request.ts";
import type { Usage } from "#money/usage.ts";

/** A vendor that names a length far beyond that of the recording is mistaken. */
const LENGTH_SLACK = 2;
const LENGTH_SLACK_MS = 60_000;
const SECONDS_MAX = 1e6;

type Reported = Readonly<{ usage: Usage; inconsistent: boolean; /** Tokens were told. */ tokens: boolean }>;

/** The vendor's usage object in buckets; undefined where it sent none. */
export function reportedUsage(raw: Json | undefined, flags: UsageFlags): Reported | undefined {
  if (typeof raw !== "object" || raw === null) return undefined;
  const { usage, inconsistent } = normaliseUsage(withAudio(asWire(raw)), flags);
  return { usage, inconsistent, tokens: usage.inputUncached !== undefined || usage.outputText !== undefined };
}

/** Mistral counts what it hears beside the prompt: the sum of all tells. */
function withAudio(wire: Wire): Wire {
  const audio = asWire(wire.prompt_tokens_details).audio_tokens, { prompt_tokens: prompt, completion_tokens: completion = 0, total_tokens: total } = wire;
  const isBeside = typeof audio === "number" && typeof prompt === "number" && typeof completion === "number" && audio > 0 && total === prompt + completion + audio;
  return isBeside ? { ...wire, prompt_tokens: prompt + audio } : wire;
}

export type MadeImages = Readonly<{ count: number; size?: string | undefined; quality?: string | undefined }>;

/** Pictures by the piece, and by tokens where the vendor tells them or the price wants them. */
export function imagesUsage(raw: Json | undefined, made: MadeImages, media: MediaAsk, flags: UsageFlags): ReadUsage {
  const asked: NonNullable<MediaAsk["images"]> = media.images ?? { count: made.count, partial: 0 };
  const count = Math.min(made.count, asked.count);
  const size = made.size ?? asked.size, quality = made.quality ?? asked.quality;
  const items = { [imageItem(size, quality)]: count };
  const reported = reportedUsage(raw, flags);
  if (reported?.tokens) return { usage: { ...asImageOutput(reported.usage, raw), items }, inconsistent: reported.inconsistent, estimated: false };
  const known = { ...reported?.usage, items };
  if (!media.byTokens) return { usage: known, inconsistent: false, estimated: false };
  return { usage: { ...known, outputText: 0, outputImage: count * imageTokens(size, quality) }, inconsistent: false, estimated: true };
}

/** Output that is not taken apart is the picture. */
function asImageOutput(usage: Usage, raw: Json | undefined): Usage {
  const wire = asWire(raw);
  const isApart = [wire.output_tokens_details, wire.output_token_details, wire.completion_tokens_details].some((details) => typeof asWire(details).image_tokens === "number");
  return isApart || usage.outputText === undefined ? usage : { ...usage, outputText: 0, outputImage: usage.outputText };
}

/**
 * What was heard: by tokens where the vendor tells them, and by its length in any case.
 *
 * @param seconds where the reply says them beside the usage
 */
export function heardUsage(raw: Json | undefined, seconds: Json | undefined, media: MediaAsk, flags: UsageFlags): ReadUsage {
  const wire = asWire(raw), reported = reportedUsage(raw, flags);
  const told = [wire.seconds, wire.prompt_audio_seconds, seconds].map(Number).find((value) => value > 0 && value < SECONDS_MAX);
  const own = media.audioGuessed ? undefined : media.audioMs;
  const toldMs = told === undefined ? undefined : Math.ceil(told * 1000);
  const isAbsurd = toldMs !== undefined && own !== undefined && toldMs > own * LENGTH_SLACK + LENGTH_SLACK_MS;
  const ms = (isAbsurd ? own : toldMs) ?? media.audioMs;
  const items = ms === undefined ? {} : { items: { audio_in_ms: ms } };
  const inconsistent = isAbsurd || reported?.inconsistent === true;
  if (reported?.tokens) return { usage: { ...reported.usage, ...items }, inconsistent, estimated: false };
  if (media.byTokens) {
    const heard = Math.ceil(((ms ?? 0) / 1000) * INPUT_AUDIO_TOKENS_PER_S);
    return { usage: { ...reported?.usage, ...items, ...(heard > 0 && { inputAudio: heard }) }, inconsistent, estimated: true };
  }
  return { usage: { ...reported?.usage, ...items }, inconsistent, estimated: toldMs === undefined && own === undefined };
}
