import data from "#catalog/data/catalogue.json" with { type: "json" };
import { priceFromWords } from "#catalog/price-text.ts";
import type { PriceDocument } from "#money/price.ts";

/** What the shop ships with of one model at one vendor: facts to start from, never the shop's own price. */
export type CatalogueEntry = Readonly<{
  /** The catalogue's vendor; several may serve one model. */
  vendor: string;
  /** Id of the provider table that serves it. */
  provider: string;
  /** The vendor's own name of the model. */
  id: string;
  name: string;
  mode: "chat" | "responses" | "embedding";
  context?: number;
  maxOutput?: number;
  input: readonly string[];
  output: readonly string[];
  can: readonly string[];
  released?: string;
  knowledge?: string;
  open: boolean;
  /** List price in the words of the store file, USD as decimal text; undefined = not known. */
  price?: Readonly<Record<string, string>>;
  tiers?: readonly Readonly<{ over: number; items: Readonly<Record<string, string>> }>[];
  source: string;
  asOf: string;
}>;

type Raw = Omit<CatalogueEntry, "input" | "output" | "can" | "open"> & Readonly<{ input?: readonly string[]; output?: readonly string[]; can?: readonly string[]; open?: boolean }>;

const TEXT: readonly string[] = ["text"];

/** Every entry, by vendor and name. The file leaves out what holds for most models. */
export const catalogue = (): readonly CatalogueEntry[] =>
  (data as unknown as readonly Raw[]).map((raw) => ({ ...raw, input: raw.input ?? TEXT, output: raw.output ?? TEXT, can: raw.can ?? [], open: raw.open ?? false }));

/** Names an entry within the catalogue. */
export const catalogueKey = ({ vendor, id }: Readonly<{ vendor: string; id: string }>): string => `${vendor}/${id}`;

/** The entry's list price as a document; undefined when the catalogue knows none. */
export function cataloguePrice({ price, tiers, mode }: CatalogueEntry): PriceDocument | undefined {
  if (!price) return undefined;
  return priceFromWords({ ...price, ...(tiers && { tiers: tiers.map(({ over, items }) => ({ over, mode: "whole", items })) }) }, endpointsOf(mode));
}

/** What a model of this kind is called by. Empty = all that its channels can serve. */
export const endpointsOf = (mode: CatalogueEntry["mode"]): readonly ("chat" | "responses" | "embeddings")[] =>
  ({ chat: [] as const, responses: ["responses" as const], embedding: ["embeddings" as const] })[mode];

/**
 * The entry that says the most of a vendor's model: that of the provider itself, else the first with a price under
 * the same name, with or without the maker before the slash.
 */
export function findInCatalogue(entries: readonly CatalogueEntry[], provider: string, upstreamName: string): CatalogueEntry | undefined {
  const bare = upstreamName.split("/").at(-1)!.toLowerCase();
  const same = entries.filter(({ id }) => id === upstreamName || id.toLowerCase().split("/").at(-1) === bare);
  const exact = same.filter(({ id }) => id === upstreamName);
  return exact.find((entry) => entry.provider === provider) ?? exact.find(({ price }) => price) ?? exact[0]
    ?? same.find((entry) => entry.provider === provider) ?? same.find(({ price }) => price) ?? same[0];
}
