"use client";
import { useQuery } from "@tanstack/react-query";
import { Boxes, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { useComma } from "#ui/format/comma.client.ts";
import { formatContext, formatPercent, formatTokens, formatUsdPerMillion } from "#ui/format/index.ts";
import { Badge, StatusDot } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { DataTable, SelectionBar, type Column } from "#ui/kit/data-table.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { SwitchField } from "#ui/kit/fields.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { Bleed } from "#ui/layout/bleed.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { AddModelDialog } from "#ui/models-admin/add-model.client.tsx";
import { CatalogueDialog } from "#ui/models-admin/catalogue-dialog.client.tsx";
import { ModelForm, type ModelRow } from "#ui/models-admin/model-form.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

type Problem = ModelRow["problems"][number];

const VIEWS = ["no_price", "no_channel", "single_channel", "below_cost", "off"] as const;

const inView = (model: ModelRow, view: string | null): boolean =>
  view === null || (view === "off" ? !model.enabled : view === "no_channel" ? model.problems.includes("no_channel") || model.problems.includes("no_live_channel") : (model.problems as readonly string[]).includes(view));

/** Everything that the shop sells or could sell, with what each lacks. */
export function ModelList({ rights }: { rights: Readonly<{ write: boolean; costs: boolean }> }) {
  const t = useTranslations("models-admin");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { act } = useAct();
  const query = useQuery(trpc.admin.models.list.queryOptions());
  const { data } = query;
  const [view, setView] = useQueryState("problem", parseAsString);
  const [open, setOpen] = useQueryState("open", parseAsString);
  const [dialog, setDialog] = useState<"catalogue" | "own">();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const filters: FilterDef[] = [{ key: "vendor", label: t("list.vendor"), kind: "select", options: [...new Set((data ?? []).flatMap(({ vendor }) => vendor ?? []))].map((value) => ({ value, label: value })) }];
  const { values, filtered, clear } = useFilterValues(filters);
  const rows = data?.filter((model) => inView(model, view) && (!values["vendor"] || model.vendor === values["vendor"])
    && (!values["q"] || [model.slug, model.name ?? "", ...model.aliases].join(" ").toLowerCase().includes(values["q"].toLowerCase())));
  const opened = data?.find(({ id }) => id === open);
  const setEnabled = (models: readonly ModelRow[], enabled: boolean) =>
    act(() => client.admin.models.setEnabled.mutate({ models: models.map(({ id, updatedAt }) => ({ id, seen: updatedAt })), enabled }), enabled ? t("acts.onSale", { count: models.length }) : t("acts.offSale", { count: models.length }));
  const chosen = (data ?? []).filter(({ id }) => selected.has(id));
  const buttons = (
    <>
      <Button onClick={() => setDialog("own")}>{t("list.own")}</Button>
      <Button variant="primary" data-shortcut="n" onClick={() => setDialog("catalogue")}><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("list.catalogue")}</Button>
    </>
  );
  return (
    <>
      <PageHeader title={t("title")} description={data ? t("list.counts", { count: data.length, sold: data.filter(({ enabled, priced }) => enabled && priced).length }) : undefined} actions={rights.write ? buttons : undefined} />
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <button type="button" className={cn("chip", view === null && "chip-on")} aria-pressed={view === null} onClick={() => void setView(null)}>{t("views.all")}<span className="nums text-fg-3">{data?.length ?? ""}</span></button>
        {VIEWS.filter((name) => rights.costs || name !== "below_cost").map((name) => {
          const count = data?.filter((model) => inView(model, name)).length ?? 0;
          return <button key={name} type="button" className={cn("chip", view === name && "chip-on")} aria-pressed={view === name} onClick={() => void setView(name)}>{t(`views.${name}`)}<span className={cn("nums", count > 0 && name === "below_cost" ? "text-bad" : "text-fg-3")}>{count}</span></button>;
        })}
        <div className="min-w-0 flex-1 basis-96 max-md:basis-full"><FilterBar filters={filters} search={{ placeholder: t("list.search") }} /></div>
      </div>
      <Bleed>
        <DataTable<ModelRow>
          label={t("title")} columns={useColumns(rights.costs)} rows={rows} rowKey={({ id }) => id} density="compact"
          state={query.isPending ? "loading" : query.isError ? (data ? "stale" : "error") : "ready"} onRetry={() => void query.refetch()} updatedAt={new Date(query.dataUpdatedAt)}
          filtered={filtered || view !== null} onClearFilters={() => { clear(); void setView(null); }}
          empty={<EmptyState icon={<Boxes size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("empty.title")} text={t("empty.text")} action={rights.write ? <Button variant="primary" onClick={() => setDialog("catalogue")}>{t("list.catalogue")}</Button> : undefined} />}
          card={(model) => <ModelCard model={model} />} openKey={open} onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)}
          {...(rights.write && {
            selection: { selected, onChange: setSelected },
            rowMenu: (model: ModelRow) => [
              { label: t("acts.open"), href: `/admin/models/${model.id}` }, { label: t("acts.price"), href: `/admin/prices?open=${model.id}` },
              { label: model.enabled ? t("acts.takeOff") : t("acts.putOn"), onSelect: () => void setEnabled([model], !model.enabled) },
            ],
          })}
        />
      </Bleed>
      <SelectionBar count={chosen.length} onClear={() => setSelected(new Set())}>
        <Button size="sm" onClick={() => void setEnabled(chosen, true)}>{t("acts.putOn")}</Button>
        <Button size="sm" onClick={() => void setEnabled(chosen, false)}>{t("acts.takeOff")}</Button>
      </SelectionBar>
      <Drawer open={opened !== undefined} onOpenChange={(next) => next || void setOpen(null)} title={opened ? <span className="flex min-w-0 items-center gap-2.5"><VendorMark name={opened.vendor ?? opened.slug} /><span className="truncate">{opened.name ?? opened.slug}</span></span> : ""}
        actions={opened ? <Link className="link mr-2 text-13" href={`/admin/models/${opened.id}`}>{t("list.full")}</Link> : undefined}>
        {opened ? (
          <div key={opened.id} className="flex flex-col gap-6">
            <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
              <SwitchField label={t("acts.onSaleSwitch")} checked={opened.enabled} disabled={!rights.write} onChange={(enabled) => void setEnabled([opened], enabled)} />
              <Problems model={opened} />
            </div>
            <p className="text-fg-2">{opened.priced ? t("list.priceText", { input: formatUsdPerMillion(opened.input), output: formatUsdPerMillion(opened.output) }) : t("list.unpriced")} <Link className="link" href={`/admin/prices?open=${opened.id}`}>{t("acts.price")}</Link></p>
            <ModelForm model={opened} readOnly={!rights.write} />
          </div>
        ) : null}
      </Drawer>
      <CatalogueDialog open={dialog === "catalogue"} onOpenChange={(next) => next || setDialog(undefined)} />
      <AddModelDialog open={dialog === "own"} onOpenChange={(next) => next || setDialog(undefined)} onAdded={(id) => void setOpen(id)} />
    </>
  );
}

const GRAVITY: readonly Problem[] = ["below_cost", "no_price", "no_channel", "no_live_channel", "single_channel"];
const toneOf = (problem: Problem): "neutral" | "warn" | "bad" => (problem === "single_channel" ? "neutral" : problem === "below_cost" ? "bad" : "warn");

export function Problems({ model }: { model: ModelRow }) {
  const t = useTranslations("models-admin.problems");
  return model.problems.map((problem) => <Badge key={problem} tone={toneOf(problem)}>{t(problem)}</Badge>);
}

/** In a row: the gravest in words, of the others how many. */
function ProblemText({ model: { problems } }: { model: ModelRow }) {
  const t = useTranslations("models-admin.problems");
  const comma = useComma();
  const [first, ...others] = problems.toSorted((a, b) => GRAVITY.indexOf(a) - GRAVITY.indexOf(b));
  if (first === undefined) return <span className="text-fg-3">—</span>;
  return <span title={problems.map((problem) => t(problem)).join(comma)}><StatusDot tone={toneOf(first)}>{t(first)}</StatusDot>{others.length > 0 ? <span className="ml-1.5 text-fg-3">+{others.length}</span> : null}</span>;
}

function useColumns(costs: boolean): readonly Column<ModelRow>[] {
  const t = useTranslations("models-admin.list");
  return [
    { id: "name", header: t("model"), width: "24%", cell: (model) => <span className="flex min-w-0 items-center gap-2.5"><VendorMark name={model.vendor ?? model.slug} size={20} /><span className={cn("truncate font-medium", !model.enabled && "text-fg-3")}>{model.slug}</span></span> },
    { id: "sale", header: t("sale"), cell: ({ enabled, priced }) => <StatusDot tone={enabled && priced ? "ok" : "neutral"}>{enabled ? (priced ? t("on") : t("waiting")) : t("off")}</StatusDot> },
    { id: "input", header: t("input"), align: "right", cell: ({ input }) => formatUsdPerMillion(input) },
    { id: "cache", header: t("cacheRead"), align: "right", cell: ({ cacheRead }) => formatUsdPerMillion(cacheRead), hideBelow: "xl" },
    { id: "output", header: t("output"), align: "right", cell: ({ output }) => formatUsdPerMillion(output) },
    ...(costs ? [{ id: "margin", header: t("margin"), align: "right" as const, cell: ({ marginPpm }: ModelRow) => (marginPpm === null ? "—" : <span className={marginPpm < 0 ? "text-bad" : undefined}>{formatPercent(marginPpm / 1_000_000)}</span>) }] : []),
    { id: "context", header: t("context"), align: "right", cell: ({ contextTokens }) => (contextTokens === null ? "—" : formatContext(contextTokens)), hideBelow: "xl" },
    { id: "channels", header: t("channels"), align: "right", cell: ({ channels }) => `${channels.live}/${channels.all}` },
    { id: "day", header: t("requests"), align: "right", cell: ({ day }) => formatTokens(day.requests), hideBelow: "lg" },
    { id: "success", header: t("success"), align: "right", cell: ({ day }) => formatPercent(day.requests === 0 ? undefined : (day.requests - day.failed) / day.requests, 2, "down"), hideBelow: "xl" },
    { id: "problems", header: t("problems"), cell: (model) => <ProblemText model={model} />, hideBelow: "lg" },
  ];
}

function ModelCard({ model }: { model: ModelRow }) {
  return (
    <span className="flex w-full min-w-0 items-center gap-3">
      <VendorMark name={model.vendor ?? model.slug} />
      <span className="min-w-0 flex-1"><span className="block truncate font-medium">{model.slug}</span><span className="mt-0.5 flex flex-wrap gap-1"><Problems model={model} /></span></span>
      <span className="nums flex-none text-right"><span className="block">{formatUsdPerMillion(model.input)}</span><span className="block text-13 text-fg-3">{formatUsdPerMillion(model.output)}</span></span>
    </span>
  );
}
