import type { NormalisedUsage } from "#relay/canonical/codec.ts";
import type { Json } from "#relay/canonical/request.ts";
import { Counts, usageOf } from "#relay/dialects/stream-kit/counts.ts";
import { asWire } from "#relay/dialects/stream-kit/wire.ts";

/** How a vendor calls what went in and what came out, and the part of each that is told apart. */
export type UsageNames = Readonly<{ input: string; output: string }>;

/** Two counts under a vendor's own names. @returns undefined where none is told: a stated total alone says nothing of either */
export function readTokenUsage(value: Json | undefined, { input: inName, output: outName }: UsageNames): NormalisedUsage | undefined {
  const raw = asWire(value), counts = new Counts();
  const input = counts.first(raw[inName]), output = counts.first(raw[outName]);
  if (input === undefined && output === undefined) return undefined;
  return { usage: usageOf({ ...(input !== undefined && { inputUncached: input }), ...(output !== undefined && { outputText: output }) }, raw), inconsistent: counts.inconsistent };
}
