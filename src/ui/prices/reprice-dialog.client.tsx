"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useComma } from "#ui/format/comma.client.ts";
import { formatPercent, formatTotal } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { CheckboxField, SegmentedControl, SelectField, TextField } from "#ui/kit/fields.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { parseFactor } from "#ui/channels/wire.ts";
import { useAct } from "#ui/channels/use-act.client.ts";
import { parseMargin, usdText } from "#ui/prices/price-math.ts";
import { usePublishedNote } from "#ui/prices/use-published-note.client.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

const BASES = ["cost_dearest", "cost_cheapest", "list", "current"] as const;
const COSTS = ["cost_dearest", "cost_cheapest"] as const;
const STEPS = { none: undefined, "0.01": 10_000n, "0.05": 50_000n, "0.10": 100_000n } as const;
type StepName = keyof typeof STEPS;

/** The margin of a line as it would be. */
const marginText = ({ marginPpm }: Readonly<{ marginPpm: number | null }>): string => formatPercent(marginPpm === null ? undefined : marginPpm / 1_000_000);

/** One rule for many models: first what it would do, line by line, then all of it or nothing. */
export function RepriceDialog({ ids, onClose }: { ids: readonly string[]; onClose: () => void }) {
  const t = useTranslations("prices.reprice");
  const comma = useComma();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { act, dialog } = useAct();
  const tell = usePublishedNote();
  const [kind, setKind] = useState<"factor" | "margin">("factor");
  const [base, setBase] = useState<(typeof BASES)[number]>("cost_dearest");
  const [factor, setFactor] = useState("1.3");
  const [step, setStep] = useState<StepName>("none");
  const [from, setFrom] = useState("");
  const [confirmed, setConfirmed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [percent, setPercent] = useState("30");
  const factorPpm = kind === "factor" ? parseFactor(factor) : undefined;
  const marginPpm = kind === "margin" ? parseMargin(percent) : undefined;
  const valid = factorPpm !== undefined || marginPpm !== undefined;
  const stepPico = STEPS[step];
  const rule = { base, ...(factorPpm !== undefined && { factorPpm }), ...(marginPpm !== undefined && { marginPpm }), ...(stepPico !== undefined && { stepPico }) };
  const query = useQuery(trpc.admin.prices.previewRule.queryOptions({ modelIds: [...ids], rule }, { enabled: valid && ids.length > 0, placeholderData: keepPreviousData }));
  const lines = query.data ?? [];
  const changing = lines.filter(({ known, same }) => known && !same);
  const below = changing.filter(({ belowCost }) => belowCost);
  const difference = changing.reduce((sum, { soldNano, soldThenNano }) => sum + soldThenNano - soldNano, 0n);
  const start = from === "" ? undefined : new Date(`${from}:00Z`);
  // A margin is counted over a cost: over a price it would say nothing.
  const turn = (next: "factor" | "margin") => {
    setKind(next);
    if (next === "margin" && !COSTS.some((cost) => cost === base)) setBase("cost_dearest");
  };
  const apply = async () => {
    setBusy(true);
    const done = await act(() => client.admin.prices.applyRule.mutate({
      models: changing.map(({ id, seenVersion }) => ({ id, seenVersion })), rule, confirmBelowCost: confirmed, ...(start && { from: start }), note: kind === "margin" ? t("noteMargin", { base: t(`bases.${base}`), percent }) : t("note", { base: t(`bases.${base}`), factor }),
    }));
    setBusy(false);
    if (!done) return;
    tell(t("done", { count: done.published }), done.undo);
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} size="lg" title={t("title", { count: ids.length })} description={t("text")}
      footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button variant="primary" busy={busy} disabled={changing.length === 0 || !valid || query.isFetching || (below.length > 0 && !confirmed)} onClick={() => void apply()}>{start ? t("schedule", { count: changing.length }) : t("publish", { count: changing.length })}</Button></>}>
      <div className="flex flex-col gap-4">
        <SegmentedControl className="self-start" label={t("kind")} value={kind} onChange={turn} options={(["factor", "margin"] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))} />
        <div className="grid gap-3 sm:grid-cols-[3fr_2fr_2fr]">
          <SelectField label={t("base")} value={base} onChange={setBase} options={(kind === "margin" ? COSTS : BASES).map((value) => ({ value, label: t(`bases.${value}`) }))} />
          {kind === "margin"
            ? <TextField label={t("percent")} inputMode="decimal" unit="%" value={percent} onChange={(event) => setPercent(event.target.value)} error={marginPpm === undefined ? t("percentBad") : undefined} />
            : <TextField label={t("factor")} inputMode="decimal" prefix="×" value={factor} onChange={(event) => setFactor(event.target.value)} error={factorPpm === undefined ? t("factorBad") : undefined} />}
          <SelectField label={t("step")} value={step} onChange={setStep} options={(Object.keys(STEPS) as StepName[]).map((value) => ({ value, label: value === "none" ? t("noStep") : `$${value}` }))} />
        </div>
        <TextField className="sm:w-2/3" label={t("from")} optional type="datetime-local" unit="UTC" value={from} onChange={(event) => setFrom(event.target.value)} />
        {query.isError ? <ErrorState onRetry={() => void query.refetch()} /> : !query.data ? <SkeletonText lines={5} /> : (
          <div className="max-h-72 overflow-auto border-y" tabIndex={0} role="region" aria-label={t("preview")}>
            <table className="tbl tbl-dense w-full">
              <thead><tr><th>{t("model")}</th><th>{t("change")}</th><th className="num max-sm:hidden">{t("margin")}</th></tr></thead>
              <tbody>
                {lines.map((line) => (
                  <tr key={line.id}>
                    <td className="py-1.5! align-top max-sm:whitespace-normal! max-sm:[overflow-wrap:anywhere]">{line.slug}<span className="nums block text-12 text-fg-3 sm:hidden">{t("margin")} {marginText(line)}</span></td>
                    <td className="py-1.5! text-13">
                      {!line.known ? <span className="text-fg-3">{t("unknown")}</span> : line.same ? <span className="text-fg-3">{t("same")}</span> : line.items.filter(({ item }) => item === "input" || item === "output").map(({ item, before, after }) => (
                        <span key={item} className="nums block whitespace-nowrap">{t(`item.${item}`)} <span className="text-fg-3 line-through">{before === null ? "" : usdText(before)}</span> <span className="text-accent-text">{after === null ? "—" : usdText(after)}</span></span>
                      ))}
                    </td>
                    <td className={cn("num py-1.5! align-top max-sm:hidden", line.marginPpm !== null && line.marginPpm < 0 && "text-bad")}>{marginText(line)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <p className="text-13 text-fg-2" role="status">{t("effect", { count: changing.length, amount: `${difference < 0n ? "−" : "+"}${formatTotal(difference < 0n ? -difference : difference)}` })}</p>
        {below.length > 0 ? <Callout tone="bad" title={t("below", { count: below.length })}><p>{below.slice(0, 5).map(({ slug }) => slug).join(comma)}</p><CheckboxField className="mt-2" label={t("confirm")} checked={confirmed} onChange={setConfirmed} /></Callout> : null}
        {dialog}
      </div>
    </Dialog>
  );
}
