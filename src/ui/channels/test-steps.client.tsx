"use client";
import { Check, Minus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useComma } from "#ui/format/comma.client.ts";
import { formatDate, formatExact, formatLatency } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { TextField } from "#ui/kit/fields.client.tsx";
import { Select } from "#ui/kit/select-field.client.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import type { Channel } from "#ui/channels/wire.ts";
import { isWildcard } from "#ui/models/wildcard.ts";

type Step = Readonly<{ step: string; state: string; ms?: number | undefined; note?: string | undefined; count?: number | undefined; until?: Date | string | undefined; tokens?: Readonly<{ input: number; output: number }> | undefined }>;

const ICONS = { ok: <Check className="text-ok" size={16} strokeWidth={2} aria-hidden="true" />, failed: <X className="text-bad" size={16} strokeWidth={2} aria-hidden="true" />, skipped: <Minus className="text-fg-3" size={16} strokeWidth={2} aria-hidden="true" /> } as const;

/** Each thing that a test looks at, on a line: how it went, how long it took, and the vendor's own word where it failed. */
export function TestSteps({ steps }: { steps: readonly Step[] }) {
  const t = useTranslations("channels.test");
  const comma = useComma();
  const failed = steps.filter(({ state, note }) => state === "failed" && note);
  return (
    <div className="flex flex-col gap-3">
      <ol className="flex flex-col">
        {steps.map(({ step, state, ms, count, until, tokens }) => (
          <li key={step} className="flex min-h-8 items-center gap-2.5">
            {ICONS[state as keyof typeof ICONS]}
            <span className="min-w-0 flex-1">
              {t(`steps.${step}`)}
              {count === undefined ? null : <span className="text-fg-3">{`${comma}${t("listed", { count })}`}</span>}
              {until === undefined ? null : <span className="text-fg-3">{`${comma}${t("certificate", { until: formatDate(new Date(until), { timeZone: "UTC" }) })}`}</span>}
              <span className="sr-only">{` ${t(`states.${state}`)}`}</span>
            </span>
            <span className="nums flex-none text-13 text-fg-3">{tokens ? t("tokens", tokens) : state === "skipped" ? t("states.skipped") : ms === undefined ? "" : formatLatency(ms)}</span>
          </li>
        ))}
      </ol>
      {failed.map(({ step, note }) => <Callout key={step} tone="bad" title={t("failedAt", { step: t(`steps.${step}`) })}><span className="break-words">{note}</span></Callout>)}
    </div>
  );
}

/** Runs a test by hand, at the house's cost, and shows the last one until then. */
export function TestSection({ channel, auto = false, atOnce = false, onDone }: { channel: Channel; auto?: boolean; /** A channel that was never tested is tested when it is shown. */ atOnce?: boolean; onDone?: (ok: boolean) => void }) {
  const t = useTranslations("channels.test");
  const comma = useComma();
  const client = useTRPCClient();
  const { act } = useAct();
  const [busy, setBusy] = useState(false);
  const [picked, setPicked] = useState((channel.models.find(({ priced, publicName }) => priced && !isWildcard(publicName)) ?? channel.models.find(({ priced }) => priced) ?? channel.models[0])?.publicName);
  const [rest, setRest] = useState("");
  // Below a wildcard somebody must say which model is to be tried; without one the test goes as far as it can.
  const open = picked !== undefined && isWildcard(picked);
  const model = !open ? picked : rest === "" ? undefined : picked.slice(0, -1) + rest;
  const last = channel.lastTest;
  const run = async () => {
    setBusy(true);
    const report = await act(() => client.admin.channels.test.mutate({ id: channel.id, full: true, ...(model !== undefined && { model }) }));
    setBusy(false);
    if (report) onDone?.(report.ok);
  };
  const begun = useRef(false);
  useEffect(() => {
    if (!atOnce || last || begun.current) return;
    begun.current = true;
    void run();
  });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Button variant={auto && !last?.ok ? "primary" : "secondary"} busy={busy} onClick={() => void run()}>{t("run")}</Button>
        {channel.models.length > 1 ? <Select className="w-56!" value={picked} onChange={setPicked} options={channel.models.map(({ publicName }) => ({ value: publicName, label: publicName }))} control={{ "aria-label": t("model") }} /> : null}
        {open ? <TextField className="w-56" label={t("name", { beginning: picked.slice(0, -1) })} hideLabel mono placeholder={t("namePlaceholder")} maxLength={200} value={rest} onChange={(event) => setRest(event.target.value.trim())} /> : null}
        {last ? <span className="text-13 text-fg-3"><Time at={last.at} />{last.costPico === null ? "" : `${comma}${t("cost", { cost: formatExact((last.costPico + 500n) / 1_000n) })}`}</span> : null}
      </div>
      {busy ? <p className="text-fg-2" role="status">{t("running")}</p> : last ? <TestSteps steps={last.steps} /> : <p className="text-13 text-fg-3">{t("never")}</p>}
    </div>
  );
}
