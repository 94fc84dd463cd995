"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#trpc/root.ts";
import type { Channel, FetchedList } from "#ui/channels/wire.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

type Listed = Extract<FetchedList, { listed: true }>["models"][number];
type CatalogueEntry = inferRouterOutputs<AppRouter>["admin"]["models"]["catalogue"]["entries"][number];

/** A model that the channel can serve, with its list price where one is known. */
export type Offered = Pick<Listed, "upstreamName" | "publicName" | "served" | "known" | "catalogueKey" | "input" | "output">;
export type Offer = Readonly<{ models: readonly Offered[]; /** The vendor told its models; otherwise they come from the catalogue. */ listed: boolean; note: string | null }>;

/** The simulator answers to any name; these are what a shop is tried with. */
const TRIED_WITH = ["openai/gpt-4o-mini", "openai/gpt-4.1", "anthropic/claude-sonnet-4-5", "google/gemini-2.5-flash"] as const;

const fromCatalogue = ({ key, slug, id, input, output, own }: CatalogueEntry): Offered =>
  ({ upstreamName: id, publicName: own ?? slug, served: false, known: own !== null ? "sold" : input === null ? "unpriced" : "priced", catalogueKey: key, input, output });

/** What a channel can sell: the vendor's own list, or a few of the catalogue where the vendor has none. */
export function useOffer(channel: Channel | undefined) {
  const client = useTRPCClient();
  return useQuery({
    queryKey: ["setup-offer", channel?.id],
    enabled: channel !== undefined,
    staleTime: Infinity,
    queryFn: async (): Promise<Offer> => {
      const { id, provider } = channel!;
      const list = provider === "simulator" ? undefined : await client.admin.channels.fetchModels.mutate({ id });
      if (list?.listed && list.models.length > 0) return { models: list.models, listed: true, note: null };
      const { entries } = await client.admin.models.catalogue.query(provider === "simulator" ? { keys: [...TRIED_WITH] } : { vendor: provider });
      return { models: entries.map(fromCatalogue), listed: provider === "simulator", note: list && !list.listed ? list.note : null };
    },
  });
}
