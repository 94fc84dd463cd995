"use client";
import { useQuery } from "@tanstack/react-query";
import { ListOrdered, Plus, Route } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { parseAsString, useQueryState } from "nuqs";
import { useState, type ReactNode } from "react";
import { Sparkline } from "#ui/charts/sparkline.tsx";
import { useComma } from "#ui/format/comma.client.ts";
import { formatLatency, formatPercent } from "#ui/format/index.ts";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { cn } from "#ui/kit/cn.ts";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { FilterBar, useFilterValues, type FilterDef } from "#ui/kit/filter-bar.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { Bleed } from "#ui/layout/bleed.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { BulkBar } from "#ui/channels/bulk-bar.client.tsx";
import { ChannelDrawer } from "#ui/channels/channel-drawer.client.tsx";
import { useChannelActs } from "#ui/channels/channel-acts.client.tsx";
import { OrderView } from "#ui/channels/order-view.client.tsx";
import { ChannelStateText, costText } from "#ui/channels/overview.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { useVendorName } from "#ui/channels/vendor-name.client.ts";
import { factorText, successOf, type Channel } from "#ui/channels/wire.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

export type Rights = Readonly<{ write: boolean; test: boolean; costs: boolean }>;

const VIEWS = ["all", "failing", "idle", "off"] as const;
/** Not the table, but the order in which channels are asked. */
const ORDER = "order";
type View = (typeof VIEWS)[number];
const IN_VIEW: Readonly<Record<View, (channel: Channel) => boolean>> = {
  all: () => true,
  failing: ({ state }) => state === "failing" || state === "degraded" || state === "no_keys" || state === "down",
  idle: ({ state }) => state === "idle",
  off: ({ state }) => state === "off" || state === "paused",
};

/** Every channel with how it stands, the first choice on top; a row opens its editor beside the table. */
export function ChannelList({ rights }: { rights: Rights }) {
  const t = useTranslations("channels");
  const vendorName = useVendorName();
  const trpc = useTRPC();
  const query = useQuery(trpc.admin.channels.list.queryOptions(undefined, { refetchInterval: 15_000 }));
  const { data } = query;
  const [view, setView] = useQueryState("view", parseAsString.withDefault("all"));
  const [open, setOpen] = useQueryState("open", parseAsString);
  const filters: FilterDef[] = [
    { key: "provider", label: t("list.vendor"), kind: "select", options: [...new Map((data ?? []).map(({ provider, providerName }) => [provider, vendorName(provider, providerName)]))].map(([value, label]) => ({ value, label })) },
    { key: "group", label: t("list.group"), kind: "select", options: [...new Set((data ?? []).flatMap(({ groups }) => groups.map(({ name }) => name)))].map((value) => ({ value, label: value })) },
  ];
  const { values, filtered, clear } = useFilterValues(filters);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const acts = useChannelActs(() => void setOpen(null));
  const columns = useColumns(rights);
  const ordering = view === ORDER;
  const current: View = VIEWS.find((name) => name === view) ?? "all";
  const rows = data?.filter((channel) => IN_VIEW[current](channel) && matches(channel, values)).toSorted((a, b) => Number(a.state === "off") - Number(b.state === "off") || b.priority - a.priority || a.number - b.number);
  const opened = data?.find(({ id }) => id === open);
  const keys = (data ?? []).reduce((sum, channel) => sum + channel.keys.length, 0);
  return (
    <>
      <PageHeader title={t("title")} description={data ? t("list.counts", { channels: data.length, keys }) : undefined} actions={<Actions rights={rights} channels={data ?? []} />} />
      <SingleChannel channels={data ?? []} />
      <div className="mb-4 flex flex-wrap items-center gap-2">
        {VIEWS.map((name) => (
          <button key={name} type="button" className={cn("chip", !ordering && name === current && "chip-on")} aria-pressed={!ordering && name === current} onClick={() => void setView(name === "all" ? null : name)}>
            {t(`views.${name}`)}<span className="nums text-fg-3">{data?.filter(IN_VIEW[name]).length ?? ""}</span>
          </button>
        ))}
        {data && data.length > 1 ? <button type="button" className={cn("chip", ordering && "chip-on")} aria-pressed={ordering} onClick={() => void setView(ordering ? null : ORDER)}><ListOrdered size={14} strokeWidth={1.75} aria-hidden="true" />{t("views.order")}</button> : null}
        {ordering ? null : <div className="min-w-0 flex-1 basis-96 max-md:basis-full"><FilterBar filters={filters} search={{ placeholder: t("list.search") }} /></div>}
      </div>
      {ordering && data ? <OrderView channels={data} readOnly={!rights.write} /> : <Bleed>
        <DataTable<Channel>
          label={t("title")} columns={columns} rows={rows} rowKey={({ id }) => id} density="compact"
          state={query.isPending ? "loading" : query.isError ? (data ? "stale" : "error") : "ready"} onRetry={() => void query.refetch()} updatedAt={new Date(query.dataUpdatedAt)}
          filtered={filtered || current !== "all"} onClearFilters={() => { clear(); void setView(null); }}
          empty={<EmptyState icon={<Route size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("empty.title")} text={t("empty.text")} action={rights.write ? <LinkButton variant="primary" href="/admin/channels/new">{t("list.new")}</LinkButton> : undefined} />}
          card={(channel) => <ChannelCard channel={channel} />} openKey={open} onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)}
          {...(rights.write && { rowMenu: acts.items, selection: { selected, onChange: setSelected } })}
        />
      </Bleed>}
      {data?.length && !ordering ? <p className="mt-3 text-13 text-fg-3">{t("list.note")}</p> : null}
      <Drawer open={opened !== undefined} onOpenChange={(next) => next || void setOpen(null)} size="lg" title={opened ? <span className="flex min-w-0 items-center gap-2.5"><VendorMark name={opened.providerName} /><span className="truncate">{opened.name}</span></span> : ""}
        actions={opened ? <Link className="link mr-2 text-13" href={`/admin/channels/${opened.id}`}>{t("list.full")}</Link> : undefined}>
        {opened ? <ChannelDrawer key={opened.id} channel={opened} rights={rights} onToggle={(enabled) => void acts.setEnabled(opened, enabled)} /> : null}
      </Drawer>
      {ordering ? null : <BulkBar channels={(data ?? []).filter(({ id }) => selected.has(id))} onClear={() => setSelected(new Set())} />}
      {acts.dialogs}
    </>
  );
}

function matches(channel: Channel, { q, provider, group }: Readonly<Record<string, string | undefined>>): boolean {
  const text = [channel.name, channel.providerName, channel.baseUrl ?? "", ...channel.models.flatMap(({ publicName, upstreamName }) => [publicName, upstreamName]), ...channel.keys.map(({ suffix }) => suffix)].join(" ").toLowerCase();
  return (!q || text.includes(q.toLowerCase())) && (!provider || channel.provider === provider) && (!group || channel.groups.some(({ name }) => name === group));
}

function useColumns(rights: Rights): readonly Column<Channel>[] {
  const t = useTranslations("channels.list");
  return [
    { id: "name", header: t("channel"), cell: (channel) => <span className="flex min-w-0 items-center gap-2.5"><VendorMark name={channel.providerName} size={20} /><span className="truncate font-medium">{channel.name}</span></span>, width: "22%" },
    { id: "state", header: t("state"), cell: (channel) => <ChannelStateText channel={channel} />, width: "150px" },
    { id: "success", header: t("success"), align: "right", cell: ({ day }) => formatPercent(successOf(day), 2, "down") },
    { id: "ttft", header: t("firstToken"), align: "right", cell: ({ day }) => formatLatency(day.ttftP50), hideBelow: "lg" },
    { id: "spark", header: t("spark"), cell: ({ spark }) => <Sparkline values={spark} label={t("sparkText", { count: spark.reduce((sum, n) => sum + n, 0) })} />, hideBelow: "xl" },
    { id: "rpm", header: t("rpm"), align: "right", cell: ({ rpm, limits }) => (limits.rpm === undefined ? String(rpm) : `${rpm} / ${limits.rpm}`), hideBelow: "xl" },
    { id: "keys", header: t("keys"), align: "right", cell: (channel) => <KeysLive channel={channel} /> },
    { id: "models", header: t("models"), align: "right", cell: ({ models }) => models.length, hideBelow: "lg" },
    { id: "priority", header: t("priority"), align: "right", cell: ({ priority }) => priority, hideBelow: "lg" },
    { id: "weight", header: t("weight"), align: "right", cell: ({ weight }) => weight, hideBelow: "lg" },
    ...(rights.costs ? [
      { id: "cost", header: t("costFactor"), align: "right" as const, cell: ({ costPpm }: Channel) => (costPpm === null ? "—" : factorText(costPpm)), hideBelow: "xl" as const },
      { id: "spend", header: t("spend"), align: "right" as const, cell: ({ day }: Channel) => costText(day.costPico) },
    ] : []),
    { id: "tested", header: t("lastTest"), cell: ({ lastTest }) => (lastTest ? <span className={lastTest.ok ? "text-fg-2" : "text-bad"}><Time at={lastTest.at} /></span> : "—"), hideBelow: "xl" },
  ];
}

function KeysLive({ channel }: { channel: Channel }): ReactNode {
  const live = channel.keys.filter(({ status }) => status === "active").length;
  if (channel.keyless) return "—";
  return <span className={live === 0 ? "text-bad" : live < channel.keys.length ? "text-warn" : undefined}>{`${live}/${channel.keys.length}`}</span>;
}

function ChannelCard({ channel }: { channel: Channel }) {
  return (
    <span className="flex w-full min-w-0 items-center gap-3">
      <VendorMark name={channel.providerName} />
      <span className="min-w-0 flex-1"><span className="block truncate font-medium">{channel.name}</span><span className="text-13"><ChannelStateText channel={channel} /></span></span>
      <span className="flex-none text-right"><span className="nums block">{formatPercent(successOf(channel.day), 2, "down")}</span><span className="nums block text-13 text-fg-3">{formatLatency(channel.day.ttftP50)}</span></span>
    </span>
  );
}

function Actions({ rights, channels }: { rights: Rights; channels: readonly Channel[] }) {
  const t = useTranslations("channels.list");
  const client = useTRPCClient();
  const { act } = useAct();
  const [busy, setBusy] = useState(false);
  const active = channels.filter(({ status }) => status === "active");
  const testAll = async () => {
    setBusy(true);
    await act(async () => {
      for (const { id } of active) await client.admin.channels.test.mutate({ id, full: false });
    }, t("testedAll", { count: active.length }));
    setBusy(false);
  };
  return (
    <>
      {rights.test && active.length > 0 ? <Button busy={busy} onClick={() => void testAll()}>{t("testAll")}</Button> : null}
      {rights.write ? <LinkButton variant="primary" data-shortcut="n" href="/admin/channels/new"><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("new")}</LinkButton> : null}
    </>
  );
}

const NAMED = 3;

/** Models that hang on one thread are named before the thread breaks. */
function SingleChannel({ channels }: { channels: readonly Channel[] }) {
  const t = useTranslations("channels.list");
  const comma = useComma();
  const live = new Map<string, number>();
  for (const channel of channels) if (channel.status === "active") for (const { publicName, sold, priced } of channel.models) if (sold && priced) live.set(publicName, (live.get(publicName) ?? 0) + 1);
  const single = [...live].filter(([, count]) => count === 1).map(([name]) => name);
  if (single.length === 0 || live.size < 2) return null;
  return <Callout tone="warn" className="mb-4">{t.rich("single", { count: single.length, names: single.slice(0, NAMED).join(comma), more: Math.max(0, single.length - NAMED), link: (chunks) => <Link className="underline underline-offset-2" href="/admin/models?problem=single_channel">{chunks}</Link> })}</Callout>;
}
