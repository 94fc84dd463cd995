"use client";
import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import { CommandPalette, type PaletteGroup } from "#ui/kit/command-palette.client.tsx";
import { CONSOLE_NAV } from "#ui/layout/navigation.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

/** As it is shown, or as a mail program or a log may have changed its case. */
const REQUEST_ID = /^req_([0-9a-hjkmnp-tv-z]{26})$/i;
const EACH = 5;

/** The box that leads everywhere in the console: pages, what one does most, own keys by name, models, and a request by its id. */
export function ConsolePalette() {
  const client = useTRPCClient();
  const nav = useTranslations("nav");
  const t = useTranslations("nav.palette");
  const groups = useMemo((): readonly PaletteGroup[] => [
    { label: t("pages"), items: CONSOLE_NAV.map(({ key, href }) => ({ id: href, label: nav(`console.${key}`), href })) },
    {
      label: t("actions"),
      items: [
        { id: "new-key", label: t("newKey"), href: "/console/keys/new" }, { id: "top-up", label: t("topUp"), href: "/console/wallet" },
        { id: "security", label: t("security"), href: "/console/settings/security" }, { id: "sessions", label: t("sessions"), href: "/console/settings/sessions" },
      ],
    },
  ], [nav, t]);
  const search = useCallback(async (text: string): Promise<readonly PaletteGroup[]> => {
    const wanted = text.trim();
    const ulid = REQUEST_ID.exec(wanted)?.[1];
    if (ulid !== undefined) {
      const id = `req_${ulid.toUpperCase()}`;
      return [{ label: nav("console.requests"), items: [{ id, label: id, href: `/console/requests/${id}` }] }];
    }
    const [keys, models] = await Promise.all([client.console.keys.list.query({ text: wanted.slice(0, 64), limit: EACH }), client.console.models.list.query()]);
    const fitting = models.filter(({ slug, name }) => `${slug} ${name}`.toLowerCase().includes(wanted.toLowerCase())).slice(0, EACH);
    const found: PaletteGroup[] = [
      { label: nav("console.keys"), items: keys.rows.map(({ id, name }) => ({ id: `key ${id}`, label: name, href: `/console/keys/${id}` })) },
      { label: nav("console.models"), items: fitting.map(({ id, slug, vendorName }) => ({ id: `model ${id}`, label: slug, href: `/console/models?q=${encodeURIComponent(slug)}`, ...(vendorName !== null && { hint: vendorName }) })) },
    ];
    return found.filter(({ items }) => items.length > 0);
  }, [client, nav]);
  return <CommandPalette groups={groups} search={search} label={t("label")} />;
}
