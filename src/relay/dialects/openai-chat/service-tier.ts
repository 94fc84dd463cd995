import type { Usage } from "#money/usage.ts";

/** The words that this format has for tiers; what another vendor calls its own is no word of it. */
const TIERS: ReadonlySet<string> = new Set(["auto", "default", "flex", "scale", "priority"]);

export const tierOf = (usage: Usage | undefined): Readonly<{ service_tier?: string }> =>
  (usage?.serviceTier !== undefined && TIERS.has(usage.serviceTier) ? { service_tier: usage.serviceTier } : {});
