"use client";
import { useTranslations } from "next-intl";
import type { ChannelSettings } from "#channels/channel-settings.ts";
import { Fragment } from "react";
import { cn } from "#ui/kit/cn.ts";
import { CheckboxField, SelectField, TagInput, TextArea, TextField } from "#ui/kit/fields.client.tsx";

const MODES = ["if_absent", "prepend", "append", "replace"] as const;
const THINKING = ["effort", "thinking", "enable_thinking", "reasoning", "none"] as const;
/** Their names are the same in every language. */
const QUANTIZATIONS = ["int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32"] as const;
const FLAGS = ["thinking_to_content", "allow_service_tier", "allow_user_id", "eof_is_end", "transcript", "hide_ids", "upstream_store", "retry_slow", "keepalive_json", "repair_history"] as const;
const PROTOCOLS = ["chat", "responses", "messages", "gemini"] as const satisfies readonly Protocol[];

type Protocol = NonNullable<ChannelSettings["without"]>[number];
type System = NonNullable<ChannelSettings["system"]>;

/** Words of the shop's own in each request's instructions. */
export function SystemPart({ value, wrong, onChange }: { value: ChannelSettings["system"]; wrong: boolean; onChange: (value: ChannelSettings["system"]) => void }) {
  const t = useTranslations("channels.overrides.system");
  const set = (change: Partial<System>): void => {
    const next: System = { mode: "prepend", text: "", ...value, ...change };
    onChange(next);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField label={t("mode")} value={value?.mode ?? "off"} onChange={(mode) => (mode === "off" ? onChange(undefined) : set({ mode: mode as System["mode"] }))}
          options={[{ value: "off", label: t("modes.off") }, ...MODES.map((mode) => ({ value: mode as string, label: t(`modes.${mode}`) }))]} />
      </div>
      {value ? (
        <>
          <TextArea label={t("text")} rows={5} value={value.text} maxLength={16_384} error={wrong ? t("wrong") : undefined} onChange={(event) => set({ text: event.target.value })} />
          <CheckboxField label={t("absorb")} hint={t("absorbHint")} checked={value.absorb === true} onChange={(absorb) => set({ absorb })} />
        </>
      ) : null}
    </div>
  );
}

const PROXY_KINDS = [["http", "http:// https://"], ["socks5h", "socks5h://"], ["socks5", "socks5://"]] as const;

type Rest = Omit<ChannelSettings, "params" | "headers">;

/** What the template has, and what was struck out although it has not: that can only be taken back. Of one alone there is nothing to strike out. */
const shownProtocols = (offered: readonly Protocol[], without: readonly Protocol[]): readonly Protocol[] => {
  const shown = PROTOCOLS.filter((one) => offered.includes(one) || without.includes(one));
  return shown.length > 1 || without.length > 0 ? shown : [];
};

/** By what way the vendor is reached, and what its host has not. */
export function WayPart({ value, offered, wrong, readOnly, onChange }: { value: Rest; offered: readonly Protocol[]; wrong: boolean; readOnly: boolean; onChange: (change: Partial<Rest>) => void }) {
  const t = useTranslations("channels.overrides.way");
  const without = value.without ?? [];
  const shown = shownProtocols(offered, without);
  const toggle = (one: Protocol): void => {
    const next = without.includes(one) ? without.filter((other) => other !== one) : [...without, one];
    onChange({ without: next.length > 0 ? next : undefined } as Partial<Rest>);
  };
  return (
    <div className="flex flex-col gap-4">
      <div className="max-w-xl">
        <TextField label={t("proxy")} optional mono placeholder="socks5h://10.0.0.5:1080" maxLength={500} value={value.proxy ?? ""} hint={t("proxyHint")} error={wrong ? t("proxyWrong") : undefined}
          onChange={(event) => onChange({ proxy: event.target.value.trim() || undefined } as Partial<Rest>)} />
        <dl className="hint mt-2 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5">
          {PROXY_KINDS.map(([kind, schemes]) => <Fragment key={kind}><dt><code className="text-12">{schemes}</code></dt><dd>{t(`proxyKinds.${kind}`)}</dd></Fragment>)}
        </dl>
        <p className="hint mt-2">{t.rich("proxySecret", { code: (text) => <code className="text-12 break-all">{text}</code> })}</p>
      </div>
      {shown.length === 0 ? null : (
        <div role="group" aria-label={t("without")}>
          <p className="mb-1.5 text-13 font-medium">{t("without")}</p>
          <div className="flex flex-wrap gap-1.5">
            {shown.map((one) => {
              const there = !without.includes(one);
              return <button key={one} type="button" disabled={readOnly} aria-pressed={there} className={cn("chip", there ? "chip-on" : "text-fg-3 line-through")} onClick={() => toggle(one)}>{t(`protocols.${one}`)}</button>;
            })}
          </div>
          <p className="hint mt-1.5 max-w-prose">{t("withoutHint")}</p>
        </div>
      )}
    </div>
  );
}

/** How this account of the vendor leaves what is known of the vendor. */
export function BehaviourPart({ value, onChange }: { value: Rest; onChange: (change: Partial<Rest>) => void }) {
  const t = useTranslations("channels.overrides.behaviour");
  const preset = { value: "", label: t("preset") };
  const stream = value.force_stream ? "always" : value.force_non_stream ? "never" : "";
  const usage = value.supports_stream_options === undefined ? "" : value.supports_stream_options ? "yes" : "no";
  const betas = (change: { only?: string[]; drop?: string[] }): void => {
    const next = { ...value.betas, ...change };
    const kept = Object.fromEntries(Object.entries(next).filter(([, list]) => list.length > 0));
    onChange({ betas: Object.keys(kept).length > 0 ? kept : undefined } as Partial<Rest>);
  };
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
        <SelectField label={t("stream")} value={stream} options={[{ value: "", label: t("streams.asAsked") }, { value: "always", label: t("streams.always") }, { value: "never", label: t("streams.never") }]}
          onChange={(choice) => onChange({ force_stream: choice === "always", force_non_stream: choice === "never" })} />
        <SelectField label={t("maxTokens")} value={value.max_tokens_name ?? ""} options={[preset, ...(["max_tokens", "max_completion_tokens"] as const).map((name) => ({ value: name as string, label: name }))]}
          onChange={(name) => onChange({ max_tokens_name: (name || undefined) as Rest["max_tokens_name"] } as Partial<Rest>)} />
        <SelectField label={t("usage")} value={usage} options={[preset, { value: "yes", label: t("yes") }, { value: "no", label: t("no") }]} onChange={(choice) => onChange({ supports_stream_options: choice === "" ? undefined : choice === "yes" } as Partial<Rest>)} />
        <SelectField label={t("thinking")} value={value.reasoning_field ?? ""} options={[preset, ...THINKING.map((name) => ({ value: name as string, label: t(`thinkings.${name}`) }))]}
          onChange={(name) => onChange({ reasoning_field: (name || undefined) as Rest["reasoning_field"] } as Partial<Rest>)} />
        <SelectField label={t("zeroUsage")} value={value.zero_usage ?? "trust"} options={(["trust", "estimate"] as const).map((name) => ({ value: name as string, label: t(`zeroUsages.${name}`) }))}
          onChange={(name) => onChange({ zero_usage: name === "estimate" ? name : undefined } as Partial<Rest>)} />
        <SelectField label={t("quantization")} value={value.quantization ?? "unknown"} options={[{ value: "unknown", label: t("unknown") }, ...QUANTIZATIONS.map((name) => ({ value: name as string, label: name }))]}
          onChange={(name) => onChange({ quantization: name === "unknown" ? undefined : name } as Partial<Rest>)} />
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        {FLAGS.map((flag) => <CheckboxField key={flag} label={t(`flags.${flag}`)} hint={t(`hints.${flag}`)} checked={value[flag] === true} onChange={(on) => onChange({ [flag]: on })} />)}
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        <TagInput label={t("betasOnly")} hint={t("betasOnlyHint")} optional value={value.betas?.only ?? []} maxLength={100} onChange={(only) => betas({ only })} />
        <TagInput label={t("betasDrop")} optional value={value.betas?.drop ?? []} maxLength={100} onChange={(drop) => betas({ drop })} />
      </div>
    </div>
  );
}
