"use client";
import { KeyRound } from "lucide-react";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { Sparkline } from "#ui/charts/sparkline.tsx";
import { formatLatency, formatTokens } from "#ui/format/index.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { DataTable, SelectionBar, type Column, type TableState } from "#ui/kit/data-table.client.tsx";
import { DensityToggle } from "#ui/kit/density-toggle.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { SAMPLE_NOW, SAMPLE_ROWS, type SampleRow } from "#ui/kit/gallery-rows.ts";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money, placesOf } from "#ui/kit/money.tsx";
import { SegmentedControl } from "#ui/kit/fields.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { useDensity } from "#ui/kit/use-density.client.ts";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { splitValues } from "#ui/kit/filter-types.ts";

const FILTERS: readonly FilterDef[] = [
  { key: "range", label: "Time", kind: "date-range" },
  { key: "model", label: "Model", kind: "multi", options: [...new Set(SAMPLE_ROWS.map(({ model }) => model))].map((value) => ({ value, label: value })) },
  { key: "status", label: "Status", kind: "select", options: [{ value: "ok", label: "OK" }, { value: "error", label: "Error" }, { value: "cancelled", label: "Cancelled" }] },
  { key: "cost", label: "Cost", kind: "amount" },
  { key: "key", label: "Key", kind: "text", placeholder: "ci-review" },
];
const TONES = { ok: "ok", error: "bad", cancelled: "neutral" } as const;
const STATES: readonly (TableState | "empty")[] = ["ready", "loading", "error", "stale", "empty"];
const PAGE = 12;

const status = (row: SampleRow) => <StatusDot tone={TONES[row.status]}>{row.status === "ok" ? "OK" : row.status === "error" ? String(row.code) : "Cancelled"}</StatusDot>;
const columnsOf = (rows: readonly SampleRow[]): readonly Column<SampleRow>[] => [
  { id: "at", header: "Time", cell: ({ at }) => <Time at={at} />, width: "140px", sort: { direction: "desc", onSort: () => undefined } },
  { id: "status", header: "Status", cell: status },
  { id: "model", header: "Model", cell: ({ model, vendor }) => <span className="flex items-center gap-2"><VendorMark name={vendor} size={20} /><span className="min-w-0 truncate" title={model}>{model}</span></span> },
  { id: "key", header: "Key", cell: ({ key }) => <span className="text-fg-2">{key}</span>, hideBelow: "xl" },
  { id: "id", header: "Request", cell: ({ id }) => <IdText id={id} />, hideBelow: "lg" },
  { id: "trend", header: "15 min", cell: ({ trend }) => <Sparkline values={trend} />, hideBelow: "xl" },
  { id: "tokens", header: "Tokens", align: "right", cell: ({ input, output }) => `${formatTokens(input)} → ${formatTokens(output)}` },
  { id: "latency", header: "First token", align: "right", cell: ({ latencyMs }) => formatLatency(latencyMs), hideBelow: "lg" },
  { id: "cost", header: "Cost", align: "right", cell: ({ chargeNano }) => <Money nano={chargeNano} as="charge" places={placesOf(rows.map((row) => row.chargeNano), "charge")} /> },
];

/** What the phone shows of a row. */
function RowCard({ row }: { row: SampleRow }) {
  return (
    <span className="flex items-center gap-3">
      <VendorMark name={row.vendor} />
      <span className="min-w-0 flex-1">
        <span className="block truncate">{row.model}</span>
        <span className="flex gap-2 text-13 text-fg-3">{status(row)}<Time at={row.at} /></span>
      </span>
      <span className="text-right"><Money nano={row.chargeNano} as="charge" /><span className="nums block text-13 text-fg-3">{formatTokens(row.input)}</span></span>
    </span>
  );
}

/** The list with its filters, pages, selection and drawer; the control at the top puts it into each state. */
export function GalleryList() {
  const [state, setState] = useState<TableState | "empty">("ready");
  const { values, filtered, clear } = useFilterValues(FILTERS);
  const { cursor, push, back, hasPrevious } = useCursor();
  const [open, setOpen] = useQueryState("open", parseAsString);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [density] = useDensity("compact");
  const models = splitValues(values["model"]);
  const fitting = SAMPLE_ROWS.filter((row) => (models.length === 0 || models.includes(row.model)) && (!values["status"] || row.status === values["status"]) && (!values["q"] || row.id.includes(values["q"]) || row.model.includes(values["q"])) && (!values["key"] || row.key.startsWith(values["key"])));
  const start = cursor === null ? 0 : Math.max(0, fitting.findIndex(({ id }) => id === cursor));
  const page = fitting.slice(start, start + PAGE);
  const next = fitting[start + PAGE];
  const row = SAMPLE_ROWS.find(({ id }) => id === open);
  return (
    <>
      <SegmentedControl label="State" value={state} onChange={(value) => setState(STATES.find((one) => one === value) ?? "ready")} options={STATES.map((value) => ({ value, label: value }))} />
      <FilterBar filters={FILTERS} search={{ placeholder: "Id or model" }} actions={<DensityToggle area="compact" />} />
      <Card flush>
        <DataTable
          label="Requests" columns={columnsOf(page)} rows={state === "loading" || state === "error" ? undefined : state === "empty" ? [] : page} rowKey={({ id }) => id} state={state === "empty" ? "ready" : state}
          error={{ requestId: "req_01KAH3Q2VNB7T4D8M1X97K3F" }} onRetry={() => setState("ready")} updatedAt={new Date(SAMPLE_NOW.getTime() - 180_000)}
          empty={<EmptyState icon={<KeyRound size={20} strokeWidth={1.75} />} title="No request yet" text="Requests appear here within five seconds of their end." action={<Button variant="primary">{"Make a key"}</Button>} />}
          filtered={filtered} onClearFilters={clear} card={(one) => <RowCard row={one} />} openKey={open} onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)} href={({ id }) => `#${id}`}
          pager={{ hasPrevious, hasNext: next !== undefined, onPrevious: back, onNext: () => next && push(next.id), size: PAGE }}
          selection={{ selected, onChange: setSelected }} rowMenu={({ id }) => [{ label: "Copy the id", onSelect: () => void navigator.clipboard.writeText(id) }, { label: "Delete", danger: true, onSelect: () => undefined, apart: true }]} density={density}
        />
      </Card>
      <SelectionBar count={selected.size} onClear={() => setSelected(new Set())} matching={{ count: fitting.length, onSelect: () => setSelected(new Set(fitting.map(({ id }) => id))) }}>
        <Button size="sm">{"Export"}</Button>
      </SelectionBar>
      <Drawer open={row !== undefined} onOpenChange={(stays) => (stays ? undefined : void setOpen(null))} title={row ? row.model : ""}>
        {row ? <dl className="facts"><dt>{"Id"}</dt><dd><IdText id={row.id} /></dd><dt>{"Cost"}</dt><dd><Money nano={row.chargeNano} /></dd></dl> : null}
      </Drawer>
    </>
  );
}
