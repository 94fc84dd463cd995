"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "#ui/kit/badge.tsx";
import { TextField } from "#ui/kit/fields.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { NoMatch, SkeletonText } from "#ui/kit/states.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { hostOf, type ProviderTemplate } from "#ui/channels/wire.ts";

/** Vendors whose models write; the others paint, speak, listen, rank or make films. */
export const writes = ({ operations }: ProviderTemplate): boolean => operations.some((operation) => operation === "chat" || operation === "completions");

/** The most general first, what is only for trying things out last. */
const rank = (template: ProviderTemplate): number => ({ "openai-compatible": 0, openai: 1, gemini: 2, openrouter: 3, simulator: 9 })[template.id] ?? (writes(template) ? 5 : 6);

type Props = { templates: readonly ProviderTemplate[] | undefined; onPick: (id: string) => void; /** In a column, with fewer cards a row. */ narrow?: boolean };

/** The vendors that channels can be made for, to be searched. */
export function TemplateGallery({ templates, onPick, narrow = false }: Props) {
  const t = useTranslations("channels.wizard");
  const [search, setSearch] = useState("");
  const shown = templates?.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(search.trim().toLowerCase())).toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "en"));
  return (
    <>
      <TextField className="mb-4 sm:max-w-80" label={t("search")} hideLabel placeholder={t("search")} value={search} onChange={(event) => setSearch(event.target.value)} autoFocus />
      {!shown ? <SkeletonText lines={6} /> : shown.length === 0 ? <NoMatch onClear={() => setSearch("")} /> : (
        <ul className={cn("grid gap-3 sm:grid-cols-2", narrow ? "lg:grid-cols-3" : "lg:grid-cols-3 xl:grid-cols-4")}>
          {shown.map((template) => (
            <li key={template.id}>
              <button type="button" className="card flex h-full w-full items-center gap-3 p-3 text-left hover:bg-muted" onClick={() => onPick(template.id)}>
                <VendorMark name={template.name} />
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{template.name}</span>
                  <span className="block truncate text-13 text-fg-3">{template.id === "simulator" ? t("simulator") : template.baseUrl ? hostOf(template.baseUrl) : t("ownAddress")}</span>
                </span>
                {template.unconfirmed ? <Badge>{t("unconfirmed")}</Badge> : null}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
