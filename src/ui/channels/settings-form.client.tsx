"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState, type ReactNode } from "react";
import { Button } from "#ui/kit/button.tsx";
import { NumberField, SelectField, TextField } from "#ui/kit/fields.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { PlaceFields, placeDraft, placeSettings, wrongPlaces, type PlaceDraft } from "#ui/channels/place-fields.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { ConflictDialog } from "#ui/conflict/conflict-dialog.client.tsx";
import { fieldText } from "#ui/conflict/field-text.ts";
import type { Versions } from "#ui/conflict/rebase.ts";
import { useVendorName } from "#ui/channels/vendor-name.client.ts";
import { factorText, parseFactor, type Channel } from "#ui/channels/wire.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

type Draft = {
  name: string; baseUrl: string; protocol: string; priority: number | undefined; weight: number | undefined; keyMode: string; cost: string; groupIds: readonly string[];
  limits: Record<string, number | undefined>; timeouts: Record<string, number | undefined>; place: PlaceDraft;
};

const LIMITS = ["rpm", "tpm", "concurrency"] as const;
const TIMEOUTS = ["connect_ms", "first_byte_ms", "idle_ms", "total_ms"] as const;
const KEY_MODES = ["round_robin", "random", "sticky", "least_used"] as const;
const PROTOCOLS = ["", "chat", "responses", "messages", "gemini"] as const;

const draftOf = (channel: Channel): Draft => ({
  name: channel.name, baseUrl: channel.baseUrl ?? "", protocol: channel.protocol ?? "", priority: channel.priority, weight: channel.weight, keyMode: channel.keyMode,
  cost: factorText(channel.costPpm ?? 0), groupIds: channel.groups.map(({ id }) => id), limits: { ...channel.limits }, timeouts: { ...channel.timeouts }, place: placeDraft(channel.settings),
});

const compact = (values: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined));

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What else the channel changes of its requests stands beside it, and stays. */
function settingsOf({ settings: { project: _project, location: _location, locations: _locations, bucket: _bucket, ...rest } }: Channel, place: PlaceDraft): Patch["settings"] {
  return { ...rest, ...placeSettings(place) } as Patch["settings"];
}

/** Only what differs is sent: the rest may have been changed by somebody else. */
function patchOf(channel: Channel, draft: Draft) {
  const was = draftOf(channel);
  return {
    ...(draft.name !== was.name && { name: draft.name }),
    ...(draft.baseUrl.trim() !== was.baseUrl && { baseUrl: draft.baseUrl.trim() === "" ? null : draft.baseUrl.trim() }),
    ...(draft.protocol !== was.protocol && { protocol: (draft.protocol === "" ? null : draft.protocol) as "chat" | null }),
    ...(draft.priority !== was.priority && { priority: draft.priority ?? 0 }),
    ...(draft.weight !== was.weight && { weight: draft.weight ?? 0 }),
    ...(draft.keyMode !== was.keyMode && { keyMode: draft.keyMode as (typeof KEY_MODES)[number] }),
    ...(draft.cost !== was.cost && { costPpm: parseFactor(draft.cost) ?? 0 }),
    ...(!same([...draft.groupIds].sort(), [...was.groupIds].sort()) && { groupIds: [...draft.groupIds] }),
    ...(!same(compact(draft.limits), compact(was.limits)) && { limits: compact(draft.limits) }),
    ...(!same(draft.place, was.place) && { settings: settingsOf(channel, draft.place) }),
    ...(!same(compact(draft.timeouts), compact(was.timeouts)) && { timeouts: compact(draft.timeouts) }),
  };
}

type Patch = Parameters<ReturnType<typeof useTRPCClient>["admin"]["channels"]["update"]["mutate"]>[0]["patch"];
type Props = { channel: Channel; readOnly: boolean; parts?: readonly ("connect" | "sell" | "limits" | "timeouts")[]; footer?: (save: () => Promise<boolean>, busy: boolean, changes: number) => ReactNode };

/** Where the channel leads, to whom it is sold, and how much it may take. */
export function SettingsForm({ channel, readOnly, parts = ["connect", "sell", "limits", "timeouts"], footer }: Props) {
  const t = useTranslations("channels.settings");
  const client = useTRPCClient();
  const { act, dialog } = useAct();
  const [edit, setEdit] = useState<{ base: Channel; draft: Draft }>();
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState(false);
  // What is typed belongs to one channel, and to the version of it that was on the screen when typing began.
  const { base, draft } = edit?.base.id === channel.id ? edit : { base: channel, draft: draftOf(channel) };
  const changed = Object.keys(patchOf(base, draft)).length;
  useLeaveGuard(changed > 0);
  const set = (change: Partial<Draft>) => setEdit({ base, draft: { ...draft, ...change } });
  const costBad = parseFactor(draft.cost) === undefined, placeBad = wrongPlaces(draft.place).size > 0;
  const store = async (upon: Channel, next: Draft): Promise<boolean> => {
    setBusy(true);
    setEdit({ base: upon, draft: next });
    const done = await act(() => client.admin.channels.update.mutate({ id: channel.id, seen: upon.updatedAt, patch: patchOf(upon, next) }), t("saved"), () => setConflict(true));
    setBusy(false);
    if (done) setEdit(undefined);
    return done !== undefined;
  };
  const save = async (): Promise<boolean> => changed === 0 || (!costBad && !placeBad && draft.name.trim() !== "" && store(base, draft));
  return (
    <fieldset disabled={readOnly} className="flex min-w-0 flex-col gap-6">
      <legend className="sr-only">{t("label")}</legend>
      {parts.includes("connect") ? <Connect channel={channel} draft={draft} set={set} /> : null}
      {parts.includes("sell") ? <Sell channel={channel} draft={draft} set={set} costBad={costBad} /> : null}
      {parts.includes("limits") ? (
        <Part title={t("limits")}>
          <div className="grid gap-3 sm:grid-cols-3">
            {LIMITS.map((name) => <NumberField key={name} label={t(`limit.${name}`)} optional value={draft.limits[name]} max={1_000_000_000} onChange={(value) => set({ limits: { ...draft.limits, [name]: value } })} />)}
          </div>
        </Part>
      ) : null}
      {parts.includes("timeouts") ? (
        <Part title={t("timeouts")}>
          <div className="grid gap-3 sm:grid-cols-4">
            {TIMEOUTS.map((name) => <NumberField key={name} label={t(`timeout.${name}`)} optional unit="ms" min={1} max={3_600_000} value={draft.timeouts[name]} onChange={(value) => set({ timeouts: { ...draft.timeouts, [name]: value } })} />)}
          </div>
          <p className="hint mt-2">{t("timeoutHint")}</p>
        </Part>
      ) : null}
      {footer ? footer(save, busy, changed) : readOnly ? null : (
        <div className="flex flex-wrap items-center gap-2">
          <Button variant="primary" busy={busy} disabled={changed === 0 || costBad || placeBad} onClick={() => void save()}>{t("save")}</Button>
          {changed > 0 ? <Button onClick={() => setEdit(undefined)}>{t("discard")}</Button> : null}
          <span className="text-13 text-fg-3" role="status">{changed > 0 ? t("changes", { count: changed }) : ""}</span>
        </div>
      )}
      {conflict && edit ? (
        <Conflict
          versions={{ was: draftOf(base), now: draftOf(channel), mine: draft }} channel={channel}
          onSave={(next) => { setConflict(false); void store(channel, next); }} onTheirs={() => { setConflict(false); setEdit(undefined); }} onClose={() => setConflict(false)}
        />
      ) : null}
      {dialog}
    </fieldset>
  );
}

type ConflictProps = { channel: Channel; versions: Versions<Draft>; onSave: (next: Draft) => void; onTheirs: () => void; onClose: () => void };

function Conflict({ channel, versions, ...ways }: ConflictProps) {
  const t = useTranslations("channels.settings");
  const trpc = useTRPC();
  const { data: groups } = useQuery(trpc.admin.groups.list.queryOptions());
  const text = (value: unknown, field: string): string => (field === "groupIds" ? fieldText((value as readonly string[]).map((id) => groups?.find((group) => group.id === id)?.name ?? id)) : fieldText(value));
  return <ConflictDialog target={{ type: "channel", id: channel.name }} versions={versions} name={(field) => t(field === "groupIds" ? "groups" : field)} text={text} {...ways} />;
}

export const Part = ({ title, children, note }: { title: ReactNode; children: ReactNode; note?: ReactNode }) => (
  <section>
    <h3 className="mb-3 font-semibold">{title}{note ? <span className="ml-2 text-13 font-normal text-fg-3">{note}</span> : null}</h3>
    {children}
  </section>
);

function Connect({ channel, draft, set }: { channel: Channel; draft: Draft; set: (change: Partial<Draft>) => void }) {
  const t = useTranslations("channels.settings");
  const vendorName = useVendorName();
  const trpc = useTRPC();
  const { data, isPlaceholderData } = useQuery(trpc.admin.channels.address.queryOptions({ provider: channel.provider, baseUrl: draft.baseUrl.trim(), ...(channel.asks.length > 0 && { project: draft.place.project.trim(), location: draft.place.location.trim() }) }, { staleTime: 60_000, placeholderData: keepPreviousData }));
  const protocolName = useTranslations("channels.overrides.way.protocols");
  const unreadable = draft.baseUrl.trim() !== "" && !isPlaceholderData && data?.url === null;
  return (
    <Part title={t("connect")} note={vendorName(channel.provider, channel.providerName)}>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label={t("name")} maxLength={100} value={draft.name} onChange={(event) => set({ name: event.target.value })} error={draft.name.trim() === "" ? t("nameMissing") : undefined} />
        {channel.provider === "simulator" ? null : (
          <TextField label={t("baseUrl")} mono optional={channel.providerUrl !== null} placeholder={channel.providerUrl ?? "https://"} value={draft.baseUrl} maxLength={2_000}
            onChange={(event) => set({ baseUrl: event.target.value })} error={unreadable ? t("baseUrlBad") : undefined} hint={data?.url ? t("goesTo", { url: data.url }) : undefined} className="min-w-0 [&_.hint]:break-all" />
        )}
        {channel.asks.length > 0 ? <PlaceFields asks={channel.asks} value={draft.place} byModel onChange={(change) => set({ place: { ...draft.place, ...change } })} /> : null}
        <SelectField label={t("keyMode")} value={draft.keyMode} onChange={(keyMode) => set({ keyMode })} options={KEY_MODES.map((value) => ({ value, label: t(`keyModes.${value}`) }))} />
        <SelectField label={t("protocol")} value={draft.protocol} onChange={(protocol) => set({ protocol })} options={PROTOCOLS.map((value) => ({ value, label: value === "" ? t("protocolDefault") : protocolName(value) }))} />
      </div>
    </Part>
  );
}

function Sell({ channel, draft, set, costBad }: { channel: Channel; draft: Draft; set: (change: Partial<Draft>) => void; costBad: boolean }) {
  const t = useTranslations("channels.settings");
  const trpc = useTRPC();
  const { data: groups } = useQuery(trpc.admin.groups.list.queryOptions());
  const toggle = (id: string) => set({ groupIds: draft.groupIds.includes(id) ? draft.groupIds.filter((other) => other !== id) : [...draft.groupIds, id] });
  return (
    <Part title={t("sell")}>
      <div className="mb-3 flex flex-wrap gap-2" role="group" aria-label={t("groups")}>
        {(groups ?? []).map(({ id, name }) => (
          <button key={id} type="button" aria-pressed={draft.groupIds.includes(id)} className={cn("chip max-w-full", draft.groupIds.includes(id) && "chip-on")} onClick={() => toggle(id)}><span className="truncate">{name}</span></button>
        ))}
      </div>
      {draft.groupIds.length === 0 ? <p className="mb-3 text-13 text-warn" role="status">{t("noGroups")}</p> : null}
      <div className="grid gap-3 sm:grid-cols-3">
        <NumberField label={t("priority")} hint={t("priorityHint")} min={-1_000_000} max={1_000_000} value={draft.priority} onChange={(priority) => set({ priority })} />
        <NumberField label={t("weight")} hint={t("weightHint")} max={1_000_000} value={draft.weight} onChange={(weight) => set({ weight })} />
        {channel.costPpm === null ? null : <TextField label={t("cost")} hint={t("costHint")} inputMode="decimal" unit={t("costUnit")} value={draft.cost} onChange={(event) => set({ cost: event.target.value })} error={costBad ? t("costBad") : undefined} />}
      </div>
    </Part>
  );
}
