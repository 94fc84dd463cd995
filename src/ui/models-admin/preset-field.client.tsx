"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { ComboboxField, NumberField, SelectField, TextField } from "#ui/kit/fields.client.tsx";
import { callable } from "#ui/models/wildcard.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh"] as const;

export type Preset = Readonly<{ model: string; reasoning?: string | number; max_tokens?: number; temperature?: number; top_p?: number }>;

type Props = { own: string; value: Preset | null; onChange: (value: Preset | null) => void; readOnly: boolean };

/** A model that is another one with parameters set: served by whoever serves the other, at a price of its own. */
export function PresetField({ own, value, onChange, readOnly }: Props) {
  const t = useTranslations("models-admin.form.preset");
  const trpc = useTRPC();
  const { data } = useQuery(trpc.admin.models.list.queryOptions());
  const others = callable(data ?? []).filter(({ slug, preset }) => slug !== own && preset === null);
  const set = (change: Partial<Record<keyof Preset, string | number | undefined>>): void => {
    if (value) onChange(Object.fromEntries(Object.entries({ ...value, ...change }).filter(([, member]) => member !== undefined)) as Preset);
  };
  const thinking = value?.reasoning === undefined ? "" : typeof value.reasoning === "number" ? "tokens" : value.reasoning;
  return (
    <div>
      <ComboboxField className="sm:w-1/2" label={t("of")} optional hint={t("hint")} disabled={readOnly} value={value?.model} options={others.map(({ slug }) => ({ value: slug, label: slug }))}
        onChange={(model) => onChange(model === undefined || model === "" ? null : { ...value, model })} />
      {value ? (
        <div className="mt-3 grid gap-3 sm:grid-cols-2">
          <SelectField label={t("thinking")} value={thinking} onChange={(choice) => set({ reasoning: choice === "" ? undefined : choice === "tokens" ? 8_192 : choice })}
            options={[{ value: "", label: t("asAsked") }, ...EFFORTS.map((effort) => ({ value: effort as string, label: t(`efforts.${effort}`) })), { value: "tokens", label: t("tokens") }]} />
          {typeof value.reasoning === "number" ? <NumberField label={t("budget")} unit={t("unit")} max={1_000_000} value={value.reasoning} onChange={(tokens) => set({ reasoning: tokens ?? 0 })} /> : null}
          <NumberField label={t("maxTokens")} optional unit={t("unit")} min={1} max={10_000_000} value={value.max_tokens} onChange={(tokens) => set({ max_tokens: tokens })} />
          <Fraction label={t("temperature")} most={2} value={value.temperature} onChange={(temperature) => set({ temperature })} />
          <Fraction label={t("topP")} most={1} value={value.top_p} onChange={(top) => set({ top_p: top })} />
        </div>
      ) : null}
    </div>
  );
}

/** A decimal that is a parameter and no amount of money. */
function Fraction({ label, most, value, onChange }: { label: string; most: number; value: number | undefined; onChange: (value: number | undefined) => void }) {
  const type = (text: string): void => {
    const number = Number(text);
    onChange(text.trim() === "" || !Number.isFinite(number) ? undefined : Math.min(Math.max(number, 0), most));
  };
  return <TextField label={label} optional type="number" step="0.05" min={0} max={most} value={value ?? ""} onChange={(event) => type(event.target.value)} />;
}
