import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import type { Usage } from "#money/usage.ts";

const COUNT_MAX = 2 ** 40;
const RAW_BYTES_MAX = 4096;

/** Reads counts of a usage object, remembering whether one of them made no sense. */
export class Counts {
  inconsistent = false;

  /** First of the candidates that is there. Strings that hold numbers count; null and absent do not. */
  first(...candidates: readonly unknown[]): number | undefined {
    for (const candidate of candidates) {
      if (candidate === undefined || candidate === null || candidate === "") continue;
      const value = typeof candidate === "string" ? Number(candidate) : candidate;
      if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= COUNT_MAX) return value;
      this.inconsistent = true;
    }
    return undefined;
  }

  /** Cuts a part to its whole. */
  within(part: number | undefined, whole: number): number | undefined {
    if (part === undefined || part <= whole) return part;
    this.inconsistent = true;
    return whole;
  }
}

/** Leaves out what is undefined; the vendor's own object goes along while it is small. */
export function usageOf(buckets: Usage, raw: Wire): Usage {
  const usage: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(buckets)) if (value !== undefined) usage[name] = value;
  if (JSON.stringify(raw).length <= RAW_BYTES_MAX) usage.raw = raw;
  return usage as Usage;
}
