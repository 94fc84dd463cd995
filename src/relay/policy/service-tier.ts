import type { CompiledPrice } from "#money/price.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";

const PLAIN: ReadonlySet<string> = new Set(["auto", "default", "standard", "standard_only", "unspecified", "SERVICE_TIER_UNSPECIFIED"]);

/** The tier that a request asks for by name; undefined = none, or the one it gets anyway. */
export function tierOf({ ranges }: ScannedRequest, body: Buffer): string | undefined {
  const range = ranges.get("service_tier") ?? ranges.get("serviceTier");
  if (!range) return undefined;
  const tier: unknown = JSON.parse(body.toString("utf8", range[0], range[1]));
  return typeof tier === "string" && !PLAIN.has(tier) ? tier : undefined;
}

/** The same, where there is a price for it: else it is not asked for, as nobody could say what it costs. */
export function pricedTier(scanned: ScannedRequest, body: Buffer, price: CompiledPrice): string | undefined {
  const tier = tierOf(scanned, body);
  return tier !== undefined && Object.hasOwn(price.document.service ?? {}, tier) ? tier : undefined;
}
