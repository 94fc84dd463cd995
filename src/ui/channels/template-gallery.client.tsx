"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "#ui/kit/badge.tsx";
import { TextField } from "#ui/kit/fields.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { NoMatch, SkeletonText } from "#ui/kit/states.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { isOfKind, TEMPLATE_KINDS, writes, type TemplateKind } from "#ui/channels/template-kinds.ts";
import { useVendorName } from "#ui/channels/vendor-name.client.ts";
import { hostOf, type ProviderTemplate } from "#ui/channels/wire.ts";

/** The most general first, what is only for trying things out last. */
const rank = (template: ProviderTemplate): number => ({ "openai-compatible": 0, openai: 1, anthropic: 2, gemini: 3, openrouter: 4, simulator: 9 })[template.id] ?? (writes(template) ? 5 : 6);

type Props = { templates: readonly ProviderTemplate[] | undefined; onPick: (id: string) => void; /** In a column, with fewer cards a row. */ narrow?: boolean };

/** The vendors that channels can be made for, to be searched and narrowed by what they do. */
export function TemplateGallery({ templates, onPick, narrow = false }: Props) {
  const t = useTranslations("channels.wizard");
  const [search, setSearch] = useState("");
  const [kind, setKind] = useState<TemplateKind>();
  const vendorName = useVendorName();
  const found = templates?.filter(({ id, name }) => `${id} ${name} ${vendorName(id, name)}`.toLowerCase().includes(search.trim().toLowerCase()));
  const shown = found?.filter((template) => kind === undefined || isOfKind(template, kind)).toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "en"));
  const clear = (): void => {
    setSearch("");
    setKind(undefined);
  };
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
        <TextField className="w-full sm:w-72" label={t("search")} hideLabel placeholder={t("search")} value={search} onChange={(event) => setSearch(event.target.value)} autoFocus />
        {narrow ? null : (
          <div className="flex min-w-0 flex-wrap gap-1.5" role="group" aria-label={t("kind")}>
            {[undefined, ...TEMPLATE_KINDS].map((name) => (
              <button key={name ?? "all"} type="button" className={cn("chip", kind === name && "chip-on")} aria-pressed={kind === name} onClick={() => setKind(name)}>
                {t(`kinds.${name ?? "all"}`)} <span className="nums text-12">{found?.filter((template) => name === undefined || isOfKind(template, name)).length ?? ""}</span>
              </button>
            ))}
          </div>
        )}
      </div>
      {!shown ? <SkeletonText lines={6} /> : shown.length === 0 ? <NoMatch onClear={clear} /> : (
        <ul className={cn("grid grid-cols-2 gap-2 sm:gap-3", narrow ? "lg:grid-cols-3" : "lg:grid-cols-3 xl:grid-cols-4")}>
          {shown.map((template) => <li key={template.id}><VendorTile template={template} onPick={onPick} /></li>)}
        </ul>
      )}
    </>
  );
}

/** Two in a row on a phone, where the name may take two lines and the address is left out. */
function VendorTile({ template, onPick }: { template: ProviderTemplate; onPick: (id: string) => void }) {
  const t = useTranslations("channels.wizard");
  const vendorName = useVendorName();
  return (
    <button type="button" className="card flex h-full min-h-13 w-full items-center gap-2.5 p-2 text-left hover:bg-muted sm:gap-3 sm:p-3" onClick={() => onPick(template.id)}>
      <VendorMark name={template.name} />
      <span className="min-w-0 flex-1">
        <span className="line-clamp-2 font-medium break-words max-sm:text-13">{vendorName(template.id, template.name)}</span>
        <span className="block truncate text-13 text-fg-3 max-sm:hidden">{template.id === "simulator" ? t("simulator") : template.baseUrl ? hostOf(template.baseUrl) : t("ownAddress")}</span>
        {template.unconfirmed ? <span className="block truncate text-12 text-fg-3 sm:hidden">{t("unconfirmed")}</span> : null}
      </span>
      {template.unconfirmed ? <Badge className="max-sm:hidden">{t("unconfirmed")}</Badge> : null}
    </button>
  );
}
