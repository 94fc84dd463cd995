"use client";
import { useQuery } from "@tanstack/react-query";
import { Box, SquareTerminal } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { formatContext, formatPerMillion, formatUnitPrice, MISSING } from "#ui/format/index.ts";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import type { MenuItem } from "#ui/kit/menu.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { isWildcard } from "#ui/models/wildcard.ts";
import type { ConsoleOutputs } from "#ui/trpc/outputs.ts";
import { tableState } from "#ui/trpc/table-state.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Model = ConsoleOutputs["models"]["list"][number];

const TOKEN_COLUMNS = ["input", "cache_read", "output"] as const;
const TOKENS = new Set<string>([...TOKEN_COLUMNS, "cache_write_5m", "cache_write_1h", "reasoning", "input_audio", "output_audio", "input_image", "output_image", "input_video", "cache_read_audio"]);

/** Models that the customer may call, at what he pays. */
export function ModelList() {
  const t = useTranslations("console.models");
  const trpc = useTRPC();
  const toast = useToast();
  const query = useQuery(trpc.console.models.list.queryOptions());
  const models = query.data ?? [];
  const vendors = [...new Map(models.flatMap(({ vendor, vendorName }) => (vendor ? [[vendor, vendorName ?? vendor] as const] : [])))];
  const filters: FilterDef[] = [
    { key: "vendor", label: t("vendor"), kind: "select", options: vendors.map(([value, label]) => ({ value, label })) },
    { key: "endpoint", label: t("endpoint"), kind: "select", options: [...new Set(models.flatMap(({ endpoints }) => endpoints))].sort().map((value) => ({ value, label: value })) },
  ];
  const { values, filtered, clear } = useFilterValues(filters);
  const text = values["q"]?.toLowerCase();
  const rows = query.data?.filter((model) =>
    (!values["vendor"] || model.vendor === values["vendor"]) && (!values["endpoint"] || model.endpoints.length === 0 || model.endpoints.includes(values["endpoint"]))
    && (!text || model.slug.toLowerCase().includes(text) || model.name.toLowerCase().includes(text)));
  const menu = ({ slug, endpoints }: Model): MenuItem[] => [
    ...((endpoints.length === 0 || endpoints.includes("chat")) && !isWildcard(slug) ? [{ label: t("try"), href: `/console/playground?model=${encodeURIComponent(slug)}`, icon: <SquareTerminal size={16} strokeWidth={1.75} aria-hidden="true" /> }] : []),
    { label: t("requests"), href: `/console/requests?model=${encodeURIComponent(slug)}` },
    { label: t("copyId"), onSelect: () => void navigator.clipboard.writeText(slug).then(() => toast.success(t("copied", { id: slug }))) },
  ];
  return (
    <>
      <PageHeader title={t("title")} description={t("note")} />
      <div className="mb-4"><FilterBar filters={filters} search={{ placeholder: t("search") }} /></div>
      <DataTable<Model>
        label={t("title")} columns={useColumns(models)} rows={rows} rowKey={({ id }) => id} state={tableState(query)} onRetry={() => void query.refetch()} filtered={filtered} onClearFilters={clear} rowMenu={menu}
        empty={<EmptyState icon={<Box size={20} strokeWidth={1.75} />} title={t("empty")} text={t("emptyText")} />}
        card={(model) => <ModelCard model={model} />}
      />
    </>
  );
}

function useColumns(models: readonly Model[]): Column<Model>[] {
  const t = useTranslations("console.models");
  return [
    { id: "model", header: t("model"), cell: (model) => <Name model={model} /> },
    { id: "context", header: t("context"), align: "right", cell: ({ contextTokens, maxOutputTokens }) => <span className="nums text-fg-2">{contextTokens === null ? MISSING : formatContext(contextTokens)}{maxOutputTokens === null ? "" : ` / ${formatContext(maxOutputTokens)}`}</span>, hideBelow: "lg" },
    ...TOKEN_COLUMNS.map((item): Column<Model> => ({ id: item, header: t(`price.${item}`), align: "right", cell: (model) => <TokenPrice model={model} item={item} places={placesOf(models, item)} />, ...(item === "cache_read" && { hideBelow: "lg" as const }) })),
    // Few models have more than token prices; where none has, there is no column.
    ...(models.some(({ prices, tiers }) => tiers.length > 0 || others(prices).length > 0)
      ? [{ id: "other", header: t("price.other"), cell: (model: Model) => <Also model={model} />, hideBelow: "xl" as const }] : []),
  ];
}

/** The most decimals of a column, so that points stand under each other. */
const decimalsOf = (pico: bigint): number => formatPerMillion(pico).split(".")[1]?.length ?? 0;
const placesOf = (models: readonly Model[], item: string): number => Math.max(0, ...models.flatMap(({ prices }) => (prices[item] && prices[item].own > 0n ? [decimalsOf(prices[item].own)] : [])));

/** What is not counted in tokens, and prices that change with the length of the input. */
function Also({ model: { prices, tiers } }: { model: Model }) {
  const locale = useLocale();
  const pieces = others(prices).map(([item, { own }]) => formatUnitPrice(own, item, locale)).join(" · ");
  return <span className="text-13 text-fg-2">{pieces}{pieces !== "" && tiers.length > 0 ? " · " : ""}{tiers.length > 0 ? <Steps tiers={tiers} /> : null}</span>;
}

const others = (prices: Model["prices"]) => Object.entries(prices).filter(([item]) => !TOKENS.has(item));

function Name({ model }: { model: Model }) {
  const t = useTranslations("console.models");
  const below = isWildcard(model.slug) ? t("wildcard") : undefined;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <VendorMark name={model.vendor ?? model.slug} size={20} />
      <span className="min-w-0">
        <span className="block truncate font-medium">{model.slug}</span>
        {model.name === model.slug && below === undefined ? null : <span className="block truncate text-12 text-fg-3">{below ?? model.name}</span>}
      </span>
    </span>
  );
}

/** What he pays for a million tokens; a list price that is another stands before it, struck through. */
function TokenPrice({ model, item, places = 0 }: { model: Model; item: string; places?: number }) {
  const t = useTranslations("console.models");
  const price = model.prices[item];
  if (!price) return <span className="text-fg-3">{MISSING}</span>;
  return (
    <span className="nums whitespace-nowrap">
      {price.list === price.own ? null : <s className="mr-1.5 text-fg-3"><span className="sr-only">{t("listPrice")} </span>{formatPerMillion(price.list)}</s>}
      {price.own === 0n ? t("free") : <span data-room={"0".repeat(Math.max(0, places - decimalsOf(price.own))) || undefined}>{formatPerMillion(price.own)}</span>}
    </span>
  );
}

function Steps({ tiers }: { tiers: Model["tiers"] }) {
  const t = useTranslations("console.models");
  return <span className="text-13 text-fg-2">{tiers.map(({ over, prices }) => t("step", { over: formatContext(over), input: prices["input"] === undefined ? MISSING : formatPerMillion(prices["input"]), output: prices["output"] === undefined ? MISSING : formatPerMillion(prices["output"]) })).join(" · ")}</span>;
}

function ModelCard({ model }: { model: Model }) {
  const t = useTranslations("console.models");
  const locale = useLocale();
  const other = others(model.prices);
  return (
    <div className="flex items-start gap-3">
      <div className="min-w-0 flex-1"><Name model={model} /></div>
      <div className="nums flex-none text-right text-13">
        {(["input", "output"] as const).map((item) => (model.prices[item] ? <p key={item}><span className="text-fg-3">{t(`price.${item}`)}</span> <TokenPrice model={model} item={item} /></p> : null))}
        {model.prices["input"] ? null : other.map(([item, { own }]) => <p key={item}>{formatUnitPrice(own, item, locale)}</p>)}
      </div>
    </div>
  );
}
