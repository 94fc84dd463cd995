import type { Usage } from "#money/usage.ts";
import { normaliseUsage } from "#relay/dialects/openai-kit/usage.ts";
import { object } from "#relay/realtime/vendor-frames.ts";

export type RealtimeUsage = Readonly<{ usage: Usage; inconsistent: boolean }>;

/** Totals hold their parts. */
const INCLUSIVE = { cached: "in", reasoning: "in" } as const;
const MS_MAX = 24 * 3_600_000;

/** The usage of a finished answer; undefined when the vendor names no number. */
export function answerUsage(raw: unknown): RealtimeUsage | undefined {
  const wire = object(raw);
  if (![wire.input_tokens, wire.output_tokens, wire.total_tokens].some((count) => typeof count === "number")) return undefined;
  const { input_token_details, output_token_details, ...totals } = wire;
  const { usage, inconsistent } = normaliseUsage({ ...totals, input_tokens_details: input_token_details, output_tokens_details: output_token_details }, INCLUSIVE);
  return { usage: usage.raw === undefined ? usage : { ...usage, raw: wire }, inconsistent };
}

/** The usage of what was written down: in tokens, or in seconds of sound. */
export function transcriptionUsage(raw: unknown): RealtimeUsage | undefined {
  const wire = object(raw);
  if (wire.type !== "duration") return answerUsage(raw);
  const { seconds } = wire;
  if (typeof seconds !== "number" || !(seconds >= 0)) return undefined;
  const ms = Math.ceil(seconds * 1_000);
  return { usage: { items: { audio_in_ms: Math.min(ms, MS_MAX) }, raw: wire }, inconsistent: ms > MS_MAX };
}
