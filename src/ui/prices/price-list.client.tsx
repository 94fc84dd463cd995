"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { CalendarClock, Percent, ReceiptText } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { formatPercent, formatUsdPerMillion } from "#ui/format/index.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { DataTable, SelectionBar, type Column } from "#ui/kit/data-table.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { SegmentedControl } from "#ui/kit/fields.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { Bleed } from "#ui/layout/bleed.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { PriceCell } from "#ui/prices/price-cell.client.tsx";
import { PriceEditor } from "#ui/prices/price-editor.client.tsx";
import { priceText } from "#ui/prices/price-text.ts";
import type { Notation } from "#ui/prices/price-math.ts";
import { RepriceDialog } from "#ui/prices/reprice-dialog.client.tsx";
import { SheetBar } from "#ui/prices/sheet-bar.client.tsx";
import { lowestMargin, withCell, type Drafts } from "#ui/prices/sheet-drafts.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

export type BookRow = inferRouterOutputs<AppRouter>["admin"]["prices"]["book"]["rows"][number];

const VIEWS = ["scheduled", "below_cost", "unpriced"] as const;
const IN_VIEW: Readonly<Record<(typeof VIEWS)[number], (row: BookRow) => boolean>> = {
  scheduled: ({ scheduled }) => scheduled.length > 0, below_cost: ({ belowCost }) => belowCost, unpriced: ({ document }) => document === null,
};

const IDLE_MS = 30_000;
const SOON_MS = 500;
const AT_ONCE_MS = 3_000;
/** What was published a moment ago holds a moment later. */
const beginsNow = ({ scheduled }: BookRow): boolean => scheduled.some(({ from }) => from.getTime() - Date.now() < AT_ONCE_MS);

/** All prices on one sheet; a row opens its editor, ticked rows are repriced by one rule. */
export function PriceList({ rights }: { rights: Readonly<{ write: boolean; costs: boolean }> }) {
  const t = useTranslations("prices");
  const trpc = useTRPC();
  const query = useQuery(trpc.admin.prices.book.queryOptions(undefined, { refetchInterval: ({ state }) => (state.data?.rows.some(beginsNow) ? SOON_MS : IDLE_MS) }));
  const data = query.data?.rows, nodes = query.data?.nodes;
  const [view, setView] = useQueryState("view", parseAsStringLiteral(VIEWS));
  const [notation, setNotation] = useQueryState("as", parseAsStringLiteral(["usd", "ratio"] as const).withDefault("usd"));
  const [open, setOpen] = useQueryState("open", parseAsString);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [repricing, setRepricing] = useState<readonly string[]>();
  const [drafts, setDrafts] = useState<Drafts<BookRow>>(new Map());
  // A sheet that is put aside takes its half-typed texts with it.
  const [sheet, setSheet] = useState(0);
  const filters: FilterDef[] = [{ key: "vendor", label: t("list.vendor"), kind: "select", options: [...new Set((data ?? []).flatMap(({ vendor }) => vendor ?? []))].map((value) => ({ value, label: value })) }];
  const { values, filtered, clear } = useFilterValues(filters);
  const rows = data?.filter((row) => (view === null || IN_VIEW[view](row)) && (!values["vendor"] || row.vendor === values["vendor"]) && (!values["q"] || `${row.slug} ${row.name ?? ""}`.toLowerCase().includes(values["q"].toLowerCase())));
  const opened = data?.find(({ id }) => id === open);
  return (
    <>
      <PageHeader title={t("title")} description={data ? t("list.counts", { count: data.length, current: nodes?.current ?? 0, live: nodes?.live ?? 0 }) : undefined}
        actions={rights.write && data && data.length > 0 ? <Button variant="primary" onClick={() => setRepricing(rows?.map(({ id }) => id) ?? [])}><Percent size={16} strokeWidth={1.75} aria-hidden="true" />{t("list.reprice")}</Button> : undefined} />
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <button type="button" className={cn("chip", view === null && "chip-on")} aria-pressed={view === null} onClick={() => void setView(null)}>{t("views.all")}<span className="nums text-fg-3">{data?.length ?? ""}</span></button>
        {VIEWS.filter((name) => rights.costs || name !== "below_cost").map((name) => {
          const count = data?.filter(IN_VIEW[name]).length ?? 0;
          return <button key={name} type="button" className={cn("chip", view === name && "chip-on")} aria-pressed={view === name} onClick={() => void setView(name)}>{t(`views.${name}`)}<span className={cn("nums", count > 0 && name === "below_cost" ? "text-bad" : "text-fg-3")}>{count}</span></button>;
        })}
        <div className="min-w-0 flex-1 max-md:basis-full"><FilterBar filters={filters} search={{ placeholder: t("list.search") }} actions={<SegmentedControl label={t("list.notation")} value={notation} onChange={(next) => void setNotation(next)} options={[{ value: "usd", label: t("usd") }, { value: "ratio", label: t("ratio") }]} />} /></div>
      </div>
      <Bleed>
        <DataTable<BookRow>
          label={t("title")} columns={useColumns({ notation, costs: rights.costs, leastPpm: query.data?.leastPpm ?? 1_000_000, drafts, sheet, ...(rights.write && { onType: (row: BookRow, item: string, typed: Parameters<typeof withCell>[3]) => setDrafts((now) => withCell(now, row, item, typed)) }) })} rows={rows} rowKey={({ id }) => id} density="compact"
          state={query.isPending ? "loading" : query.isError ? (data ? "stale" : "error") : "ready"} onRetry={() => void query.refetch()} updatedAt={new Date(query.dataUpdatedAt)}
          filtered={filtered || view !== null} onClearFilters={() => { clear(); void setView(null); }}
          empty={<EmptyState icon={<ReceiptText size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("empty.title")} text={t("empty.text")} action={<LinkButton variant="primary" href="/admin/models">{t("empty.action")}</LinkButton>} />}
          card={(row) => <PriceCard row={row} notation={notation} />} openKey={open} onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)}
          {...(rights.write && { selection: { selected, onChange: setSelected } })}
        />
      </Bleed>
      <SheetBar drafts={drafts} notation={notation} leastPpm={query.data?.leastPpm ?? 1_000_000} costs={rights.costs} onDone={() => { setDrafts(new Map()); setSheet(sheet + 1); }} />
      {data?.length === 0 ? null : <p className="mt-3 max-w-[90ch] text-13 text-fg-3">{t(notation === "usd" ? "list.noteUsd" : "list.noteRatio")}{rights.costs ? ` ${t("list.noteCost")}` : ""}</p>}
      <SelectionBar count={selected.size} onClear={() => setSelected(new Set())}><Button size="sm" onClick={() => setRepricing([...selected])}>{t("list.repriceSelected")}</Button></SelectionBar>
      <Drawer open={opened !== undefined} onOpenChange={(next) => next || void setOpen(null)} size="lg" title={opened ? <span className="flex min-w-0 items-center gap-2.5"><VendorMark name={opened.vendor ?? opened.slug} /><span className="truncate">{opened.name ?? opened.slug}</span>{opened.scheduled.length > 0 ? <Badge tone="info">{t("scheduledBadge")}</Badge> : null}</span> : ""}>
        {opened ? <PriceEditor key={opened.id} id={opened.id} notation={notation} onNotation={(next) => void setNotation(next)} rights={rights} /> : null}
      </Drawer>
      {repricing ? <RepriceDialog ids={repricing} onClose={() => { setRepricing(undefined); setSelected(new Set()); }} /> : null}
    </>
  );
}

type Sheet = Readonly<{ notation: Notation; costs: boolean; leastPpm: number; drafts: Drafts<BookRow>; sheet: number; onType?: (row: BookRow, item: string, typed: Parameters<typeof withCell>[3]) => void }>;

function useColumns({ notation, costs, leastPpm, drafts, sheet, onType }: Sheet): readonly Column<BookRow>[] {
  const t = useTranslations("prices.list");
  const itemsOf = (row: BookRow) => drafts.get(row.id)?.items ?? row.prices;
  const price = (item: string, hideBelow?: "lg" | "xl"): Column<BookRow> => ({
    id: item, header: t(item), align: "right", ...(hideBelow && { hideBelow }),
    cell: (row) => {
      const sold = row.prices["input"] !== undefined || row.document === null;
      if (!onType || !sold) return priceText(item, itemsOf(row), notation);
      return <PriceCell key={`${notation} ${sheet}`} item={item} model={row.slug} before={drafts.get(row.id)?.base.prices ?? row.prices} items={itemsOf(row)} notation={notation} onType={(typed) => onType(row, item, typed)} />;
    },
  });
  const other: Notation = notation === "usd" ? "ratio" : "usd";
  const beside = (item: string): Column<BookRow> => ({ id: `${item} ${other}`, header: <span className="font-normal">{other === "usd" ? "$" : item === "input" ? t("ratioOf") : t("timesInput")}</span>, align: "right", hideBelow: "xl", cell: (row) => <span className="text-fg-3">{priceText(item, itemsOf(row), other)}</span> });
  const percent = (ppm: number | null) => (ppm === null ? "—" : <span className={ppm < 0 ? "text-bad" : undefined}>{formatPercent(ppm / 1_000_000)}</span>);
  return [
    { id: "name", header: t("model"), width: "22%", cell: (row) => <span className="flex min-w-0 items-center gap-2.5"><VendorMark name={row.vendor ?? row.slug} size={20} /><span className={cn("truncate font-medium", !row.enabled && "text-fg-3")}>{row.slug}</span>{row.scheduled.length > 0 ? <CalendarClock className="flex-none text-info" size={14} strokeWidth={1.75} aria-label={t("scheduled")} /> : null}</span> },
    price("input"), beside("input"), price("cache_read", "lg"), price("cache_write_5m", "xl"), price("output"), beside("output"),
    ...(costs ? [
      { id: "cost", header: t("dearest"), align: "right" as const, hideBelow: "lg" as const, cell: ({ costs: spans }: BookRow) => (spans.length === 0 ? "—" : <span className="text-fg-2">{["input", "output"].map((item) => formatUsdPerMillion(spans.find((span) => span.item === item)?.dearest ?? null)).join(" / ")}</span>) },
      { id: "month", header: t("month"), align: "right" as const, hideBelow: "xl" as const, cell: ({ monthPpm }: BookRow) => percent(monthPpm) },
      {
        id: "lowest", header: t("lowest"), align: "right" as const,
        cell: (row: BookRow) => (drafts.has(row.id) ? <span className="font-medium">{percent(lowestMargin(itemsOf(row), row.costs, leastPpm))}</span> : percent(row.lowestPpm)),
      },
    ] : []),
    ...(costs ? [] : [{ id: "since", header: t("since"), cell: ({ since }: BookRow) => <Time at={since} className="text-fg-3" />, hideBelow: "xl" as const }]),
  ];
}

function PriceCard({ row, notation }: { row: BookRow; notation: Notation }) {
  return (
    <span className="flex w-full min-w-0 items-center gap-3">
      <VendorMark name={row.vendor ?? row.slug} />
      <span className="min-w-0 flex-1"><span className="block truncate font-medium">{row.slug}</span>{row.lowestPpm === null ? null : <span className={cn("nums text-13", row.lowestPpm < 0 ? "text-bad" : "text-fg-3")}>{formatPercent(row.lowestPpm / 1_000_000)}</span>}</span>
      <span className="nums flex-none text-right"><span className="block">{priceText("input", row.prices, notation)}</span><span className="block text-13 text-fg-3">{priceText("output", row.prices, notation)}</span></span>
    </span>
  );
}
