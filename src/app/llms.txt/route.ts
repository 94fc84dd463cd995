import { publicOffers } from "#app/catalogue.ts";
import { guideText } from "#app/guide-text.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { shop } from "#app/shop.ts";
import { modelPath } from "#ui/storefront/addresses.ts";
import { GUIDES, works } from "#ui/storefront/docs/guides.ts";
import { MARKDOWN_ENDING } from "#ui/storefront/markdown.ts";
import { FORMAT_PATHS, formatAddress } from "#ui/storefront/formats.ts";
import { pricePhrase } from "#ui/storefront/price-phrase.ts";

export const dynamic = "force-dynamic";

/** The shop in Markdown for language models: where it answers, what it sells at which price, and its guides. */
export async function GET(): Promise<Response> {
  const { baseUrl, settings } = await shop();
  const [base, { "shop.name": shopName }, offers] = await Promise.all([baseUrl(), settings(), publicOffers()]);
  const offered = offeredFormats();
  const models = await Promise.all(offers.map(async (offer) => `- [${offer.slug}](${base}${modelPath("en", offer)}${MARKDOWN_ENDING}): ${await pricePhrase(offer, "en")}`));
  const guides = await Promise.all(GUIDES.filter((guide) => works(guide, offered)).map(async (guide) => {
    const { title, description } = await guideText("en", guide);
    return `- [${title}](${base}/en/docs/${guide.slug}${MARKDOWN_ENDING}): ${description}`;
  }));
  const text = [
    `# ${shopName}`, "",
    `> API access to ${offers.length} AI models with one key and one prepaid balance. Prices in USD.`, "",
    `Base URL: ${base}/v1 (OpenAI form). Key as \`Authorization: Bearer\`.`, "",
    ...FORMAT_PATHS.filter(([format]) => offered.has(format)).map(([format, path]) => `- ${format}: \`${formatAddress(format, path, base)}\``), "",
    "## Models", "", ...(models.length > 0 ? models : ["Nothing is on sale yet."]), "",
    "## Guides", "", ...guides, "",
    "## Reference", "",
    `- [Every address of the API](${base}/en/docs/api${MARKDOWN_ENDING})`, `- [Management REST](${base}/en/docs/api/management${MARKDOWN_ENDING})`, "",
    "## Data", "",
    `- [Price list as JSON](${base}/api/catalogue.json)`, `- [Price changes as a feed](${base}/en/prices.xml)`, `- [Status](${base}/en/status)`, `- [Status as JSON](${base}/api/status)`, `- Documentation and models in Chinese stand under the same addresses with /zh instead of /en.`, "",
  ].join("\n");
  return new Response(text, { headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" } });
}
