"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { formatPercent, formatTotal, formatUsdPerMillion } from "#ui/format/index.ts";
import { SudoCancelled } from "#ui/account/sudo-dialog.client.tsx";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { CheckboxField, SegmentedControl, TextField } from "#ui/kit/fields.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Part } from "#ui/channels/settings-form.client.tsx";
import { ConflictDialog } from "#ui/conflict/conflict-dialog.client.tsx";
import { refusalOf, useAct } from "#ui/channels/use-act.client.ts";
import { itemsOf, PriceHistory } from "#ui/prices/price-history.client.tsx";
import { PriceRows } from "#ui/prices/price-rows.client.tsx";
import { afterFactor, documentOf, marginOf, ratioWords, type Items, type Notation } from "#ui/prices/price-math.ts";
import { usePublishedNote } from "#ui/prices/use-published-note.client.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

export type PriceDetail = inferRouterOutputs<AppRouter>["admin"]["prices"]["get"];
export type Rights = Readonly<{ write: boolean; costs: boolean }>;

/** One model's price: buckets, margins, when it begins, and all that it ever was. */
export function PriceEditor({ id, notation, onNotation, rights }: { id: string; notation: Notation; onNotation: (next: Notation) => void; rights: Rights }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.admin.prices.get.queryOptions({ id }));
  if (query.isError) return <ErrorState onRetry={() => void query.refetch()} />;
  if (!query.data) return <SkeletonText lines={10} />;
  return <Editor key={id} detail={query.data} notation={notation} onNotation={onNotation} rights={rights} />;
}

const differing = (a: Items, b: Items): readonly string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((item) => a[item] !== b[item]);

function Editor({ detail, notation, onNotation, rights }: { detail: PriceDetail; notation: Notation; onNotation: (next: Notation) => void; rights: Rights }) {
  const t = useTranslations("prices");
  const client = useTRPCClient();
  const { act, say, refresh, toast, run, dialog } = useAct();
  const [edit, setEdit] = useState<{ base: PriceDetail; items: Items }>();
  const [invalid, setInvalid] = useState<ReadonlySet<string>>(new Set());
  const [from, setFrom] = useState("");
  const [note, setNote] = useState("");
  const [below, setBelow] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [conflict, setConflict] = useState<{ when?: Date }>();
  const base = edit?.base ?? detail;
  const typed = edit?.items ?? detail.prices;
  const items = typed;
  const changed = differing(items, base.prices);
  useLeaveGuard(changed.length > 0);
  const set = (item: string, pico: bigint | undefined) => setEdit(() => {
    const { [item]: _, ...rest } = items;
    return { base, items: pico === undefined ? rest : { ...rest, [item]: pico } };
  });
  const tell = usePublishedNote();
  const publish = async (confirmBelowCost: boolean, when?: Date, upon = base, items = typed) => {
    setBusy(true);
    const ratio = notation === "ratio" ? ratioWords(items) : undefined;
    try {
      const { versionId } = await run(() => client.admin.prices.publish.mutate({
        modelId: detail.id, seenVersion: upon.newestVersion, price: { form: "document", document: documentOf(items, upon.document), ...(ratio && { ratio }) },
        ...(when && { from: when }), ...(note.trim() !== "" && { note: note.trim() }), confirmBelowCost,
      }));
      tell(when ? t("editor.scheduled") : t("editor.published"), when || base.document !== null ? [versionId] : []);
      setBelow(undefined);
      // What was typed stands until it is what holds: in between there is still the old price.
      const fresh = await untilInForce(() => client.admin.prices.get.query({ id: detail.id }), when ? undefined : versionId);
      await refresh();
      // Whoever has typed on meanwhile goes on from the version that was just made.
      setEdit((now) => (now === undefined || now.items === items ? undefined : { base: fresh, items: now.items }));
      setNote("");
      setFrom("");
    } catch (error) {
      const { code } = refusalOf(error);
      if (code === "below_cost") setBelow(t("editor.belowCost"));
      else if (code !== "changed_meanwhile" && !(error instanceof SudoCancelled)) toast.error(say(error));
      await refresh();
      if (code === "changed_meanwhile") setConflict({ ...(when && { when }) });
    }
    setBusy(false);
  };
  const start = from === "" ? undefined : new Date(`${from}:00Z`);
  const ready = changed.length > 0 && invalid.size === 0 && items.input !== undefined || (changed.length > 0 && invalid.size === 0 && Object.keys(items).some((item) => item === "image" || item === "request" || item === "char" || item.endsWith("_ms")));
  return (
    <div className="flex flex-col gap-7">
      <Part title={<span className="flex items-center gap-3"><span className="flex-1">{t("editor.prices")}</span><SegmentedControl label={t("list.notation")} value={notation} onChange={onNotation} options={[{ value: "usd", label: t("usd") }, { value: "ratio", label: t("ratio") }]} /></span>}>
        <PriceRows detail={detail} items={items} notation={notation} readOnly={!rights.write} onChange={set} onInvalid={(item, bad) => setInvalid((now) => new Set(bad ? [...now, item] : [...now].filter((other) => other !== item)))} />
        {detail.document?.tiers?.length || detail.document?.windows?.length || detail.document?.service ? <p className="hint mt-2">{t("editor.kept")}</p> : null}
      </Part>
      {rights.costs ? <Groups detail={detail} items={items} /> : null}
      {rights.write ? (
        <Part title={t("editor.when")}>
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField label={t("editor.from")} optional type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} unit="UTC" hint={t("editor.fromHint")} />
            <TextField label={t("editor.note")} optional maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} hint={t("editor.noteHint")} />
          </div>
          {below === undefined ? null : <Callout tone="bad" className="mt-4" title={below}><CheckboxField className="mt-2" label={t("editor.confirmBelow")} checked={false} onChange={() => void publish(true, start)} /></Callout>}
          <div className="mt-4 flex flex-wrap items-center gap-2">
            <Button variant={start ? "secondary" : "primary"} busy={busy} disabled={!ready || start !== undefined} onClick={() => void publish(false)}>{t("editor.publish")}</Button>
            <Button variant={start ? "primary" : "secondary"} busy={busy} disabled={!ready || start === undefined} onClick={() => void publish(false, start)}>{t("editor.schedule")}</Button>
            {changed.length > 0 ? <Button variant="ghost" onClick={() => { setEdit(undefined); setInvalid(new Set()); }}>{t("editor.discard")}</Button> : null}
            <span className="text-13 text-fg-3" role="status">{t("editor.changes", { count: changed.length })}</span>
          </div>
        </Part>
      ) : null}
      <Part title={t("history.title")}>
        <PriceHistory detail={detail} notation={notation} readOnly={!rights.write}
          onWithdraw={(versionId) => void act(() => client.admin.prices.withdraw.mutate({ versionId }), t("history.withdrawn"))}
          onAgain={(old) => setEdit({ base: detail, items: old })} />
      </Part>
      {conflict && edit ? (
        <ConflictDialog
          target={{ type: "model", id: detail.slug }} versions={{ was: base.prices, now: newestItems(detail), mine: items }}
          name={(item) => (t.has(`items.${item}`) ? t(`items.${item}`) : item)} text={(value) => formatUsdPerMillion(value === undefined ? null : (value as bigint))}
          onSave={(next) => {
            setConflict(undefined);
            setEdit({ base: detail, items: next });
            void publish(false, conflict.when, detail, next);
          }}
          onTheirs={() => { setConflict(undefined); setEdit(undefined); }} onClose={() => setConflict(undefined)}
        />
      ) : null}
      {dialog}
    </div>
  );
}

/** What was published last, whether it holds already or is still to come. */
function newestItems(detail: PriceDetail): Items {
  const newest = detail.history.find(({ id }) => id === detail.newestVersion);
  return newest ? itemsOf(newest) : detail.prices;
}

const ASK_MS = 250;
const ASKS_MAX = 20;

/** A price holds a second after it was published, so that every node has it by then. @param version undefined: it begins later, nothing is waited for */
async function untilInForce(read: () => Promise<PriceDetail>, version: bigint | undefined): Promise<PriceDetail> {
  for (let asked = 1; ; asked += 1) {
    const detail = await read();
    if (version === undefined || detail.versionId === version || asked === ASKS_MAX) return detail;
    await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  }
}

/** What each group pays for output (or input where there is none), and what is left of it on the dearest live channel. */
function Groups({ detail, items }: { detail: PriceDetail; items: Items }) {
  const t = useTranslations("prices");
  const item = items.output === undefined ? "input" : "output";
  const price = items[item];
  const span = detail.costs.find((cost) => cost.item === item);
  if (price === undefined) return null;
  return (
    <Part title={t("groups.title")} note={detail.month.requests > 0 ? t("groups.sold", { amount: formatTotal(detail.month.soldNano), count: detail.month.requests }) : undefined}>
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={t("groups.title")}>
        <table className="tbl tbl-dense tbl-flush w-full">
          <thead><tr><th>{t("groups.group")}</th><th className="num">{t(`items.${item}`)}</th><th className="num max-sm:hidden">{t("groups.cheapest")}</th><th className="num">{t("groups.dearest")}</th></tr></thead>
          <tbody>
            {detail.groups.map((group) => {
              const pays = afterFactor(price, group.ppm);
              const margins = [span?.cheapest, span?.dearest].map((cost) => (cost === undefined ? undefined : marginOf(pays, cost)));
              return (
                <tr key={group.id}>
                  <td>{group.name}<span className="ml-2 text-13 text-fg-3">{`× ${group.ppm / 1_000_000}`}</span></td>
                  <td className="num">{formatUsdPerMillion(pays)}</td>
                  {margins.map((margin, index) => <td key={index} className={cn("num", index === 0 && "max-sm:hidden", margin !== undefined && margin < 0 && "text-bad")}>{formatPercent(margin === undefined ? undefined : margin / 1_000_000)}</td>)}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {span ? <p className="hint mt-2">{t("groups.note", { channel: span.dearestName })}</p> : <p className="hint mt-2">{t("groups.noCost")}</p>}
    </Part>
  );
}
