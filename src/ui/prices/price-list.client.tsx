"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { CalendarClock, ClipboardPaste, Percent, ReceiptText } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { formatPercent, formatUnitPrice, formatUsdPerMillion } from "#ui/format/index.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { DataTable, SelectionBar, type Column } from "#ui/kit/data-table.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { SegmentedControl } from "#ui/kit/fields.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { Bleed } from "#ui/layout/bleed.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { PasteDialog } from "#ui/prices/paste-dialog.client.tsx";
import { cellRows, PriceCell, type Typed } from "#ui/prices/price-cell.client.tsx";
import { PriceEditor } from "#ui/prices/price-editor.client.tsx";
import { priceText } from "#ui/prices/price-text.ts";
import type { Notation } from "#ui/prices/price-math.ts";
import { RepriceDialog } from "#ui/prices/reprice-dialog.client.tsx";
import { SheetBar } from "#ui/prices/sheet-bar.client.tsx";
import { lowestMargin, type Drafts } from "#ui/prices/sheet-drafts.ts";
import { spreadCells } from "#ui/prices/spread-cells.ts";
import { useSheet } from "#ui/prices/use-sheet.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

export type BookRow = inferRouterOutputs<AppRouter>["admin"]["prices"]["book"]["rows"][number];

const VIEWS = ["scheduled", "below_cost", "unpriced"] as const;
const IN_VIEW: Readonly<Record<(typeof VIEWS)[number], (row: BookRow) => boolean>> = {
  scheduled: ({ scheduled }) => scheduled.length > 0, below_cost: ({ belowCost, lowestPpm }) => belowCost || (lowestPpm ?? 0) < 0, unpriced: ({ document }) => document === null,
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
  const [pasting, setPasting] = useState(false);
  const sheet = useSheet<BookRow>();
  const { drafts } = sheet;
  const toast = useToast();
  const filters: FilterDef[] = [{ key: "vendor", label: t("list.vendor"), kind: "select", options: [...new Set((data ?? []).flatMap(({ vendor }) => vendor ?? []))].map((value) => ({ value, label: value })) }];
  const { values, filtered, clear } = useFilterValues(filters);
  const rows = data?.filter((row) => (view === null || IN_VIEW[view](row)) && (!values["vendor"] || row.vendor === values["vendor"]) && (!values["q"] || `${row.slug} ${row.name ?? ""}`.toLowerCase().includes(values["q"].toLowerCase())));
  const opened = data?.find(({ id }) => id === open);
  const onRange = (text: string, from: HTMLInputElement) => {
    const cells = cellRows(from), top = cells.findIndex((row) => row.includes(from)), left = cells[top]!.indexOf(from);
    const targets = cells.slice(top).flatMap((row) => {
      const found = data?.find(({ id }) => id === row[0]?.dataset["model"]);
      return found ? [{ row: found, items: row.slice(left).map(({ dataset }) => dataset["price"]!), before: drafts.get(found.id)?.items ?? found.prices }] : [];
    });
    const { changes, bad, beyond } = spreadCells(text, targets, notation);
    sheet.fill(changes);
    if (bad + beyond > 0) toast.error(t("paste.left", { bad, beyond }));
  };
  return (
    <>
      <PageHeader title={t("title")} description={data ? t("list.counts", { count: data.length, current: nodes?.current ?? 0, live: nodes?.live ?? 0 }) : undefined}
        actions={rights.write && data && data.length > 0 ? <><Button className="max-md:hidden" onClick={() => setPasting(true)}><ClipboardPaste size={16} strokeWidth={1.75} aria-hidden="true" />{t("paste.open")}</Button><Button variant="primary" onClick={() => setRepricing(rows?.map(({ id }) => id) ?? [])}><Percent size={16} strokeWidth={1.75} aria-hidden="true" />{t("list.reprice")}</Button></> : undefined} />
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <button type="button" className={cn("chip", view === null && "chip-on")} aria-pressed={view === null} onClick={() => void setView(null)}>{t("views.all")}<span className="nums text-fg-3">{data?.length ?? ""}</span></button>
        {VIEWS.filter((name) => rights.costs || name !== "below_cost").map((name) => {
          const count = data?.filter(IN_VIEW[name]).length ?? 0;
          return <button key={name} type="button" className={cn("chip", view === name && "chip-on")} aria-pressed={view === name} onClick={() => void setView(name)}>{t(`views.${name}`)}<span className={cn("nums", count > 0 && name === "below_cost" ? "text-bad" : "text-fg-3")}>{count}</span></button>;
        })}
        <div className="min-w-0 flex-1 basis-96 max-md:basis-full"><FilterBar filters={filters} search={{ placeholder: t("list.search") }} actions={<SegmentedControl label={t("list.notation")} value={notation} onChange={(next) => void setNotation(next)} options={[{ value: "usd", label: t("usd") }, { value: "ratio", label: t("ratio") }]} />} /></div>
      </div>
      <Bleed>
        <DataTable<BookRow>
          label={t("title")} columns={useColumns({ notation, costs: rights.costs, leastPpm: query.data?.leastPpm ?? 1_000_000, drafts, rev: sheet.rev, ...(rights.write && { typing: { onType: sheet.type, onRange, onUndo: sheet.undo, onRedo: sheet.redo } }) })} rows={rows} rowKey={({ id }) => id} density="compact"
          state={query.isPending ? "loading" : query.isError ? (data ? "stale" : "error") : "ready"} onRetry={() => void query.refetch()} updatedAt={new Date(query.dataUpdatedAt)}
          filtered={filtered || view !== null} onClearFilters={() => { clear(); void setView(null); }}
          empty={<EmptyState icon={<ReceiptText size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("empty.title")} text={t("empty.text")} action={<LinkButton variant="primary" href="/admin/models">{t("empty.action")}</LinkButton>} />}
          card={(row) => <PriceCard row={row} notation={notation} />} openKey={open} onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)}
          {...(rights.write && { selection: { selected, onChange: setSelected } })}
        />
      </Bleed>
      <SheetBar drafts={drafts} notation={notation} leastPpm={query.data?.leastPpm ?? 1_000_000} costs={rights.costs} onDone={sheet.clear} {...(sheet.canUndo && { onUndo: sheet.undo })} {...(sheet.canRedo && { onRedo: sheet.redo })} />
      {data?.length === 0 ? null : <p className="mt-3 max-w-[90ch] text-13 text-fg-3">{t(notation === "usd" ? "list.noteUsd" : "list.noteRatio")}{rights.costs ? ` ${t("list.noteCost")}` : ""}{rights.write ? <span className="max-md:hidden">{` ${t("list.noteKeys")}`}</span> : null}</p>}
      <SelectionBar count={selected.size} onClear={() => setSelected(new Set())}><Button size="sm" onClick={() => setRepricing([...selected])}>{t("list.repriceSelected")}</Button></SelectionBar>
      <Drawer open={opened !== undefined} onOpenChange={(next) => next || void setOpen(null)} size="lg" title={opened ? <span className="flex min-w-0 items-center gap-2.5"><VendorMark name={opened.vendor ?? opened.slug} /><span className="truncate">{opened.name ?? opened.slug}</span>{opened.scheduled.length > 0 ? <Badge tone="info">{t("scheduledBadge")}</Badge> : null}</span> : ""}>
        {opened ? <PriceEditor key={opened.id} id={opened.id} notation={notation} onNotation={(next) => void setNotation(next)} rights={rights} /> : null}
      </Drawer>
      {pasting && data ? <PasteDialog rows={data} notation={notation} onClose={() => setPasting(false)} onTake={(lines, as) => { sheet.fill(lines); void setNotation(as); setPasting(false); }} /> : null}
      {repricing ? <RepriceDialog ids={repricing} onClose={() => { setRepricing(undefined); setSelected(new Set()); }} /> : null}
    </>
  );
}

type Typing = Readonly<{ onType: (row: BookRow, item: string, typed: Typed) => void; onRange: (text: string, from: HTMLInputElement) => void; onUndo: () => void; onRedo: () => void }>;
type Sheet = Readonly<{ notation: Notation; costs: boolean; leastPpm: number; drafts: Drafts<BookRow>; rev: number; typing?: Typing }>;

function useColumns({ notation, costs, leastPpm, drafts, rev, typing }: Sheet): readonly Column<BookRow>[] {
  const t = useTranslations("prices.list");
  const locale = useLocale();
  const itemsOf = (row: BookRow) => drafts.get(row.id)?.items ?? row.prices;
  const price = (item: string, hideBelow?: "lg" | "xl"): Column<BookRow> => ({
    id: item, header: t(item), align: "right", ...(hideBelow && { hideBelow }),
    cell: (row) => {
      const sold = row.prices["input"] !== undefined || row.document === null;
      const [piece] = item === "input" && row.document !== null && !sold ? Object.entries(row.prices) : [];
      if (piece) return <span className="text-13 whitespace-nowrap text-fg-2">{formatUnitPrice(piece[1], piece[0], locale)}</span>;
      if (!typing || !sold) return priceText(item, itemsOf(row), notation);
      const { onType, ...acts } = typing;
      return <PriceCell key={notation} item={item} id={row.id} model={row.slug} before={drafts.get(row.id)?.base.prices ?? row.prices} items={itemsOf(row)} notation={notation} rev={rev} {...acts} onType={(typed) => onType(row, item, typed)} />;
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
  const t = useTranslations("prices.list");
  return (
    <span className="flex w-full min-w-0 items-center gap-3">
      <VendorMark name={row.vendor ?? row.slug} />
      <span className="min-w-0 flex-1"><span className="block truncate font-medium">{row.slug}</span>{row.lowestPpm === null ? null : <span className={cn("nums text-13", row.lowestPpm < 0 ? "text-bad" : "text-fg-3")}>{t("cardMargin", { margin: formatPercent(row.lowestPpm / 1_000_000) })}</span>}</span>
      <span className="nums flex-none text-right"><span className="block">{priceText("input", row.prices, notation)}</span><span className="block text-13 text-fg-3">{priceText("output", row.prices, notation)}</span></span>
    </span>
  );
}
