"use client";
import { useQuery } from "@tanstack/react-query";
import { RotateCw, X } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { formatExact, formatLatency, formatTokens } from "#ui/format/index.ts";
import { Callout } from "#ui/kit/callout.tsx";
import { ComboboxField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { Markdown } from "#ui/kit/markdown.client.tsx";
import type { Column, Reply, Turn } from "#ui/playground/conversation.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = { column: Column; models: readonly string[]; onModel: (model: string) => void; onAgain: () => void; onClose?: () => void };

/** One model's side of the conversation. */
export function PlaygroundColumn({ column, models, onModel, onAgain, onClose }: Props) {
  const t = useTranslations("playground");
  const { turns, model } = column;
  return (
    <section className="card flex min-h-72 min-w-0 flex-col" aria-label={model}>
      <div className="flex items-end gap-2 border-b p-3">
        <ComboboxField label={<span className="sr-only">{t("model")}</span>} className="min-w-0 flex-1 [&_label]:mb-0!" value={model} onChange={(next) => next && onModel(next)} options={models.map((value) => ({ value, label: value }))} />
        {onClose ? <IconButton label={t("closeColumn", { model })} onClick={onClose}><X size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton> : null}
      </div>
      <div className="flex min-w-0 flex-1 flex-col gap-4 p-4" role="log" aria-live="off">
        {turns.length === 0 ? <p className="max-w-[56ch] text-fg-2">{t("start")}</p> : null}
        {turns.map((turn, at) => <TurnView key={at} turn={turn} {...(at === turns.length - 1 && { onAgain })} />)}
      </div>
      <p className="sr-only" role="status">{announcement(turns.at(-1), t("answered"))}</p>
    </section>
  );
}

/** Said once, at the end: not each token. */
const announcement = (turn: Turn | undefined, done: string): string => (turn?.role === "assistant" && turn.state === "done" ? `${done} ${turn.text.slice(0, 300)}` : "");

function TurnView({ turn, onAgain }: { turn: Turn; onAgain?: () => void }) {
  const t = useTranslations("playground");
  if (turn.role === "user") return <p className="max-w-[85%] self-end rounded-card bg-accent-soft px-3 py-2 break-words whitespace-pre-wrap">{turn.text}</p>;
  return (
    <div className="min-w-0">
      {turn.reasoning === "" ? null : (
        <details className="mb-2 text-13 text-fg-2"><summary className="cursor-pointer">{t("reasoning")}</summary><p className="mt-1 border-l-2 pl-3 break-words whitespace-pre-wrap">{turn.reasoning}</p></details>
      )}
      {turn.text === "" ? null : <Markdown text={turn.text} className="break-words" />}
      {turn.state === "running" ? <span className="spinner mt-1 inline-block text-fg-3" role="img" aria-label={t("running")} /> : null}
      {turn.state === "failed" ? <Callout tone="bad">{turn.problem}</Callout> : null}
      {turn.state === "stopped" ? <p className="text-13 text-fg-3">{t("stopped")}</p> : null}
      {turn.state === "running" ? null : (
        <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-12 text-fg-3">
          {turn.requestId ? <ReplyFacts requestId={turn.requestId} state={turn.state} /> : null}
          {onAgain ? <button type="button" className="inline-flex min-h-6 items-center gap-1 hover:text-fg" onClick={onAgain}><RotateCw size={12} strokeWidth={1.75} aria-hidden="true" />{t("again")}</button> : null}
        </div>
      )}
    </div>
  );
}

const ASK_MS = 700;
const TRIES = 8;

/** What the reply used and cost, as its receipt says; it is there a moment after the end. */
function ReplyFacts({ requestId, state }: { requestId: string; state: Reply["state"] }) {
  const t = useTranslations("playground");
  const trpc = useTRPC();
  const { data, isFetchedAfterMount } = useQuery({
    ...trpc.console.requests.charge.queryOptions({ id: requestId }),
    refetchInterval: ({ state: now }) => (now.data || now.dataUpdateCount >= TRIES ? false : ASK_MS),
  });
  // What was refused before it reached a vendor leaves no receipt.
  if (!data) return state === "failed" && isFetchedAfterMount ? null : <span>{t("settling")}</span>;
  const { usage, chargeNano, ttftMs, latencyMs, id } = data;
  const input = usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h;
  return (
    <>
      <span className="nums" data-cost={chargeNano.toString()}>{formatExact(chargeNano)}</span>
      <span className="nums">{t("tokens", { input: formatTokens(input), output: formatTokens(usage.output + usage.reasoning) })}</span>
      {ttftMs === null ? null : <span className="nums">{t("firstToken", { time: formatLatency(ttftMs) })}</span>}
      <span className="nums">{formatLatency(latencyMs)}</span>
      <Link className="link" href={`/console/requests/${id}`}>{t("receipt")}</Link>
    </>
  );
}
