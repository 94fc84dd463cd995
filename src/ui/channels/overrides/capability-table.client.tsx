"use client";
import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Capability } from "#channels/channel-settings.ts";
import { Button } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { isWildcard } from "#ui/models/wildcard.ts";

const CAPABILITIES = [
  "stream", "tools", "parallel_tools", "builtin_tools", "vision", "audio_in", "pdf", "json_mode", "json_schema", "reasoning", "n", "logprobs",
] as const satisfies readonly Capability[];

type Lacks = Readonly<Record<string, readonly Capability[]>>;

type Props = {
  models: readonly string[]; lacks: Lacks; readOnly: boolean; onChange: (lacks: Record<string, Capability[]> | undefined) => void;
  /** Asks the vendor; absent while there is something else to save. */
  onLearn: ((model: string) => Promise<void>) | undefined;
};

/** What the channel's copy of each model can do: who asks for what is off is served by other channels, or told so. */
export function CapabilityTable({ models, lacks, readOnly, onChange, onLearn }: Props) {
  const t = useTranslations("channels.overrides.capabilities");
  const [asking, setAsking] = useState<string>();
  const learn = async (model: string): Promise<void> => {
    setAsking(model);
    await onLearn?.(model);
    setAsking(undefined);
  };
  const toggle = (model: string, one: Capability): void => {
    const missing = lacks[model] ?? [];
    const next = missing.includes(one) ? missing.filter((other) => other !== one) : [...missing, one];
    const all = Object.fromEntries([...Object.entries(lacks).filter(([name]) => name !== model).map(([name, list]) => [name, [...list]]), ...(next.length > 0 ? [[model, next]] : [])]) as Record<string, Capability[]>;
    onChange(Object.keys(all).length > 0 ? all : undefined);
  };
  return (
    <div className="flex flex-col gap-3">
      <p className="hint max-w-[88ch]">{t("hint")}</p>
      <ul className="flex flex-col divide-y rounded-control border">
        {models.map((model) => (
          <li key={model} className="flex min-w-0 flex-col gap-2 p-3 xl:flex-row xl:items-start xl:gap-6">
            <span className="min-w-0 font-medium break-words xl:w-64 xl:shrink-0 xl:pt-1">{model}</span>
            <div className="flex flex-wrap gap-1.5" role="group" aria-label={t("of", { model })}>
              {CAPABILITIES.map((one) => {
                const can = !(lacks[model] ?? []).includes(one);
                return <button key={one} type="button" disabled={readOnly} aria-pressed={can} className={cn("chip", can ? "text-fg" : "border-dashed bg-transparent text-fg-3 line-through")} onClick={() => toggle(model, one)}>{can ? <Check size={14} strokeWidth={1.75} className="text-ok" aria-hidden="true" /> : null}{t(`names.${one}`)}</button>;
              })}
            </div>
            {readOnly || isWildcard(model) ? null : <span className="xl:ml-auto xl:shrink-0"><Button size="sm" busy={asking === model} disabled={!onLearn || (asking !== undefined && asking !== model)} aria-label={t("learnOf", { model })} onClick={() => void learn(model)}>{t("learn")}</Button></span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
