"use client";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { Badge } from "#ui/kit/badge.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { TextField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { X } from "lucide-react";
import { CatalogueDialog } from "#ui/models-admin/catalogue-dialog.client.tsx";
import { FetchedModels } from "#ui/channels/fetched-models.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { useVendorName } from "#ui/channels/vendor-name.client.ts";
import type { Channel, FetchedList } from "#ui/channels/wire.ts";
import { isUpstreamFor, isWildcard, upstreamPreset } from "#ui/models/wildcard.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

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
  const vendorName = useVendorName();
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
  const bad = lines.find(({ publicName, upstreamName }) => !isUpstreamFor(publicName.trim(), upstreamName.trim() || upstreamPreset(publicName.trim())));
  const save = async () => {
    setBusy(true);
    const models = Object.fromEntries(lines.filter(({ publicName }) => publicName.trim() !== "").map(({ publicName, upstreamName }) => [publicName.trim(), upstreamName.trim() || upstreamPreset(publicName.trim())]));
    const done = await act(() => client.admin.channels.update.mutate({ id: channel.id, seen: base.updatedAt, patch: { models } }), t("saved"));
    setBusy(false);
    if (!done) return;
    setEdit(undefined);
    onSaved?.();
  };
  return (
    <div className="flex flex-col gap-3">
      {lines.length === 0 ? <p className="text-fg-2">{t("none")}</p> : (
        <ul className="flex flex-col gap-2 max-sm:gap-4" aria-label={t("label")}>
          {lines.map((line, index) => {
            const known = facts.get(line.publicName);
            return (
              <li key={index} className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)_auto] items-end gap-2 max-sm:grid-cols-[auto_minmax(0,1fr)_auto]">
                <TextField className="max-sm:col-span-2" label={t("soldAs")} hideLabel={index > 0} mono value={line.publicName} maxLength={200} readOnly={readOnly} onChange={(event) => set(index, { publicName: event.target.value })} />
                <span aria-hidden="true" className="flex min-h-8 items-center text-fg-3 max-sm:row-start-2">→</span>
                <TextField className="max-sm:col-start-2 max-sm:row-start-2" label={t("upstream", { vendor: vendorName(channel.provider, channel.providerName) })} hideLabel={index > 0} mono value={line.upstreamName} maxLength={500} placeholder={upstreamPreset(line.publicName)} readOnly={readOnly} onChange={(event) => set(index, { upstreamName: event.target.value })} />
                <span className="flex min-h-8 items-center gap-1 max-sm:col-start-3 max-sm:row-start-1">
                  {known && !known.priced ? <Badge tone="warn">{t("noPrice")}</Badge> : null}
                  {readOnly ? null : <IconButton label={t("remove", { name: line.publicName })} onClick={() => change(lines.filter((_, at) => at !== index))}><X size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>}
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {lines.some(({ publicName }) => facts.get(publicName)?.priced === false) ? <p className="text-13 text-fg-2">{t.rich("unsold", { link: (chunks) => <Link className="link" href="/admin/models?problem=no_price">{chunks}</Link> })}</p> : null}
      {lines.some(({ publicName }) => isWildcard(publicName.trim())) ? <p className="hint max-w-[88ch]">{t("wildcard")}</p> : null}
      {readOnly ? null : (
        <div className="flex flex-wrap items-center gap-2">
          <Button onClick={() => change([...lines, { publicName: "", upstreamName: "" }])}>{t("add")}</Button>
          {edit ? <Button variant="primary" busy={busy} disabled={twice || bad !== undefined} onClick={() => void save()}>{t("save")}</Button> : null}
          {edit ? <Button variant="ghost" onClick={() => setEdit(undefined)}>{t("discard")}</Button> : null}
          {twice ? <span className="text-13 text-bad" role="alert">{t("twice")}</span> : bad ? <span className="text-13 text-bad" role="alert">{t("badUpstream", { name: bad.publicName })}</span> : null}
        </div>
      )}
    </div>
  );
}
