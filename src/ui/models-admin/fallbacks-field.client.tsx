"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "#ui/kit/cn.ts";
import { ComboboxField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { callable } from "#ui/models/wildcard.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const CAUSES = ["unavailable", "rate", "context", "content_policy"] as const;
type Cause = (typeof CAUSES)[number];
export type Fallback = Readonly<{ model: string; on: readonly Cause[] }>;

const PRESET: readonly Cause[] = ["unavailable", "rate"];
const MOST = 4;

/** Models that answer in one's place, in order, each with what it stands in for. */
export function FallbacksField({ own, value, onChange, readOnly }: { own: string; value: readonly Fallback[]; onChange: (value: readonly Fallback[]) => void; readOnly: boolean }) {
  const t = useTranslations("models-admin.form");
  const { data: models } = useQuery(useTRPC().admin.models.list.queryOptions());
  const left = callable(models ?? []).filter(({ slug }) => slug !== own && !value.some(({ model }) => model === slug));
  const toggled = (on: readonly Cause[], cause: Cause): readonly Cause[] => CAUSES.filter((name) => (name === cause ? !on.includes(name) : on.includes(name)));
  return (
    <div className="min-w-0">
      <p className="label">{t("fallbacks")}</p>
      {value.length === 0 ? <p className="text-fg-2">{t("noFallbacks")}</p> : (
        <ol className="divide-y border-y">
          {value.map(({ model, on }, index) => (
            <li key={model} className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2">
              <span className="nums w-4 text-fg-3">{index + 1}</span>
              <span className="min-w-0 flex-1 basis-40 truncate font-mono text-13">{model}</span>
              <div className="order-last flex w-full flex-wrap gap-1.5 sm:order-none sm:w-auto" role="group" aria-label={t("causesOf", { model })}>
                {CAUSES.map((cause) => (
                  <button key={cause} type="button" className={cn("chip", on.includes(cause) && "chip-on")} aria-pressed={on.includes(cause)} disabled={readOnly || (on.length === 1 && on.includes(cause))}
                    onClick={() => onChange(value.map((entry, at) => (at === index ? { model, on: toggled(on, cause) } : entry)))}>{t(`cause.${cause}`)}</button>
                ))}
              </div>
              {readOnly ? null : <IconButton label={t("removeFallback", { model })} size="sm" onClick={() => onChange(value.filter((_, at) => at !== index))}><X size={14} strokeWidth={1.75} aria-hidden="true" /></IconButton>}
            </li>
          ))}
        </ol>
      )}
      {readOnly || value.length >= MOST ? null : (
        <ComboboxField key={value.length} className="mt-3 sm:w-1/2" label={t("addFallback")} value={undefined} onChange={(model) => model === undefined ? undefined : onChange([...value, { model, on: PRESET }])} options={left.map(({ slug }) => ({ value: slug, label: slug }))} />
      )}
      <p className="hint mt-1.5">{t("fallbacksHint")}</p>
    </div>
  );
}
