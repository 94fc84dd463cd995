"use client";
import { useTranslations } from "next-intl";
import { CheckboxField, NumberField } from "#ui/kit/fields.client.tsx";

/** Percent on the vendor's list price that a shop starts with, and the most that is taken for meant. */
const PRESET = 30;
const MAX = 1_000;

/** Whether new models get a price at once, and how much above the list; undefined = they wait for one. */
export type Markup = number | undefined;
export const MARKUP_PRESET: Markup = PRESET;

/** The factor on the list price, in millionths. */
export const factorOf = (percent: number): number => 1_000_000 + percent * 10_000;

export function MarkupField({ value, onChange }: { value: Markup; onChange: (value: Markup) => void }) {
  const t = useTranslations("models-admin.markup");
  return (
    <div className="mr-auto flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
      <CheckboxField label={t("label")} checked={value !== undefined} onChange={(on) => onChange(on ? PRESET : undefined)} />
      {value === undefined ? <span className="text-13 text-fg-3">{t("none")}</span> : <NumberField className="w-24" label={t("percent")} hideLabel unit="%" max={MAX} value={value} onChange={(percent) => onChange(percent ?? 0)} />}
    </div>
  );
}
