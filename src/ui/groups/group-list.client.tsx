"use client";
import { useQuery } from "@tanstack/react-query";
import { Layers, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { formatPercent, formatTokens, formatTotal } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { DataTable, type Column } from "#ui/kit/data-table.client.tsx";
import { ConfirmDialog, Dialog } from "#ui/kit/dialog.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { SelectField, TextField } from "#ui/kit/fields.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Bleed } from "#ui/layout/bleed.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { factorText, parseFactor } from "#ui/channels/wire.ts";
import { useAct } from "#ui/channels/use-act.client.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { discountText, type GroupRow, type Rights } from "#ui/groups/group-row.ts";
import { GroupForm } from "#ui/groups/group-form.client.tsx";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";


const DEFAULT_NAME = "default";
const LIMITS = ["rps", "rpm", "tpm", "rpd", "tpd", "concurrency", "burst_ratio", "queue_ms"] as const;

/** Price classes: who is in them, what they pay, what they bring. */
export function GroupList({ rights }: { rights: Rights }) {
  const t = useTranslations("groups");
  const trpc = useTRPC();
  const query = useQuery(trpc.admin.groups.list.queryOptions());
  const { data } = query;
  const [open, setOpen] = useQueryState("open", parseAsString);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<GroupRow>();
  const opened = data?.find(({ id }) => id === open);
  return (
    <>
      <PageHeader title={t("title")} description={data ? t("list.counts", { count: data.length }) : undefined} actions={rights.write ? <Button variant="primary" data-shortcut="n" onClick={() => setAdding(true)}><Plus size={16} strokeWidth={1.75} aria-hidden="true" />{t("list.new")}</Button> : undefined} />
      <Bleed>
        <DataTable<GroupRow>
          label={t("title")} columns={useColumns(rights.costs, data ?? [])} rows={data} rowKey={({ id }) => id} density="compact" filtered={false}
          state={query.isPending ? "loading" : query.isError ? (data ? "stale" : "error") : "ready"} onRetry={() => void query.refetch()} updatedAt={new Date(query.dataUpdatedAt)}
          empty={<EmptyState icon={<Layers size={20} strokeWidth={1.75} aria-hidden="true" />} title={t("empty.title")} text={t("empty.text")} />}
          card={(group) => (
            <span className="flex w-full min-w-0 items-center gap-3">
              <span className="min-w-0 flex-1"><span className="block truncate font-medium">{group.name}</span><span className="text-13 text-fg-3">{t("list.membersOf", { count: group.members })}</span><Terms group={group} /></span>
              <span className="nums flex-none text-right"><span className="block">{`× ${factorText(group.ppm)}`}</span><span className="block text-13 text-fg-3">{discountText(group.ppm)}</span></span>
            </span>
          )}
          openKey={open} onOpen={({ id }) => void setOpen(id)} onClose={() => void setOpen(null)}
          {...(rights.write && { rowMenu: (group: GroupRow) => [
            { label: t("list.edit"), onSelect: () => void setOpen(group.id) },
            { label: t("list.delete"), onSelect: () => setRemoving(group), danger: true, apart: true, disabled: group.name === DEFAULT_NAME },
          ] })}
        />
      </Bleed>
      <p className="mt-3 max-w-[90ch] text-13 text-fg-3">{t("list.note")}</p>
      <Drawer open={opened !== undefined} onOpenChange={(next) => next || void setOpen(null)} title={opened?.name ?? ""}>{opened ? <GroupForm key={opened.id} group={opened} rights={rights} /> : null}</Drawer>
      <AddDialog open={adding} onOpenChange={setAdding} onAdded={(id) => void setOpen(id)} />
      {removing ? <RemoveDialog group={removing} others={(data ?? []).filter(({ id }) => id !== removing.id)} onClose={() => setRemoving(undefined)} /> : null}
    </>
  );
}

function valueOf(name: (typeof LIMITS)[number], value: number): string {
  if (name === "queue_ms") return `${value} ms`;
  return name === "burst_ratio" ? formatPercent(value, 0) : formatTokens(value);
}

/** What else sets a group apart: limits of its own, and who serves it. */
function Terms({ group: { limits, auto } }: { group: GroupRow }) {
  const t = useTranslations("groups");
  const terms = [
    ...LIMITS.flatMap((name) => (limits[name] === undefined ? [] : [t("list.limit", { name: t(`form.limit.${name}`), value: valueOf(name, limits[name]) })])),
    ...(auto.length > 0 ? [t("list.servedBy", { groups: auto.join(" → ") })] : []),
  ];
  return <span className="block truncate text-12 text-fg-3">{terms.length > 0 ? terms.join(" · ") : t("list.noLimits")}</span>;
}

/** What a group sold, and its share of what all of them did. */
function Sold({ soldNano, all }: { soldNano: bigint; all: bigint }) {
  const percent = all > 0n ? Number((soldNano * 1_000n) / all) / 10 : 0;
  return (
    <span className="ml-auto block w-32 py-1.5">
      <span className="flex justify-between gap-2"><span className="text-fg-3">{formatPercent(percent / 100, 0)}</span><span>{formatTotal(soldNano)}</span></span>
      <svg className="mt-1 block h-1 w-full" aria-hidden="true"><rect width="100%" height="4" rx="2" className="fill-muted" /><rect width={`${percent}%`} height="4" rx="2" className="fill-chart-1" /></svg>
    </span>
  );
}

function useColumns(costs: boolean, groups: readonly GroupRow[]): readonly Column<GroupRow>[] {
  const t = useTranslations("groups.list");
  const all = groups.reduce((sum, { soldNano }) => sum + soldNano, 0n);
  return [
    {
      id: "name", header: t("group"), width: "30%",
      cell: (group) => <span className="block min-w-0 py-1.5"><span className="flex items-center gap-2"><span className="truncate font-medium">{group.name}</span>{group.name === DEFAULT_NAME ? <Badge tone="neutral">{t("forNew")}</Badge> : null}</span><Terms group={group} /></span>,
    },
    { id: "ratio", header: t("ratio"), align: "right", cell: ({ ppm }) => <>{`× ${factorText(ppm)}`}<span className="ml-2 text-fg-3">{discountText(ppm)}</span></> },
    { id: "topUp", header: t("topUp"), align: "right", cell: ({ topUpPpm }) => `× ${factorText(topUpPpm)}` },
    { id: "members", header: t("members"), align: "right", cell: ({ members }) => formatTokens(members) },
    { id: "keys", header: t("keys"), align: "right", cell: ({ keys }) => formatTokens(keys), hideBelow: "lg" },
    { id: "channels", header: t("channels"), align: "right", cell: ({ channels }) => (channels === 0 ? <span className="text-warn">0</span> : channels) },
    { id: "overrides", header: t("overrides"), align: "right", cell: ({ overrides }) => overrides.length, hideBelow: "lg" },
    { id: "sold", header: t("sold"), align: "right", cell: ({ soldNano }) => <Sold soldNano={soldNano} all={all} />, hideBelow: "lg" },
    ...(costs ? [{ id: "margin", header: t("margin"), align: "right" as const, cell: ({ marginPpm }: GroupRow) => (marginPpm === null ? "—" : <span className={marginPpm < 0 ? "text-bad" : undefined}>{formatPercent(marginPpm / 1_000_000)}</span>) }] : []),
  ];
}

function AddDialog({ open, onOpenChange, onAdded }: { open: boolean; onOpenChange: (open: boolean) => void; onAdded: (id: string) => void }) {
  const t = useTranslations("groups.add");
  const client = useTRPCClient();
  const { act } = useAct();
  const [name, setName] = useState("");
  const [ratio, setRatio] = useState("1");
  const [busy, setBusy] = useState(false);
  const ppm = parseFactor(ratio);
  const save = async () => {
    setBusy(true);
    const made = await act(() => client.admin.groups.create.mutate({ name: name.trim(), ppm: ppm! }), t("added", { name: name.trim() }));
    setBusy(false);
    if (!made) return;
    setName("");
    setRatio("1");
    onOpenChange(false);
    onAdded(made.id);
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} footer={<Button variant="primary" busy={busy} disabled={name.trim() === "" || ppm === undefined} onClick={() => void save()}>{t("save")}</Button>}>
      <div className="flex flex-col gap-4">
        <TextField label={t("name")} maxLength={64} value={name} onChange={(event) => setName(event.target.value)} autoFocus />
        <TextField label={t("ratio")} hint={t("ratioHint")} inputMode="decimal" prefix="×" unit={ppm === undefined ? undefined : discountText(ppm)} value={ratio} onChange={(event) => setRatio(event.target.value)} error={ppm === undefined ? t("ratioBad") : undefined} />
      </div>
    </Dialog>
  );
}

/** Members and keys of a group that goes must go somewhere. */
function RemoveDialog({ group, others, onClose }: { group: GroupRow; others: readonly GroupRow[]; onClose: () => void }) {
  const t = useTranslations("groups.remove");
  const client = useTRPCClient();
  const { act } = useAct();
  const [to, setTo] = useState(others.find(({ name }) => name === DEFAULT_NAME)?.id ?? others[0]?.id);
  return (
    <ConfirmDialog open onOpenChange={(open) => open || onClose()} danger title={t("title", { name: group.name })} description={t("text", { members: group.members, keys: group.keys, channels: group.channels })} confirmLabel={t("confirm")}
      onConfirm={async () => void await act(() => client.admin.groups.remove.mutate({ id: group.id, ...(to !== undefined && { replacementId: to }) }), t("done", { name: group.name }))}>
      <SelectField label={t("to")} value={to} onChange={setTo} options={others.map(({ id, name, ppm }) => ({ value: id, label: name, hint: `× ${factorText(ppm)}` }))} />
    </ConfirmDialog>
  );
}
