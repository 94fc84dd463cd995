"use client";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { formatUsdPerMillion } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { Checkbox, TextField } from "#ui/kit/fields.client.tsx";
import { factorOf, MARKUP_PRESET, MarkupField, type Markup } from "#ui/models-admin/markup-field.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import type { Channel, FetchedList } from "#ui/channels/wire.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

type Fetched = Extract<FetchedList, { listed: true }>;
type Found = Fetched["models"][number];
type Gone = Fetched["gone"][number];

const GROUPS = ["priced", "unpriced", "unknown"] as const;
/** A model that the shop sells already needs nothing but the tick. */
const groupOf = ({ known }: Found): (typeof GROUPS)[number] => (known === "sold" || known === "priced" ? "priced" : known);

/** What the vendor lists against what the channel serves: one click adds or takes away, ticks do many at once. */
export function FetchedModels({ channel, fetched, onDone }: { channel: Channel; fetched: Fetched; onDone: () => void }) {
  const t = useTranslations("channels.models");
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [dropped, setDropped] = useState<ReadonlySet<string>>(new Set());
  const [markup, setMarkup] = useState<Markup>(MARKUP_PRESET);
  const [search, setSearch] = useState("");
  const change = useMapping(channel, markup);
  const [busy, setBusy] = useState(false);
  // What was added or taken away by a click is no news any more.
  const served = new Set(channel.models.map(({ upstreamName }) => upstreamName));
  const fresh = fetched.models.filter(({ upstreamName }) => !served.has(upstreamName));
  const gone = fetched.gone.filter(({ upstreamName }) => served.has(upstreamName));
  const shown = fresh.filter(({ upstreamName }) => upstreamName.toLowerCase().includes(search.trim().toLowerCase()));
  const flip = (set: ReadonlySet<string>, name: string): Set<string> => (set.has(name) ? new Set([...set].filter((other) => other !== name)) : new Set([...set, name]));
  const chosen = fresh.filter(({ upstreamName }) => ticked.has(upstreamName)), leaving = gone.filter(({ publicName }) => dropped.has(publicName));
  const apply = async (add: readonly Found[], remove: readonly Gone[], close: boolean) => {
    setBusy(true);
    const done = await change(add, remove);
    setBusy(false);
    if (!done) return;
    setTicked((now) => new Set([...now].filter((name) => !add.some(({ upstreamName }) => upstreamName === name))));
    if (close) onDone();
  };
  return (
    <section className="flex flex-col gap-4 rounded-card border p-4" aria-label={t("fetched")}>
      <div className="flex flex-wrap items-center gap-3">
        <h4 className="min-w-0 flex-1 font-semibold">{t("fetched")}<span className="ml-2 text-13 font-normal text-fg-3">{t("counts", { all: fetched.models.length, fresh: fresh.length, gone: gone.length })}</span></h4>
        {fresh.length > 12 ? <TextField label={t("search")} hideLabel placeholder={t("search")} value={search} onChange={(event) => setSearch(event.target.value)} className="w-56" /> : null}
      </div>
      {GROUPS.map((group) => <FoundGroup key={group} group={group} busy={busy} onAdd={(item) => void apply([item], [], false)} items={shown.filter((item) => groupOf(item) === group)} ticked={ticked} onFlip={(name) => setTicked(flip(ticked, name))} onAll={(names, on) => setTicked(on ? new Set([...ticked, ...names]) : new Set([...ticked].filter((name) => !names.includes(name))))} />)}
      {gone.length === 0 ? null : <GoneGroup items={gone} dropped={dropped} busy={busy} onFlip={(name) => setDropped(flip(dropped, name))} onAll={(on) => setDropped(new Set(on ? gone.map(({ publicName }) => publicName) : []))} onDrop={(item) => void apply([], [item], false)} />}
      {fresh.length + gone.length === 0 ? <p className="text-fg-2">{t("upToDate")}</p> : null}
      <div className="flex flex-wrap items-center gap-3 border-t pt-3">
        <MarkupField value={markup} onChange={setMarkup} />
        <div className="flex flex-wrap gap-3">
          <Button onClick={onDone}>{t("cancel")}</Button>
          <Button variant="primary" busy={busy} disabled={chosen.length + leaving.length === 0} onClick={() => void apply(chosen, leaving, true)}>{t("apply", { add: chosen.length, remove: leaving.length })}</Button>
        </div>
      </div>
    </section>
  );
}

/** Adds to what the channel serves and takes away from it, with a way back. What the shop does not sell yet comes with its price, where the catalogue knows one. */
function useMapping(channel: Channel, markup: Markup): (add: readonly Found[], remove: readonly Gone[]) => Promise<boolean> {
  const t = useTranslations("channels.models");
  const client = useTRPCClient();
  const { act, toast } = useAct();
  const map = async (add: readonly Gone[], remove: readonly Gone[]) => {
    // Of the channel as it is now: an undo comes after a change that this page has made itself.
    const { models, updatedAt } = await client.admin.channels.get.query({ id: channel.id });
    const names = new Set(remove.map(({ publicName }) => publicName));
    const kept = models.filter(({ publicName }) => !names.has(publicName)), all = [...kept, ...add].map(({ publicName, upstreamName }) => [publicName, upstreamName] as const);
    return client.admin.channels.update.mutate({ id: channel.id, seen: updatedAt, patch: { models: Object.fromEntries(all) } });
  };
  return async (add, remove) => {
    const priced = add.filter(({ known, catalogueKey }) => known !== "sold" && catalogueKey !== null && markup !== undefined);
    const done = await act(async () => {
      await map(add, remove);
      if (priced.length > 0) await client.admin.models.importFromCatalogue.mutate({ entries: priced.map(({ catalogueKey, publicName }) => ({ key: catalogueKey!, slug: publicName })), withPrices: true, factorPpm: factorOf(markup ?? 0) });
      return true;
    });
    if (done) toast.undo(t("changed", { add: add.length, remove: remove.length }), () => void act(() => map(remove, add), t("saved")));
    return done ?? false;
  };
}

function FoundGroup({ group, items, ticked, busy, onFlip, onAll, onAdd }: { group: (typeof GROUPS)[number]; items: readonly Found[]; ticked: ReadonlySet<string>; busy: boolean; onAdd: (item: Found) => void; onFlip: (name: string) => void; onAll: (names: readonly string[], on: boolean) => void }) {
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
          <li key={item.upstreamName} className="flex items-center gap-2">
            <label className="flex min-h-8 min-w-0 flex-1 cursor-pointer items-center gap-2.5 py-1">
              <input type="checkbox" className="check mt-0!" checked={ticked.has(item.upstreamName)} onChange={() => onFlip(item.upstreamName)} />
              <span className="min-w-0 flex-1 truncate font-mono text-13">{item.upstreamName}{item.publicName === item.upstreamName ? "" : <span className="text-fg-3">{` → ${item.publicName}`}</span>}</span>
              <span className="nums flex-none text-13 text-fg-3">{item.input === null ? t(`known.${item.known}`) : `${formatUsdPerMillion(item.input)} / ${formatUsdPerMillion(item.output)}`}</span>
            </label>
            <button type="button" className="btn btn-ghost btn-sm flex-none" disabled={busy} aria-label={t("addOne", { name: item.upstreamName })} onClick={() => onAdd(item)}><Plus size={14} strokeWidth={1.75} aria-hidden="true" />{t("addShort")}</button>
          </li>
        ))}
      </ul>
    </div>
  );
}

type GoneProps = { items: readonly Gone[]; dropped: ReadonlySet<string>; busy: boolean; onFlip: (name: string) => void; onAll: (on: boolean) => void; onDrop: (item: Gone) => void };

/** Served here, but the vendor lists it no longer: requests for it will fail some day. */
function GoneGroup({ items, dropped, busy, onFlip, onAll, onDrop }: GoneProps) {
  const t = useTranslations("channels.models");
  const on = items.filter(({ publicName }) => dropped.has(publicName)).length;
  return (
    <div>
      <div className="flex min-h-8 items-center gap-2.5 border-b">
        <Checkbox label={t("tickAll", { group: t("gone") })} checked={on === items.length} mixed={on > 0 && on < items.length} onChange={onAll} />
        <span className="text-13 font-medium text-warn">{t("gone")}</span>
        <span className="nums text-13 text-fg-3">{items.length}</span>
      </div>
      <ul aria-label={t("gone")}>
        {items.map((item) => (
          <li key={item.publicName} className="flex items-center gap-2">
            <label className="flex min-h-8 min-w-0 flex-1 cursor-pointer items-center gap-2.5 py-1">
              <input type="checkbox" className="check mt-0!" checked={dropped.has(item.publicName)} onChange={() => onFlip(item.publicName)} />
              <span className="min-w-0 flex-1 truncate font-mono text-13">{item.publicName}{item.publicName === item.upstreamName ? "" : <span className="text-fg-3">{` → ${item.upstreamName}`}</span>}</span>
            </label>
            <button type="button" className="btn btn-ghost btn-sm flex-none" disabled={busy} aria-label={t("dropOne", { name: item.publicName })} onClick={() => onDrop(item)}>{t("dropShort")}</button>
          </li>
        ))}
      </ul>
    </div>
  );
}
