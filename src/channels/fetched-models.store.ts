import type { Pool } from "pg";
import { catalogue, catalogueKey, cataloguePrice, findInCatalogue } from "#catalog/catalogue.ts";
import { isWildcard } from "#catalog/wildcard.ts";
import { pricesOf } from "#channels/margins.ts";
import { readPriceSheet } from "#channels/price-sheet.store.ts";
import type { ChannelView } from "#channels/channel-list.store.ts";

/** One model that the vendor lists. */
export type FetchedModel = Readonly<{
  upstreamName: string;
  /** Name it is or would be sold under. */
  publicName: string;
  /** The channel serves it already. */
  served: boolean;
  /** `sold`: the shop has it with a price. `priced`: the catalogue knows a price. `unpriced`: known without. `unknown`: neither. */
  known: "sold" | "priced" | "unpriced" | "unknown";
  catalogueKey: string | null;
  /** Pico-USD per token: the shop's price, else the catalogue's. */
  input: bigint | null;
  output: bigint | null;
}>;

/** The vendor's list against the shop and the catalogue, and what the channel maps to that the vendor has no longer. */
export async function fetchedDiff(pool: Pool, channel: Pick<ChannelView, "provider" | "models">, names: readonly string[]): Promise<Readonly<{ models: readonly FetchedModel[]; gone: readonly Readonly<{ publicName: string; upstreamName: string }>[] }>> {
  const shop = await readPriceSheet(pool);
  const entries = catalogue();
  const sold = new Map(shop.flatMap((row) => [row.slug, ...row.aliases].map((name) => [name, row] as const)));
  const publicOf = new Map(channel.models.map(({ publicName, upstreamName }) => [upstreamName, publicName]));
  const models = names.map((upstreamName): FetchedModel => {
    const entry = findInCatalogue(entries, channel.provider, upstreamName);
    const publicName = publicOf.get(upstreamName) ?? soldName(sold, upstreamName) ?? upstreamName;
    const row = sold.get(publicName);
    const document = row?.current?.document ?? (entry && cataloguePrice(entry));
    const prices = pricesOf(document);
    return {
      upstreamName, publicName, served: publicOf.has(upstreamName),
      known: row?.current ? "sold" : entry && document ? "priced" : entry || row ? "unpriced" : "unknown",
      catalogueKey: entry ? catalogueKey(entry) : null, input: prices.input ?? null, output: prices.output ?? null,
    };
  });
  const listed = new Set(names);
  return { models, gone: channel.models.filter(({ publicName, upstreamName }) => !listed.has(upstreamName) && !isWildcard(publicName)).map(({ publicName, upstreamName }) => ({ publicName, upstreamName })) };
}

/** `openai/gpt-4o` is offered as the shop's `gpt-4o` where there is one. */
const soldName = (sold: ReadonlyMap<string, Readonly<{ slug: string }>>, upstream: string): string | undefined =>
  sold.get(upstream)?.slug ?? sold.get(upstream.split("/").at(-1)!)?.slug;
