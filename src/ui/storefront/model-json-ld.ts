import { formatUnit, unitOf } from "#ui/storefront/price-rows.ts";
import type { ShownModel } from "#ui/storefront/shown-model.ts";

type Input = Readonly<{ offer: ShownModel; base: string; path: string; locale: string; shopName: string; models: string }>;

const UNIT_TEXT = { tokens: "1,000,000 tokens", characters: "1,000,000 characters", second: "second", calls: "1,000 calls", piece: "piece" } as const;

/** Product, its offer with a price a bucket, and the way to it. */
export function modelJsonLd({ offer, base, path, locale, shopName, models }: Input): object {
  const prices = Object.entries(offer.prices);
  return {
    "@context": "https://schema.org",
    "@graph": [
      {
        "@type": "Product", "@id": `${base}${path}#product`, name: offer.name, sku: offer.slug, category: "AI model API", url: `${base}${path}`,
        ...(offer.vendorName !== undefined && { brand: { "@type": "Brand", name: offer.vendorName } }),
        offers: {
          "@type": "Offer", url: `${base}${path}`, priceCurrency: "USD", availability: "https://schema.org/InStock",
          price: prices[0] === undefined ? "0" : formatUnit(...prices[0]), validFrom: offer.priceSince.toISOString(), seller: { "@type": "Organization", name: shopName, url: base },
          priceSpecification: prices.map(([item, price]) => ({ "@type": "UnitPriceSpecification", name: item, price: formatUnit(item, price), priceCurrency: "USD", unitText: UNIT_TEXT[unitOf(item)] })),
        },
      },
      {
        "@type": "BreadcrumbList",
        itemListElement: [
          { "@type": "ListItem", position: 1, name: models, item: `${base}/${locale}/models` },
          { "@type": "ListItem", position: 2, name: offer.name, item: `${base}${path}` },
        ],
      },
    ],
  };
}
