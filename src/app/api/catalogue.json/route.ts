import { publicOffers } from "#app/catalogue.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { shop } from "#app/shop.ts";
import { modelPath } from "#ui/storefront/addresses.ts";
import { capabilitiesOf } from "#ui/storefront/catalogue-query.ts";
import { formatsOf } from "#ui/storefront/formats.ts";
import { formatUnit, priceColumns, serviceRows, unitOf, windowRows } from "#ui/storefront/price-rows.ts";

export const dynamic = "force-dynamic";

/** The public price list for programs: amounts as decimal text in USD, each with its unit, and exactly in pico-USD. */
export async function GET(): Promise<Response> {
  const { baseUrl, settings } = await shop();
  const [base, { "shop.name": shopName }, offers] = await Promise.all([baseUrl(), settings(), publicOffers()]);
  const offered = offeredFormats();
  const data = offers.map((offer) => ({
    id: offer.slug,
    name: offer.name,
    vendor: offer.vendorSlug ?? null,
    aliases: offer.aliases,
    url: `${base}${modelPath("en", offer)}`,
    context: offer.contextTokens ?? null,
    max_output: offer.maxOutputTokens ?? null,
    formats: formatsOf({ endpoints: offer.endpoints, items: offer.prices }, offered),
    capabilities: [...capabilitiesOf(offer)],
    input: offer.facts.input,
    output: offer.facts.output,
    price_version: offer.list.versionId.toString(),
    price_since: offer.priceSince.toISOString(),
    prices: priceColumns(offer.list).map(({ over, marginal, prices }) => ({
      over_input_tokens: over,
      ...(over > 0 && { applies_to: marginal ? "part_above" : "whole_request" }),
      items: Object.fromEntries(Object.keys(offer.list.document.items).map((item) => [item, { usd: formatUnit(item, prices[item] ?? 0n), per: PER[unitOf(item)], pico_usd_per_unit: (prices[item] ?? 0n).toString() }])),
    })),
    windows: windowRows(offer.list.document).map(({ tz, days, from, to, ppm }) => ({ tz, days, from, to, factor_ppm: ppm })),
    service_tiers: serviceRows(offer.list.document).map(({ name, ppm }) => ({ name, factor_ppm: ppm })),
  }));
  const body = { shop: shopName, base_url: base, currency: "USD", data };
  return Response.json(body, { headers: { "access-control-allow-origin": "*", "cache-control": "no-cache" } });
}

const PER = { tokens: "1M tokens", characters: "1M characters", second: "second", calls: "1K calls", piece: "piece" } as const;
