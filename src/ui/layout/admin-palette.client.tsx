"use client";
import { useTranslations } from "next-intl";
import { useCallback, useMemo } from "react";
import type { Permission } from "#accounts/permissions.ts";
import { CommandPalette, type PaletteGroup } from "#ui/kit/command-palette.client.tsx";
import { adminNavFor } from "#ui/layout/navigation.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

const PAGE_OF = {
  user: (id: string) => `/admin/users/${id}`, wallet: (id: string) => `/admin/users/${id}/wallet`, key: (id: string) => `/admin/users/${id}/keys`, request: (id: string) => `/admin/requests/${id}`,
  transaction: (id: string) => `/admin/ledger/transactions/${id}`, order: (id: string) => `/admin/orders/${id}`, model: (id: string) => `/admin/models?q=${encodeURIComponent(id)}`,
  channel: (id: string) => `/admin/channels?open=${id}`, group: (id: string) => `/admin/groups?open=${id}`, code_batch: (id: string) => `/admin/codes/${id}`,
} as const;

/** Settings among the results at most. */
const SETTINGS_SHOWN = 5;

export type PaletteSetting = Readonly<{ path: string; label: string; words: string; area: string }>;

/** The box that leads everywhere in the back office: pages, settings by name in both languages, and any id. */
export function AdminPalette({ permissions, settings }: { permissions: readonly Permission[]; settings: readonly PaletteSetting[] }) {
  const client = useTRPCClient();
  const nav = useTranslations("nav");
  const t = useTranslations("dashboard");
  const groups = useMemo((): readonly PaletteGroup[] => {
    const pages = adminNavFor(new Set(permissions)).flatMap(({ entries }) => entries.map(({ key, href }) => ({ id: href, label: nav(`admin.${key}`), href })));
    return [{ label: t("palette.pages"), items: pages }];
  }, [permissions, nav, t]);
  const search = useCallback(async (text: string): Promise<readonly PaletteGroup[]> => {
    const hits = await client.admin.search.find.query({ text });
    const kinds = [...new Set(hits.map(({ kind }) => kind))];
    const wanted = text.trim().toLowerCase();
    const named = settings.filter(({ words }) => words.includes(wanted)).slice(0, SETTINGS_SHOWN).map(({ path, label, area }) => ({ id: path, label, hint: path, href: `/admin/settings/${area}` }));
    const found = kinds.map((kind) => ({
      label: t(`palette.${kind}`),
      items: hits.filter((hit) => hit.kind === kind).map(({ id, title, note }) => ({ id: `${kind} ${id} ${title}`, label: title, href: PAGE_OF[kind](id), ...(note && { hint: note }) })),
    }));
    return [...found, ...(named.length > 0 ? [{ label: t("palette.settings"), items: named }] : [])];
  }, [client, settings, t]);
  return <CommandPalette groups={groups} search={search} label={t("palette.label")} />;
}
