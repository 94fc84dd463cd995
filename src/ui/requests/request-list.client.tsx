"use client";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, List } from "lucide-react";
import { useTimeZone, useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useEffect, useRef, useState } from "react";
import { formatLatency, parseMoneyInput, parseRange } from "#ui/format/index.ts";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef, type FilterValues } from "#ui/kit/filter-bar.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useCursor } from "#ui/kit/use-cursor.client.ts";
import { useLive } from "#ui/live/use-live.client.ts";
import { ReceiptDrawer } from "#ui/requests/receipt-drawer.client.tsx";
import { RequestCost, RequestKey, RequestModel, RequestStatus, RequestTokens, type RequestRow } from "#ui/requests/request-cells.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const FALLBACK = "-30d";
const PAGE = 25;
const SLOW_MS = ["2000", "5000", "10000", "30000"] as const;

/** Own requests with their receipts in a drawer; of one key where one is given. */
export function RequestList({ keyId }: { keyId?: string }) {
  const t = useTranslations("requests");
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [open, setOpen] = useQueryState("open", parseAsString);
  const [now, setNow] = useState(() => new Date());
  const filters = useFilterDefs(keyId);
  const { values, filtered, clear } = useFilterValues(filters);
  const { cursor, push, back, reset, hasPrevious } = useCursor();
  const filter = useFilter(values, keyId, now);
  const list = useQuery({ ...trpc.console.requests.list.queryOptions({ filter, limit: PAGE, ...(cursor && { cursor }) }), placeholderData: keepPreviousData, gcTime: 60_000 });
  const [waiting, setWaiting] = useState(false);
  const atHead = cursor === null;
  const refresh = (): void => {
    setWaiting(false);
    setNow(new Date());
    void queries.invalidateQueries({ queryKey: trpc.console.requests.pathKey() });
  };
  const missed = useRef(false);
  useLive(["requests"], (topic) => {
    if (!atHead) return void (missed.current = true);
    // Rows must not move under someone who reads further down.
    if (scrollY < 240) refresh();
    else if (topic) setWaiting(true);
  });
  // Whoever comes back to the first page finds on it what came meanwhile.
  useEffect(() => {
    if (!atHead || !missed.current) return;
    missed.current = false;
    refresh();
  }, [atHead]);
  const next = list.data?.next;
  const rows = list.data?.rows;
  const at = rows?.findIndex(({ id }) => id === open) ?? -1;
  const step = (by: number) => () => rows?.[at + by] && void setOpen(rows[at + by]!.id);
  return (
    <>
      <div className="mb-4">
        <FilterBar filters={filters} search={{ placeholder: t("filter.search") }} actions={rows?.length === 0 ? undefined : <ExportLink filter={filter} />} />
      </div>
      {waiting ? <p className="mb-3" role="status"><Button size="sm" onClick={() => { reset(); refresh(); scrollTo({ top: 0 }); }}>{t("newer")}</Button></p> : null}
      <DataTable<RequestRow>
        label={t("title")} columns={useColumns(keyId !== undefined)} rows={rows} rowKey={({ id }) => id} state={tableState(list)} onRetry={() => void list.refetch()}
        updatedAt={list.dataUpdatedAt ? new Date(list.dataUpdatedAt) : undefined} filtered={filtered} onClearFilters={clear}
        onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)} openKey={open} href={({ id }) => `/console/requests/${id}`}
        empty={<Waiting />} card={(row) => <RequestCard row={row} />}
        pager={{ hasPrevious, hasNext: Boolean(next), onPrevious: back, onNext: () => next && push(next), size: PAGE }}
      />
      <ReceiptDrawer id={open} onClose={() => void setOpen(null)} {...(at > 0 && { onPrevious: step(-1) })} {...(rows && at >= 0 && at < rows.length - 1 && { onNext: step(1) })} />
    </>
  );
}

type Filter = NonNullable<Parameters<ReturnType<typeof useTRPC>["console"]["requests"]["list"]["queryOptions"]>[0] & object>["filter"] & object;

/** What the address says, as the procedure takes it. */
function useFilter(values: FilterValues, keyId: string | undefined, now: Date): Filter {
  const timeZone = useTimeZone() ?? "UTC";
  const range = parseRange(values["from"] ?? FALLBACK, values["to"], now, timeZone);
  const status = (["ok", "cancelled", "error"] as const).find((value) => value === values["status"]);
  const amount = (name: string): bigint | undefined => {
    const parsed = values[name] === undefined ? undefined : parseMoneyInput(values[name]);
    return typeof parsed === "bigint" ? parsed : undefined;
  };
  const [over, under] = [amount("cost_gt"), amount("cost_lt")];
  const key = keyId ?? (/^[0-9a-f-]{36}$/.test(values["key"] ?? "") ? values["key"] : undefined);
  const slow = SLOW_MS.find((value) => value === values["slow"]);
  return {
    from: range.from, ...(values["to"] && { to: range.to }), ...(status && { status }), ...(key && { key }), ...(values["model"] && { model: values["model"] }),
    ...(values["endpoint"] && { endpoint: values["endpoint"] }), ...(values["error"] && { errorCode: values["error"] }), ...(values["q"] && { text: values["q"] }),
    ...(over !== undefined && { costOver: over }), ...(under !== undefined && { costUnder: under }), ...(slow && { slowerMs: Number(slow) }), ...(values["free"] === "1" && { free: true }),
  };
}

function useFilterDefs(keyId: string | undefined): FilterDef[] {
  const t = useTranslations("requests");
  const trpc = useTRPC();
  const { data } = useQuery(trpc.console.requests.filterValues.queryOptions());
  return [
    { key: "range", label: t("filter.range"), kind: "date-range", fallback: FALLBACK },
    { key: "status", label: t("columns.status"), kind: "select", options: (["ok", "cancelled", "error"] as const).map((value) => ({ value, label: t(`status.${value}`) })) },
    { key: "model", label: t("columns.model"), kind: "select", options: (data?.models ?? []).map(({ name }) => ({ value: name, label: name })) },
    ...(keyId ? [] : [{ key: "key", label: t("columns.key"), kind: "select" as const, options: (data?.keys ?? []).map(({ id, name }) => ({ value: id, label: name || t("playground") })) }]),
    { key: "endpoint", label: t("columns.endpoint"), kind: "select", options: (data?.endpoints ?? []).map((value) => ({ value, label: value })) },
    { key: "cost", label: t("columns.cost"), kind: "amount" },
    { key: "free", label: t("filter.free"), kind: "select", options: [{ value: "1", label: t("free") }] },
    { key: "slow", label: t("columns.duration"), kind: "select", options: SLOW_MS.map((value) => ({ value, label: t("filter.over", { time: formatLatency(Number(value)) }) })) },
    { key: "error", label: t("filter.errorCode"), kind: "text" },
  ];
}

function useColumns(ofOneKey: boolean): Column<RequestRow>[] {
  const t = useTranslations("requests");
  const columns: Column<RequestRow>[] = [
    { id: "time", header: t("columns.time"), cell: (row) => <Time at={row.at} as="log" className="text-fg-2" /> },
    { id: "status", header: t("columns.status"), cell: (row) => <RequestStatus row={row} /> },
    { id: "model", header: t("columns.model"), cell: (row) => <RequestModel row={row} /> },
    { id: "key", header: t("columns.key"), cell: (row) => <RequestKey row={row} />, hideBelow: "lg" },
    { id: "endpoint", header: t("columns.endpoint"), cell: (row) => <span className="text-fg-2">{row.endpoint}{row.stream ? <span className="text-fg-3"> · {t("stream")}</span> : null}</span>, hideBelow: "xl" },
    { id: "tokens", header: t("columns.tokens"), align: "right", cell: (row) => <RequestTokens row={row} />, hideBelow: "lg" },
    { id: "first", header: t("columns.firstToken"), align: "right", cell: (row) => <span className="text-fg-2">{formatLatency(row.ttftMs)}</span>, hideBelow: "xl" },
    { id: "duration", header: t("columns.duration"), align: "right", cell: (row) => <span className="text-fg-2">{formatLatency(row.latencyMs)}</span>, hideBelow: "lg" },
    { id: "cost", header: t("columns.cost"), align: "right", cell: (row) => <RequestCost nano={row.chargeNano} /> },
  ];
  return ofOneKey ? columns.filter(({ id }) => id !== "key") : columns;
}

function RequestCard({ row }: { row: RequestRow }) {
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center justify-between gap-3"><RequestModel row={row} /><RequestCost nano={row.chargeNano} /></div>
      <div className="flex items-center justify-between gap-3 text-13"><RequestStatus row={row} /><Time at={row.at} as="log" className="text-fg-3" /></div>
    </div>
  );
}

/** Nothing yet: the list fills by itself at the first call. */
function Waiting() {
  const t = useTranslations("requests");
  return (
    <EmptyState
      icon={<List size={20} strokeWidth={1.75} />} title={t("empty.title")} text={t("empty.text")}
      action={<LinkButton href="/console/playground" variant="primary">{t("empty.playground")}</LinkButton>} secondary={<LinkButton href="/console/keys" variant="ghost">{t("empty.keys")}</LinkButton>}
    />
  );
}

function ExportLink({ filter }: { filter: Filter }) {
  const t = useTranslations("requests");
  const [href, setHref] = useState("/api/export/requests");
  const address = exportAddress(filter);
  // Set after the first picture: the server's clock and the browser's give different times.
  useEffect(() => setHref(address), [address]);
  return <a className="btn btn-secondary" href={href} download><Download size={16} strokeWidth={1.75} aria-hidden="true" />{t("export")}</a>;
}

function exportAddress(filter: Filter): string {
  const to = new URLSearchParams();
  const put = (name: string, value: string | number | bigint | undefined): void => {
    if (value !== undefined) to.set(name, String(value));
  };
  put("from", filter.from?.toISOString());
  put("to", filter.to?.toISOString());
  put("status", filter.status);
  put("model", filter.model);
  put("key", filter.key);
  put("endpoint", filter.endpoint);
  put("error_code", filter.errorCode);
  put("q", filter.text);
  put("cost_over", filter.costOver);
  put("cost_under", filter.costUnder);
  put("slower_ms", filter.slowerMs);
  if (filter.free) to.set("free", "1");
  return `/api/export/requests?${to.toString()}`;
}
