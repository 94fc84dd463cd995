"use client";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { cn } from "#ui/kit/cn.ts";
import { NumberField, TagInput, TextField } from "#ui/kit/fields.client.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { ConflictDialog } from "#ui/conflict/conflict-dialog.client.tsx";
import { fieldText } from "#ui/conflict/field-text.ts";
import { FallbacksField, type Fallback } from "#ui/models-admin/fallbacks-field.client.tsx";
import { PresetField, type Preset } from "#ui/models-admin/preset-field.client.tsx";
import { isWildcard } from "#ui/models/wildcard.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

export type ModelRow = inferRouterOutputs<AppRouter>["admin"]["models"]["list"][number];

const ENDPOINTS = ["chat", "responses", "messages", "gemini", "embeddings", "images", "audio", "moderations", "rerank", "realtime", "tasks"] as const;
type PresetPatch = NonNullable<inferRouterInputs<AppRouter>["admin"]["models"]["update"]["patch"]["preset"]> | null;
type Endpoint = (typeof ENDPOINTS)[number];
type Draft = { name: string; vendor: string; contextTokens: number | undefined; maxOutputTokens: number | undefined; endpoints: readonly string[]; aliases: readonly string[]; fallbacks: readonly Fallback[]; preset: Preset | null; rpm: number | undefined };

const FIELD_WORD = { name: "name", vendor: "vendor", contextTokens: "context", maxOutputTokens: "maxOutput", endpoints: "endpoints", aliases: "aliases", fallbacks: "fallbacks", preset: "preset.of", rpm: "rpm" } as const satisfies Record<keyof Draft, string>;

const draftOf = (model: ModelRow): Draft => ({
  name: model.name ?? "", vendor: model.vendor ?? "", contextTokens: model.contextTokens ?? undefined, maxOutputTokens: model.maxOutputTokens ?? undefined, endpoints: model.endpoints, aliases: model.aliases, fallbacks: model.fallbacks as readonly Fallback[], preset: model.preset, rpm: model.limits.rpm,
});

function patchOf(model: ModelRow, draft: Draft) {
  const was = draftOf(model);
  const text = (value: string): string | null => (value.trim() === "" ? null : value.trim());
  return {
    ...(draft.name !== was.name && { name: text(draft.name) }),
    ...(draft.vendor !== was.vendor && { vendor: text(draft.vendor) }),
    ...(draft.contextTokens !== was.contextTokens && { contextTokens: draft.contextTokens ?? null }),
    ...(draft.maxOutputTokens !== was.maxOutputTokens && { maxOutputTokens: draft.maxOutputTokens ?? null }),
    ...([...draft.endpoints].sort().join() !== [...was.endpoints].sort().join() && { endpoints: draft.endpoints as Endpoint[] }),
    ...(draft.aliases.join() !== was.aliases.join() && { aliases: [...draft.aliases] }),
    ...(JSON.stringify(draft.fallbacks) !== JSON.stringify(was.fallbacks) && { fallbacks: draft.fallbacks.map(({ model: name, on }) => ({ model: name, on: [...on] })) }),
    ...(JSON.stringify(draft.preset) !== JSON.stringify(was.preset) && { preset: draft.preset as PresetPatch }),
    ...(draft.rpm !== was.rpm && { limits: { ...model.limits, rpm: draft.rpm } }),
  };
}

/** Facts of a model, as customers see them. */
export function ModelForm({ model, readOnly }: { model: ModelRow; readOnly: boolean }) {
  const t = useTranslations("models-admin.form");
  const client = useTRPCClient();
  const { act } = useAct();
  const wildcard = isWildcard(model.slug);
  const [edit, setEdit] = useState<{ base: ModelRow; draft: Draft }>();
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState(false);
  const { base, draft } = edit?.base.id === model.id ? edit : { base: model, draft: draftOf(model) };
  const changes = Object.keys(patchOf(base, draft)).length;
  useLeaveGuard(changes > 0);
  const set = (change: Partial<Draft>) => setEdit({ base, draft: { ...draft, ...change } });
  const store = async (upon: ModelRow, next: Draft) => {
    setBusy(true);
    setEdit({ base: upon, draft: next });
    if (await act(() => client.admin.models.update.mutate({ id: model.id, seen: upon.updatedAt, patch: patchOf(upon, next) }), t("saved"), () => setConflict(true))) setEdit(undefined);
    setBusy(false);
  };
  return (
    <fieldset disabled={readOnly} className="flex min-w-0 flex-col gap-4">
      <legend className="sr-only">{t("label")}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField label={t("name")} optional maxLength={200} placeholder={model.slug} value={draft.name} onChange={(event) => set({ name: event.target.value })} />
        <TextField label={t("vendor")} optional mono maxLength={64} value={draft.vendor} onChange={(event) => set({ vendor: event.target.value.toLowerCase() })} />
        <NumberField label={t("context")} optional unit={t("tokens")} min={1} max={100_000_000} value={draft.contextTokens} onChange={(contextTokens) => set({ contextTokens })} />
        <NumberField label={t("maxOutput")} optional unit={t("tokens")} min={1} max={100_000_000} value={draft.maxOutputTokens} onChange={(maxOutputTokens) => set({ maxOutputTokens })} />
      </div>
      <div>
        <p className="label">{t("endpoints")}</p>
        <EndpointChips value={draft.endpoints} onChange={(endpoints) => set({ endpoints })} label={t("endpoints")} />
        <p className="hint mt-1.5">{t("endpointsHint")}</p>
      </div>
      {wildcard ? <Callout tone="info" title={t("wildcardTitle")}>{t("wildcardText", { beginning: model.slug.slice(0, -1) || "…" })}</Callout> : <TagInput label={t("aliases")} optional hint={t("aliasesHint")} maxLength={200} value={draft.aliases} onChange={(aliases) => set({ aliases })} />}
      <FallbacksField own={model.slug} value={draft.fallbacks} onChange={(fallbacks) => set({ fallbacks })} readOnly={readOnly} />
      {wildcard ? null : <PresetField own={model.slug} value={draft.preset} onChange={(preset) => set({ preset })} readOnly={readOnly} />}
      <NumberField className="sm:w-1/2" label={t("rpm")} optional unit={t("perMinute")} value={draft.rpm} max={1_000_000_000} onChange={(rpm) => set({ rpm })} />
      {readOnly ? null : (
        <div className="flex flex-wrap items-center gap-2">
          <Button variant="primary" busy={busy} disabled={changes === 0} onClick={() => void store(base, draft)}>{t("save")}</Button>
          {changes > 0 ? <Button onClick={() => setEdit(undefined)}>{t("discard")}</Button> : null}
        </div>
      )}
      {conflict && edit ? (
        <ConflictDialog
          target={{ type: "model", id: model.slug }} versions={{ was: draftOf(base), now: draftOf(model), mine: draft }} name={(field) => t(FIELD_WORD[field as keyof Draft])} text={fieldText}
          onSave={(next) => { setConflict(false); void store(model, next); }} onTheirs={() => { setConflict(false); setEdit(undefined); }} onClose={() => setConflict(false)}
        />
      ) : null}
    </fieldset>
  );
}

export function EndpointChips({ value, onChange, label }: { value: readonly string[]; onChange: (value: string[]) => void; label: string }) {
  return (
    <div className="flex flex-wrap gap-2" role="group" aria-label={label}>
      {ENDPOINTS.map((name) => (
        <button key={name} type="button" className={cn("chip font-mono", value.includes(name) && "chip-on")} aria-pressed={value.includes(name)} onClick={() => onChange(value.includes(name) ? value.filter((other) => other !== name) : [...value, name])}>{name}</button>
      ))}
    </div>
  );
}
