import type { Target } from "#relay/canonical/codec.ts";

/** A value within the vendor's own bounds; what is outside is moved to the nearest, with a warning. */
export function clamped(value: number | undefined, [min, max]: readonly [min: number, max: number], name: "temperature" | "top_p" | "frequency_penalty", { warn }: Target): number | undefined {
  if (value === undefined || (value >= min && value <= max)) return value;
  warn(`${name}_clamped`);
  return Math.min(Math.max(value, min), max);
}

/** For protocols without a cap on the answer: whoever has asked for one is told. */
export function tellCapDropped({ maxOutputTokens }: Readonly<{ maxOutputTokens?: number }>, { warn }: Target): void {
  if (maxOutputTokens !== undefined) warn("max_tokens_dropped");
}
