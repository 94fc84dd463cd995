"use client";
import { Redo2, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { SudoCancelled } from "#ui/account/sudo-dialog.client.tsx";
import { refusalOf, useAct } from "#ui/channels/use-act.client.ts";
import { formatPercent, formatTotal } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { CheckboxField, TextField } from "#ui/kit/fields.client.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { documentOf, type Notation } from "#ui/prices/price-math.ts";
import type { BookRow } from "#ui/prices/price-list.client.tsx";
import { priceText } from "#ui/prices/price-text.ts";
import { changedItems, lowestMargin, monthEffect, type Draft, type Drafts } from "#ui/prices/sheet-drafts.ts";
import { usePublishedNote } from "#ui/prices/use-published-note.client.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

type Props = { drafts: Drafts<BookRow>; notation: Notation; leastPpm: number; costs: boolean; onDone: () => void; onUndo?: () => void; onRedo?: () => void };

const signed = (nano: bigint): string => `${nano < 0n ? "−" : "+"}${formatTotal(nano < 0n ? -nano : nano)}`;

/** What the sheet's typing amounts to, before any of it is published. */
export function SheetBar({ drafts, notation, leastPpm, costs, onDone, onUndo, onRedo }: Props) {
  const t = useTranslations("prices.sheet");
  const [reviewing, setReviewing] = useState(false);
  useLeaveGuard(drafts.size > 0, "/admin/prices");
  if (drafts.size === 0) return null;
  const all = [...drafts.values()];
  const cells = all.reduce((sum, { base, items }) => sum + changedItems(items, base.prices).length, 0);
  const bad = all.some((draft) => draft.bad.size > 0);
  const effect = all.reduce((sum, { base, items }) => sum + monthEffect(base, items), 0n);
  return (
    <div className="sticky bottom-4 z-20 mt-6 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-card border bg-surface px-4 py-3 shadow-pop" role="region" aria-label={t("changes", { cells, models: all.length })}>
      <div className="min-w-0 flex-1" role="status">
        <p className="font-medium">{t("changes", { cells, models: all.length })}</p>
        <p className={cn("text-13", bad ? "text-bad" : "text-fg-2")}>{bad ? t("bad") : costs ? t("effect", { amount: signed(effect) }) : t("nothingYet")}</p>
      </div>
      <span className="flex">
        <IconButton label={t("undo")} disabled={!onUndo} onClick={onUndo}><Undo2 size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>
        <IconButton label={t("redo")} disabled={!onRedo} onClick={onRedo}><Redo2 size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>
      </span>
      <Button variant="ghost" onClick={onDone}>{t("discard")}</Button>
      <Button variant="primary" disabled={bad} onClick={() => setReviewing(true)}>{t("review")}</Button>
      {reviewing ? <Review drafts={all} notation={notation} leastPpm={leastPpm} costs={costs} effect={effect} onClose={() => setReviewing(false)} onDone={onDone} /> : null}
    </div>
  );
}

type ReviewProps = Omit<Props, "drafts" | "onUndo" | "onRedo"> & { drafts: readonly Draft<BookRow>[]; effect: bigint; onClose: () => void };

function Review({ drafts, notation, leastPpm, costs, effect, onClose, onDone }: ReviewProps) {
  const t = useTranslations("prices.sheet");
  const items = useTranslations("prices.items");
  const client = useTRPCClient();
  const { say, refresh, toast, run, dialog } = useAct();
  const tell = usePublishedNote();
  const [from, setFrom] = useState("");
  const [note, setNote] = useState("");
  const [below, setBelow] = useState<string>();
  const [confirmed, setConfirmed] = useState(false);
  const [busy, setBusy] = useState(false);
  const start = from === "" ? undefined : new Date(`${from}:00Z`);
  const submit = async () => {
    setBusy(true);
    try {
      const { published, undo } = await run(() => client.admin.prices.publishMany.mutate({
        models: drafts.map(({ base, items: prices }) => ({ id: base.id, seenVersion: base.newestVersion, price: { form: "document" as const, document: documentOf(prices, base.document) } })),
        ...(start && { from: start }), ...(note.trim() !== "" && { note: note.trim() }), confirmBelowCost: confirmed,
      }));
      tell(start ? t("scheduled", { count: published }) : t("published", { count: published }), undo);
      await refresh();
      onDone();
    } catch (error) {
      const { code, detail } = refusalOf(error);
      if (code === "below_cost") setBelow(detail);
      else if (!(error instanceof SudoCancelled)) toast.error(say(error));
      await refresh();
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} size="lg" title={t("reviewTitle", { count: drafts.length })} description={t("reviewText")}
      footer={<><Button onClick={onClose}>{t("back")}</Button><Button variant="primary" busy={busy} disabled={below !== undefined && !confirmed} onClick={() => void submit()}>{start ? t("schedule", { count: drafts.length }) : t("publish", { count: drafts.length })}</Button></>}>
      <div className="flex flex-col gap-4">
        <table className="tbl tbl-dense tbl-flush w-full">
          <thead><tr><th>{t("model")}</th><th className="num">{t("before")}</th><th className="num">{t("after")}</th>{costs ? <th className="num">{t("lowest")}</th> : null}</tr></thead>
          <tbody>
            {drafts.flatMap(({ base, items: prices }) => changedItems(prices, base.prices).map((item, index) => {
              const margin = lowestMargin(prices, base.costs, leastPpm);
              return (
                <tr key={`${base.id} ${item}`}>
                  <td className="max-w-0 truncate"><span className={cn("font-medium", index > 0 && "sr-only")}>{base.slug}</span> <span className="text-fg-2">{items.has(item) ? items(item) : item}</span></td>
                  <td className="num text-fg-3">{priceText(item, base.prices, notation)}</td>
                  <td className="num font-medium">{priceText(item, prices, notation)}</td>
                  {costs ? <td className={cn("num", (margin ?? 0) < 0 && "text-bad")}>{index > 0 || margin === null ? "" : `${base.lowestPpm === null ? "—" : formatPercent(base.lowestPpm / 1_000_000)} → ${formatPercent(margin / 1_000_000)}`}</td> : null}
                </tr>
              );
            }))}
          </tbody>
        </table>
        {costs ? <p className="text-13 text-fg-2">{t("effect", { amount: signed(effect) })}</p> : null}
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField label={t("from")} optional type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} unit="UTC" hint={t("fromHint")} />
          <TextField label={t("note")} optional maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} hint={t("noteHint")} />
        </div>
        {below === undefined ? null : <Callout tone="bad" title={t("below", { models: below })}><CheckboxField className="mt-2" label={t("confirm")} checked={confirmed} onChange={setConfirmed} /></Callout>}
        {dialog}
      </div>
    </Dialog>
  );
}
