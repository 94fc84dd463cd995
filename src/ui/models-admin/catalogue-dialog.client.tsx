"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { formatContext, formatUsdPerMillion } from "#ui/format/index.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { SelectField, TextField } from "#ui/kit/fields.client.tsx";
import { ErrorState, NoMatch, SkeletonText } from "#ui/kit/states.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { factorOf, MARKUP_PRESET, MarkupField, type Markup } from "#ui/models-admin/markup-field.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

export type CatalogueRow = inferRouterOutputs<AppRouter>["admin"]["models"]["catalogue"]["entries"][number];

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** `map`: what the shop sells already may be ticked too, for a channel that shall serve it. */
  existing?: "skip" | "map";
  onAdded?: (entries: readonly CatalogueRow[]) => Promise<void>;
};

/** Models that the shop knows of from its shipped catalogue, to be ticked; prices come along only if wanted. */
export function CatalogueDialog({ open, onOpenChange, existing = "skip", onAdded }: Props) {
  const t = useTranslations("models-admin.catalogue");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("text")} size="lg">
      {open ? <Picker existing={existing} onClose={() => onOpenChange(false)} {...(onAdded && { onAdded })} /> : null}
    </Dialog>
  );
}

function Picker({ existing, onAdded, onClose }: { existing: "skip" | "map"; onAdded?: Props["onAdded"]; onClose: () => void }) {
  const t = useTranslations("models-admin.catalogue");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { act } = useAct();
  const [search, setSearch] = useState("");
  const [vendor, setVendor] = useState("");
  const [ticked, setTicked] = useState<ReadonlyMap<string, CatalogueRow>>(new Map());
  const [markup, setMarkup] = useState<Markup>(MARKUP_PRESET);
  const [busy, setBusy] = useState(false);
  const asked = useDeferredValue(search.trim());
  const query = useQuery(trpc.admin.models.catalogue.queryOptions({ search: asked, ...(vendor !== "" && { vendor }) }, { placeholderData: keepPreviousData, staleTime: 60_000 }));
  const flip = (entry: CatalogueRow) => setTicked((now) => {
    const next = new Map(now);
    if (!next.delete(entry.key)) next.set(entry.key, entry);
    return next;
  });
  const add = async () => {
    setBusy(true);
    const chosen = [...ticked.values()];
    const fresh = chosen.filter(({ own }) => own === null);
    const done = await act(async () => {
      if (fresh.length > 0) await client.admin.models.importFromCatalogue.mutate({ entries: fresh.map(({ key, slug }) => ({ key, slug })), withPrices: markup !== undefined, factorPpm: factorOf(markup ?? 0) });
      return true;
    }, t("added", { count: fresh.length }));
    if (done) await onAdded?.(chosen.map((entry) => ({ ...entry, slug: entry.own ?? entry.slug })));
    setBusy(false);
    if (done) onClose();
  };
  return (
    <div className="flex min-h-0 flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_180px]">
        <TextField label={t("search")} hideLabel placeholder={t("search")} value={search} onChange={(event) => setSearch(event.target.value)} autoFocus />
        <SelectField label={t("vendor")} hideLabel value={vendor} onChange={setVendor} options={[{ value: "", label: t("allVendors") }, ...(query.data?.vendors ?? []).map((value) => ({ value, label: value }))]} />
      </div>
      {query.isError ? <ErrorState onRetry={() => void query.refetch()} /> : !query.data ? <SkeletonText lines={8} /> : query.data.entries.length === 0 ? <NoMatch onClear={() => setSearch("")} /> : (
        <ul className="h-80 overflow-y-auto border-y" tabIndex={0} aria-label={t("list")}>
          {query.data.entries.map((entry) => <EntryRow key={entry.key} entry={entry} checked={ticked.has(entry.key)} locked={entry.own !== null && existing === "skip"} onFlip={() => flip(entry)} />)}
        </ul>
      )}
      <p className="text-13 text-fg-3" role="status">{query.data && query.data.total > query.data.entries.length ? t("more", { shown: query.data.entries.length, total: query.data.total }) : t("source")}</p>
      <div className="flex flex-wrap items-center gap-3">
        <MarkupField value={markup} onChange={setMarkup} />
        <Button variant="primary" busy={busy} disabled={ticked.size === 0} onClick={() => void add()}>{t("add", { count: ticked.size })}</Button>
      </div>
    </div>
  );
}

function EntryRow({ entry, checked, locked, onFlip }: { entry: CatalogueRow; checked: boolean; locked: boolean; onFlip: () => void }) {
  const t = useTranslations("models-admin.catalogue");
  return (
    <li className="border-b last:border-b-0">
      <label className="flex min-h-11 cursor-pointer items-center gap-2.5 py-1.5 pr-1">
        <input type="checkbox" className="check mt-0!" checked={checked} disabled={locked} onChange={onFlip} />
        <VendorMark name={entry.vendor} size={20} />
        <span className="min-w-0 flex-1">
          <span className="block truncate">{entry.name}</span>
          <span className="block truncate text-13 text-fg-3">{`${entry.vendor} · ${entry.id}${entry.context === null ? "" : ` · ${formatContext(entry.context)}`}`}</span>
        </span>
        {entry.own === null ? null : <Badge>{t("own")}</Badge>}
        <span className="nums flex-none text-right text-13 text-fg-2">{entry.input === null ? t("noPrice") : `${formatUsdPerMillion(entry.input)} / ${formatUsdPerMillion(entry.output)}`}</span>
      </label>
    </li>
  );
}
