import { toQuantities } from "#money/usage.ts";
import type { Quantities, Usage } from "#money/usage.ts";

/** The most tokens that an answer can have taken: what was set aside for it. */
export type TokensMost = Readonly<{ input: number; output: number }>;

const INPUT = ["inputUncached", "cacheRead", "cacheWrite5m", "cacheWrite1h", "inputAudio", "cacheReadAudio", "inputImage", "inputVideo"] as const;
const OUTPUT = ["outputText", "reasoning", "outputAudio", "outputImage"] as const;
type Part = (typeof INPUT)[number] | (typeof OUTPUT)[number];
type Within = Partial<Record<Part, number>>;

/**
 * What an answer that was made in the background is charged for. A vendor that says nothing is paid by nobody; one that
 * says more than can be is not believed beyond that.
 */
export function textQuantities(usage: Usage | undefined, most: TokensMost | undefined): Quantities | undefined {
  if (!usage) return undefined;
  const within: Within = {};
  if (most) {
    fit(usage, INPUT, most.input, within);
    fit(usage, OUTPUT, most.output, within);
  }
  return toQuantities({ ...usage, ...within });
}

/** Takes what is too much from the first of the parts on. */
function fit(usage: Usage, parts: readonly Part[], most: number, within: Within): void {
  let left = most;
  for (const part of parts) {
    const told = usage[part];
    if (told === undefined) continue;
    const taken = Math.min(told, left);
    within[part] = taken;
    left -= taken;
  }
}
