"use client";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { formatUsdPerMillion } from "#ui/format/index.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Checkbox, CheckboxField, TextField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { X } from "lucide-react";
import { CatalogueDialog } from "#ui/models-admin/catalogue-dialog.client.tsx";
import { factorOf, MARKUP_PRESET, MarkupField, type Markup } from "#ui/models-admin/markup-field.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import type { Channel, FetchedList } from "#ui/channels/wire.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

type Fetched = Extract<FetchedList, { listed: true }>;
type Found = Fetched["models"][number];

/** What the channel serves, under which names; what the vendor lists is shown beside it, and only ticks add to it. */
export function ModelsSection({ channel, readOnly, auto = false, onSaved }: { channel: Channel; readOnly: boolean; auto?: boolean; onSaved?: () => void }) {
  const t = useTranslations("channels.models");
  const client = useTRPCClient();
  const { act } = useAct();
  const [busy, setBusy] = useState(false);
  const [picking, setPicking] = useState(false);
  const [fetched, setFetched] = useState<FetchedList>();
  const fetchList = async () => {
    setBusy(true);
    const list = await act(() => client.admin.channels.fetchModels.mutate({ id: channel.id }));
    setBusy(false);
    if (list) setFetched(list);
  };
  return (
    <div className="flex flex-col gap-5">
      <Mapping key={channel.id} channel={channel} readOnly={readOnly} {...(onSaved && { onSaved })} />
      {readOnly ? null : (
        <div>
          <div className="flex flex-wrap gap-2">
            {channel.provider === "simulator" ? null : <Button variant={auto && channel.models.length === 0 ? "primary" : "secondary"} busy={busy} onClick={() => void fetchList()}>{t("fetch")}</Button>}
            <Button variant={auto && channel.provider === "simulator" && channel.models.length === 0 ? "primary" : "secondary"} onClick={() => setPicking(true)}>{t("pick")}</Button>
          </div>
          <p className="hint mt-2">{t("fetchHint")}</p>
          <CatalogueDialog open={picking} onOpenChange={setPicking} existing="map" onAdded={async (entries) => {
            const models = Object.fromEntries([...channel.models.map(({ publicName, upstreamName }) => [publicName, upstreamName] as const), ...entries.map(({ slug, id }) => [slug, id] as const)]);
            await act(() => client.admin.channels.update.mutate({ id: channel.id, seen: channel.updatedAt, patch: { models } }), t("saved"));
          }} />
        </div>
      )}
      {fetched && !fetched.listed ? <Callout tone="warn" title={t("notListed")}>{fetched.note}</Callout> : null}
      {fetched?.listed ? <FetchedModels key={fetched.models.length} channel={channel} fetched={fetched} onDone={() => setFetched(undefined)} /> : null}
    </div>
  );
}

type Line = { publicName: string; upstreamName: string };

function Mapping({ channel, readOnly, onSaved }: { channel: Channel; readOnly: boolean; onSaved?: () => void }) {
  const t = useTranslations("channels.models");
  const client = useTRPCClient();
  const { act } = useAct();
  const [edit, setEdit] = useState<{ base: Channel; lines: readonly Line[] }>();
  const [busy, setBusy] = useState(false);
  const lines = edit?.lines ?? channel.models.map(({ publicName, upstreamName }) => ({ publicName, upstreamName }));
  const base = edit?.base ?? channel;
  const facts = new Map(channel.models.map((model) => [model.publicName, model]));
  const change = (next: readonly Line[]) => setEdit({ base, lines: next });
  const set = (index: number, line: Partial<Line>) => change(lines.map((old, at) => (at === index ? { ...old, ...line } : old)));
  const twice = new Set(lines.map(({ publicName }) => publicName)).size < lines.length;
  const save = async () => {
    setBusy(true);
    const models = Object.fromEntries(lines.filter(({ publicName }) => publicName.trim() !== "").map(({ publicName, upstreamName }) => [publicName.trim(), upstreamName.trim() || publicName.trim()]));
    const done = await act(() => client.admin.channels.update.mutate({ id: channel.id, seen: base.updatedAt, patch: { models } }), t("saved"));
    setBusy(false);
    if (!done) return;
    setEdit(undefined);
    onSaved?.();
  };
  return (
    <div className="flex flex-col gap-3">
      {lines.length === 0 ? <p className="text-fg-2">{t("none")}</p> : (
        <ul className="flex flex-col gap-2" aria-label={t("label")}>
          {lines.map((line, index) => {
            const known = facts.get(line.publicName);
            return (
              <li key={index} className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto] items-center gap-2">
                <TextField label={t("soldAs")} hideLabel mono value={line.publicName} maxLength={200} readOnly={readOnly} onChange={(event) => set(index, { publicName: event.target.value })} />
                <span aria-hidden="true" className="text-fg-3">→</span>
                <TextField label={t("upstream", { vendor: channel.providerName })} hideLabel mono value={line.upstreamName} maxLength={500} placeholder={line.publicName} readOnly={readOnly} onChange={(event) => set(index, { upstreamName: event.target.value })} />
                <span className="flex items-center gap-1">
                  {known && !known.priced ? <Badge tone="warn">{t("noPrice")}</Badge> : null}
                  {readOnly ? null : <IconButton label={t("remove", { name: line.publicName })} onClick={() => change(lines.filter((_, at) => at !== index))}><X size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {lines.some(({ publicName }) => facts.get(publicName)?.priced === false) ? <p className="text-13 text-fg-2">{t.rich("unsold", { link: (chunks) => <Link className="link" href="/admin/models?problem=no_price">{chunks}</Link> })}</p> : null}
      {readOnly ? null : (
        <div className="flex flex-wrap items-center gap-2">
          <Button onClick={() => change([...lines, { publicName: "", upstreamName: "" }])}>{t("add")}</Button>
          {edit ? <Button variant="primary" busy={busy} disabled={twice} onClick={() => void save()}>{t("save")}</Button> : null}
          {edit ? <Button variant="ghost" onClick={() => setEdit(undefined)}>{t("discard")}</Button> : null}
          {twice ? <span className="text-13 text-bad" role="alert">{t("twice")}</span> : null}
        </div>
      )}
    </div>
  );
}

const GROUPS = ["priced", "unpriced", "unknown"] as const;
/** A model that the shop sells already needs nothing but the tick. */
const groupOf = ({ known }: Found): (typeof GROUPS)[number] => (known === "sold" || known === "priced" ? "priced" : known);

function FetchedModels({ channel, fetched, onDone }: { channel: Channel; fetched: Fetched; onDone: () => void }) {
  const t = useTranslations("channels.models");
  const client = useTRPCClient();
  const { act } = useAct();
  const fresh = fetched.models.filter(({ served }) => !served);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set());
  const [markup, setMarkup] = useState<Markup>(MARKUP_PRESET);
  const [search, setSearch] = useState("");
  const [busy, setBusy] = useState(false);
  const shown = fresh.filter(({ upstreamName }) => upstreamName.toLowerCase().includes(search.trim().toLowerCase()));
  const flip = (set: ReadonlySet<string>, name: string): Set<string> => (set.has(name) ? new Set([...set].filter((other) => other !== name)) : new Set([...set, name]));
  const chosen = fresh.filter(({ upstreamName }) => ticked.has(upstreamName));
  const toAdd = chosen.filter(({ known, catalogueKey }) => known !== "sold" && catalogueKey !== null && markup !== undefined);

  const save = async () => {
    setBusy(true);
    const done = await act(async () => {
      const kept = channel.models.filter(({ publicName }) => !dropped.has(publicName)).map(({ publicName, upstreamName }) => [publicName, upstreamName] as const);
      await client.admin.channels.update.mutate({ id: channel.id, seen: channel.updatedAt, patch: { models: Object.fromEntries([...kept, ...chosen.map(({ publicName, upstreamName }) => [publicName, upstreamName] as const)]) } });
      if (toAdd.length > 0) await client.admin.models.importFromCatalogue.mutate({ entries: toAdd.map(({ catalogueKey, publicName }) => ({ key: catalogueKey!, slug: publicName })), withPrices: true, factorPpm: factorOf(markup ?? 0) });
      return true;
    }, t("saved"));
    setBusy(false);
    if (done) onDone();
  };

  return (
    <section className="flex flex-col gap-4 rounded-card border p-4" aria-label={t("fetched")}>
      <div className="flex flex-wrap items-center gap-3">
        <h4 className="min-w-0 flex-1 font-semibold">{t("fetched")}<span className="ml-2 text-13 font-normal text-fg-3">{t("counts", { all: fetched.models.length, fresh: fresh.length, gone: fetched.gone.length })}</span></h4>
        {fresh.length > 12 ? <TextField label={t("search")} hideLabel placeholder={t("search")} value={search} onChange={(event) => setSearch(event.target.value)} className="w-56" /> : null}
      </div>
      {GROUPS.map((group) => <FoundGroup key={group} group={group} items={shown.filter((item) => groupOf(item) === group)} ticked={ticked} onFlip={(name) => setTicked(flip(ticked, name))} onAll={(names, on) => setTicked(on ? new Set([...ticked, ...names]) : new Set([...ticked].filter((name) => !names.includes(name))))} />)}
      {fetched.gone.length === 0 ? null : (
        <div>
          <h5 className="mb-1 font-medium">{t("gone")}</h5>
          {fetched.gone.map(({ publicName, upstreamName }) => <CheckboxField key={publicName} label={t("drop", { name: publicName, upstream: upstreamName })} checked={dropped.has(publicName)} onChange={() => setDropped(flip(dropped, publicName))} />)}
        </div>
      )}
      <div className="flex flex-wrap items-center gap-3 border-t pt-3">
        <MarkupField value={markup} onChange={setMarkup} />
        <Button onClick={onDone}>{t("cancel")}</Button>
        <Button variant="primary" busy={busy} disabled={chosen.length + dropped.size === 0} onClick={() => void save()}>{t("apply", { add: chosen.length, remove: dropped.size })}</Button>
      </div>
    </section>
  );
}

function FoundGroup({ group, items, ticked, onFlip, onAll }: { group: (typeof GROUPS)[number]; items: readonly Found[]; ticked: ReadonlySet<string>; onFlip: (name: string) => void; onAll: (names: readonly string[], on: boolean) => void }) {
  const t = useTranslations("channels.models");
  if (items.length === 0) return null;
  const names = items.map(({ upstreamName }) => upstreamName);
  const on = names.filter((name) => ticked.has(name)).length;
  return (
    <div>
      <div className="flex min-h-8 items-center gap-2.5 border-b">
        <Checkbox label={t("tickAll", { group: t(`groups.${group}`) })} checked={on === names.length} mixed={on > 0 && on < names.length} onChange={(all) => onAll(names, all)} />
        <span className="text-13 font-medium text-fg-2">{t(`groups.${group}`)}</span>
        <span className="nums text-13 text-fg-3">{items.length}</span>
      </div>
      <ul className="max-h-72 overflow-y-auto" tabIndex={0} aria-label={t(`groups.${group}`)}>
        {items.map((item) => (
          <li key={item.upstreamName}>
            <label className="flex min-h-8 cursor-pointer items-center gap-2.5 py-1">
              <input type="checkbox" className="check mt-0!" checked={ticked.has(item.upstreamName)} onChange={() => onFlip(item.upstreamName)} />
              <span className="min-w-0 flex-1 truncate font-mono text-13">{item.upstreamName}{item.publicName === item.upstreamName ? "" : <span className="text-fg-3">{` → ${item.publicName}`}</span>}</span>
              <span className="nums flex-none text-13 text-fg-3">{item.input === null ? t(`known.${item.known}`) : `${formatUsdPerMillion(item.input)} / ${formatUsdPerMillion(item.output)}`}</span>
            </label>
          </li>
        ))}
      </ul>
    </div>
  );
}
