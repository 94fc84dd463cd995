"use client";
import { ChartColumn } from "lucide-react";
import { useTranslations } from "next-intl";
import { dayText, formatCount, formatLatency, formatPercent, formatTokens } from "#ui/format/index.ts";
import { LinkButton } from "#ui/kit/button.tsx";
import { DataTable, type Column, type TableState } from "#ui/kit/data-table.client.tsx";
import type { MenuItem } from "#ui/kit/menu.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { cacheRate, meanCharge, shareOf, type Group, type UsageData, type UsageRow } from "#ui/usage/usage-chart.ts";

type Props = {
  rows: UsageData["rows"] | undefined; total: UsageData["total"] | undefined; group: Group; label: (row: UsageRow) => string; state: TableState;
  filtered: boolean; onClear: () => void; onRetry: () => void; locale: string; timeZone: string; keyId?: string;
};

/** The sums by group; each row leads to the requests it is made of. */
export function UsageTable({ rows, total, group, label, state, filtered, onClear, onRetry, timeZone, keyId }: Props) {
  const t = useTranslations("usage");
  const href = (row: UsageRow): string => requestsOf(row, group, timeZone, keyId);
  const menu = (row: UsageRow): MenuItem[] => row.group === null ? [] : [{ label: t("showRequests"), href: href(row) }];
  const columns: Column<UsageRow>[] = [
    { id: "group", header: t(`group.${group}`), cell: (row) => <span className="font-medium">{label(row)}</span> },
    { id: "requests", header: t("columns.requests"), align: "right", cell: (row) => formatCount(row.requests) },
    { id: "input", header: t("columns.input"), align: "right", cell: (row) => formatTokens(row.input + row.cacheWrite) },
    { id: "cached", header: t("columns.cached"), align: "right", cell: (row) => formatTokens(row.cacheRead), hideBelow: "lg" },
    { id: "output", header: t("columns.output"), align: "right", cell: (row) => formatTokens(row.output) },
    // Most models do not think aloud: a column of zeros says nothing.
    ...(rows?.some(({ reasoning }) => reasoning > 0n) ? [{ id: "reasoning", header: t("columns.reasoning"), align: "right" as const, cell: (row: UsageRow) => formatTokens(row.reasoning), hideBelow: "xl" as const }] : []),
    { id: "rate", header: t("columns.cacheRate"), align: "right", cell: (row) => formatPercent(cacheRate(row)), hideBelow: "xl" },
    { id: "first", header: t("columns.firstToken"), align: "right", cell: (row) => formatLatency(row.firstTokenMs), hideBelow: "xl" },
    { id: "mean", header: t("columns.mean"), align: "right", cell: (row) => <Money nano={meanCharge(row)} as="charge" />, hideBelow: "lg" },
    { id: "share", header: t("columns.share"), align: "right", cell: (row) => formatPercent(total ? shareOf(row.chargeNano, total.chargeNano) : null), hideBelow: "lg" },
    { id: "spend", header: t("columns.spend"), align: "right", cell: (row) => <span className="font-medium"><Money nano={row.chargeNano} as="total" /></span> },
  ];
  return (
    <DataTable<UsageRow>
      label={t("tableLabel")} columns={columns} rows={rows} rowKey={({ group: key }) => key ?? "others"} state={state} onRetry={onRetry} filtered={filtered} onClearFilters={onClear}
      href={href} rowMenu={menu}
      empty={<EmptyState icon={<ChartColumn size={20} strokeWidth={1.75} />} title={t("empty.title")} text={t("empty.text")} action={<LinkButton href="/console/playground">{t("empty.action")}</LinkButton>} />}
      card={(row) => (
        <div className="flex flex-col gap-0.5">
          <div className="flex items-baseline justify-between gap-3">
            <span className="min-w-0 truncate font-medium">{label(row)}</span>
            <Money nano={row.chargeNano} as="total" />
          </div>
          <div className="flex justify-between gap-3 text-13 text-fg-2">
            <span>{t("requestCount", { count: Number(row.requests) })}</span>
            {row.input + row.cacheRead + row.cacheWrite + row.output + row.reasoning === 0n ? null : <span className="nums">{formatTokens(row.input + row.cacheRead + row.cacheWrite)} → {formatTokens(row.output + row.reasoning)}</span>}
          </div>
        </div>
      )}
    />
  );
}

/** The list of requests that a row sums up, as far as the list can be told. */
function requestsOf(row: UsageRow, group: Group, timeZone: string, keyId: string | undefined): string {
  const to = new URLSearchParams(location.search);
  for (const own of ["group", "metric", "cursor", "open", "tab"]) to.delete(own);
  if (!to.has("from")) to.set("from", "-7d");
  if (keyId) to.set("key", keyId);
  if (row.group !== null) {
    if (group === "model" && row.label) to.set("model", row.label);
    if (group === "key" && row.group !== "") to.set("key", row.group);
    if (group === "endpoint" || group === "status") to.set(group, row.group);
    if (group === "day" || group === "hour") {
      const day = dayText(new Date(row.group), timeZone);
      to.set("from", day);
      to.set("to", day);
    }
  }
  return `/console/requests?${to.toString()}`;
}
