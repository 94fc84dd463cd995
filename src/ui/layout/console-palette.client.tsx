"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useLocale, useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { CommandPalette, type PaletteGroup } from "#ui/kit/command-palette.client.tsx";
import { CONSOLE_NAV } from "#ui/layout/navigation.ts";
import { modelPath } from "#ui/storefront/addresses.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** Results of one kind at most. */
const SHOWN = 6;
const FRESH_MS = 60_000;
const REQUEST_ID = /^req_[0-9a-hjkmnp-tv-z]{26}$/i;

/** The box that leads everywhere in the console: pages, what can be done, keys and models by name, a request by its id. */
export function ConsolePalette() {
  const t = useTranslations("nav");
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const groups = useMemo((): readonly PaletteGroup[] => [
    { label: t("palette.pages"), items: [...CONSOLE_NAV.map(({ key, href }) => ({ id: href, label: t(`console.${key}`), href, keywords: [key] })), { id: "docs", label: t("docs"), href: `/${locale}/docs`, keywords: ["docs"] }] },
    {
      label: t("palette.actions"),
      items: [
        { id: "new-key", label: t("palette.newKey"), href: "/console/keys/new", keywords: ["new", "create", "key"] },
        { id: "top-up", label: t("palette.topUp"), href: "/console/wallet", keywords: ["top up", "credit", "pay"] },
        { id: "errors", label: t("palette.errors"), href: "/console/requests?status=error", keywords: ["errors", "failed"] },
        { id: "sessions", label: t("palette.sessions"), href: "/console/settings/sessions", keywords: ["sessions", "sign out"] },
      ],
    },
  ], [t, locale]);
  const search = useCallback(async (text: string): Promise<readonly PaletteGroup[]> => {
    const wanted = text.trim();
    if (REQUEST_ID.test(wanted)) {
      const id = `req_${wanted.slice(4).toUpperCase()}`;
      return [{ label: t("console.requests"), items: [{ id, label: id, href: `/console/requests/${id}` }] }];
    }
    const [keys, models] = await Promise.all([
      queries.fetchQuery(trpc.console.keys.list.queryOptions({ text: wanted.slice(0, 64), limit: SHOWN })),
      queries.fetchQuery({ ...trpc.console.models.list.queryOptions(), staleTime: FRESH_MS }),
    ]);
    const low = wanted.toLowerCase();
    const named = models.filter(({ slug, name }) => slug.toLowerCase().includes(low) || name.toLowerCase().includes(low)).slice(0, SHOWN);
    return [
      { label: t("console.keys"), items: keys.rows.map(({ id, name }) => ({ id, label: name, href: `/console/keys/${id}` })) },
      { label: t("console.models"), items: named.map(({ id, slug, name, vendor }) => ({ id, label: slug, href: modelPath(locale, { slug, vendorSlug: vendor ?? undefined }), ...(name !== slug && { hint: name }) })) },
    ].filter(({ items }) => items.length > 0);
  }, [queries, trpc, t, locale]);
  return <CommandPalette groups={groups} search={search} label={t("palette.label")} />;
}
