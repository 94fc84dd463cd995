"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { formatUsdPerMillion } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { ComboboxField, NumberField, TextField } from "#ui/kit/fields.client.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { Part } from "#ui/channels/settings-form.client.tsx";
import { factorText, parseFactor } from "#ui/channels/wire.ts";
import { useAct } from "#ui/channels/use-act.client.ts";
import { ConflictDialog } from "#ui/conflict/conflict-dialog.client.tsx";
import { fieldText } from "#ui/conflict/field-text.ts";
import { discountText, type GroupRow, type Rights } from "#ui/groups/group-row.ts";
import { LineField } from "#ui/groups/line-field.client.tsx";
import { afterFactor } from "#ui/prices/price-math.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

const COUNTS = ["rps", "rpm", "tpm", "rpd", "tpd", "concurrency"] as const;
const LIMITS = [...COUNTS, "burst_ratio", "queue_ms"] as const;
const QUEUE_MS_MAX = 60_000;
const BURST_PERCENT_MAX = 1_000;
type Draft = { ratio: string; topUp: string; limits: Record<string, number | undefined>; auto: readonly string[] };

const percentOf = (ratio: number | undefined): number | undefined => (ratio === undefined ? undefined : Math.round(ratio * 100));
const draftOf = (group: GroupRow): Draft => ({ ratio: factorText(group.ppm), topUp: factorText(group.topUpPpm), limits: { ...group.limits }, auto: group.auto });
const compact = (limits: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(LIMITS.flatMap((name) => (limits[name] === undefined ? [] : [[name, limits[name]]])));

function patchOf(group: GroupRow, draft: Draft) {
  const ppm = parseFactor(draft.ratio), topUpPpm = parseFactor(draft.topUp);
  return {
    ...(ppm !== undefined && ppm !== group.ppm && { ppm }), ...(topUpPpm !== undefined && topUpPpm !== group.topUpPpm && { topUpPpm }),
    ...(JSON.stringify(compact(draft.limits)) !== JSON.stringify(compact(group.limits)) && { limits: compact(draft.limits) }),
    ...(draft.auto.join("\n") !== group.auto.join("\n") && { auto: [...draft.auto] }),
  };
}

/** What a group pays and may do, with its effect on five models, and prices of its own. */
export function GroupForm({ group, rights }: { group: GroupRow; rights: Rights }) {
  const t = useTranslations("groups.form");
  const client = useTRPCClient();
  const { act } = useAct();
  const [edit, setEdit] = useState<{ base: GroupRow; draft: Draft }>();
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState(false);
  const { base, draft } = edit?.base.id === group.id ? edit : { base: group, draft: draftOf(group) };
  const set = (change: Partial<Draft>) => setEdit({ base, draft: { ...draft, ...change } });
  const ppm = parseFactor(draft.ratio), topUp = parseFactor(draft.topUp);
  const changes = Object.keys(patchOf(base, draft)).length;
  useLeaveGuard(changes > 0);
  const store = async (upon: GroupRow, next: Draft) => {
    setBusy(true);
    setEdit({ base: upon, draft: next });
    if (await act(() => client.admin.groups.update.mutate({ id: group.id, seen: upon.updatedAt, patch: patchOf(upon, next) }), t("saved"), () => setConflict(true))) setEdit(undefined);
    setBusy(false);
  };
  return (
    <div className="flex flex-col gap-7">
      <fieldset disabled={!rights.write} className="flex min-w-0 flex-col gap-5">
        <legend className="sr-only">{group.name}</legend>
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField label={t("ratio")} hint={t("ratioHint")} inputMode="decimal" prefix="×" unit={ppm === undefined ? undefined : discountText(ppm)} value={draft.ratio} onChange={(event) => set({ ratio: event.target.value })} error={ppm === undefined ? t("bad") : undefined} />
          <TextField label={t("topUp")} hint={t("topUpHint")} inputMode="decimal" prefix="×" unit={topUp === undefined ? undefined : discountText(topUp)} value={draft.topUp} onChange={(event) => set({ topUp: event.target.value })} error={topUp === undefined ? t("bad") : undefined} />
        </div>
        {ppm === undefined ? null : <Effect ppm={ppm} />}
        <Part title={t("limits")}>
          <div className="grid gap-3 sm:grid-cols-3">
            {COUNTS.map((name) => <NumberField key={name} label={t(`limit.${name}`)} optional max={1_000_000_000} value={draft.limits[name]} onChange={(value) => set({ limits: { ...draft.limits, [name]: value } })} />)}
          </div>
          <div className="mt-3 grid gap-3 sm:grid-cols-2">
            <NumberField label={t("limit.burst_ratio")} hint={t("burstHint")} optional unit="%" min={1} max={BURST_PERCENT_MAX} value={percentOf(draft.limits.burst_ratio)} onChange={(value) => set({ limits: { ...draft.limits, burst_ratio: value === undefined ? undefined : value / 100 } })} />
            <NumberField label={t("limit.queue_ms")} hint={t("queueHint")} optional unit="ms" max={QUEUE_MS_MAX} value={draft.limits.queue_ms} onChange={(value) => set({ limits: { ...draft.limits, queue_ms: value } })} />
          </div>
        </Part>
        <Part title={t("auto")} note={t("autoNote")}><LineField group={group} value={draft.auto} onChange={(auto) => set({ auto })} readOnly={!rights.write} /></Part>
        {rights.write ? (
          <div className="flex flex-wrap gap-2">
            <Button variant="primary" busy={busy} disabled={changes === 0 || ppm === undefined || topUp === undefined} onClick={() => void store(base, draft)}>{t("save")}</Button>
            {changes > 0 ? <Button onClick={() => setEdit(undefined)}>{t("discard")}</Button> : null}
          </div>
        ) : null}
      </fieldset>
      <Overrides group={group} readOnly={!rights.write} />
      {conflict && edit ? (
        <ConflictDialog
          target={{ type: "group", id: group.name }} versions={{ was: draftOf(base), now: draftOf(group), mine: draft }} name={(field) => t(field)} text={fieldText}
          onSave={(next) => { setConflict(false); void store(group, next); }} onTheirs={() => { setConflict(false); setEdit(undefined); }} onClose={() => setConflict(false)}
        />
      ) : null}
    </div>
  );
}

const SHOWN = 5;

/** What the factor makes of five prices of the shop. */
function Effect({ ppm }: { ppm: number }) {
  const t = useTranslations("groups.form");
  const trpc = useTRPC();
  const { data } = useQuery(trpc.admin.models.list.queryOptions());
  const rows = (data ?? []).filter(({ priced, enabled, input }) => priced && enabled && input !== null).toSorted((a, b) => b.day.requests - a.day.requests).slice(0, SHOWN);
  if (rows.length === 0) return null;
  return (
    <table className="tbl tbl-dense w-full">
      <thead><tr><th>{t("effect")}</th><th className="num">{t("input")}</th><th className="num">{t("output")}</th></tr></thead>
      <tbody>{rows.map((model) => <tr key={model.id}><td className="truncate">{model.slug}</td><td className="num">{formatUsdPerMillion(afterFactor(model.input!, ppm))}</td><td className="num">{formatUsdPerMillion(model.output === null ? null : afterFactor(model.output, ppm))}</td></tr>)}</tbody>
    </table>
  );
}

function Overrides({ group, readOnly }: { group: GroupRow; readOnly: boolean }) {
  const t = useTranslations("groups.overrides");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { act } = useAct();
  const { data: models } = useQuery(trpc.admin.models.list.queryOptions());
  const [modelId, setModelId] = useState<string>();
  const [ratio, setRatio] = useState("1");
  const ppm = parseFactor(ratio);
  const add = async () => {
    if (await act(() => client.admin.groups.setOverride.mutate({ id: group.id, modelId: modelId!, override: { ppm: ppm! } }), t("saved"))) setModelId(undefined);
  };
  return (
    <Part title={t("title")} note={t("note")}>
      {group.overrides.length === 0 ? <p className="text-fg-2">{t("none")}</p> : (
        <ul className="divide-y border-y">
          {group.overrides.map((override) => (
            <li key={override.modelId} className="flex min-h-9 items-center gap-3 py-1">
              <span className="min-w-0 flex-1 truncate">{override.slug}</span>
              <span className="nums text-fg-2">{override.ppm === null ? `${formatUsdPerMillion(override.prices?.input ?? null)} / ${formatUsdPerMillion(override.prices?.output ?? null)}` : `× ${factorText(override.ppm)}`}</span>
              {readOnly ? null : <IconButton label={t("remove", { model: override.slug })} size="sm" onClick={() => void act(() => client.admin.groups.setOverride.mutate({ id: group.id, modelId: override.modelId, override: null }), t("removed"))}><X size={14} strokeWidth={1.75} aria-hidden="true" /></IconButton>}
            </li>
          ))}
        </ul>
      )}
      {readOnly ? null : (
        <div className="mt-3 grid items-end gap-3 sm:grid-cols-[minmax(0,1fr)_120px_auto]">
          <ComboboxField label={t("model")} value={modelId} onChange={setModelId} options={(models ?? []).map(({ id, slug }) => ({ value: id, label: slug }))} />
          <TextField label={t("factor")} inputMode="decimal" prefix="×" value={ratio} onChange={(event) => setRatio(event.target.value)} error={ppm === undefined ? t("bad") : undefined} />
          <Button disabled={modelId === undefined || ppm === undefined} onClick={() => void add()}>{t("add")}</Button>
        </div>
      )}
    </Part>
  );
}
