"use client";
import { useQuery } from "@tanstack/react-query";
import { CornerDownLeft, RotateCw, X } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useEffect, useRef } from "react";
import { formatContext, formatExact, formatLatency, formatPerMillion, formatThroughput, formatTokens } from "#ui/format/index.ts";
import { Callout } from "#ui/kit/callout.tsx";
import { cn } from "#ui/kit/cn.ts";
import { ComboboxField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { Markdown } from "#ui/kit/markdown.client.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import type { Column, Reply, Turn } from "#ui/playground/conversation.ts";
import type { PlayModel } from "#ui/playground/playground.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = {
  column: Column;
  models: readonly PlayModel[];
  onModel: (model: string) => void;
  onAgain: () => void;
  onExample: (text: string) => void;
  /** The other of two is in front where there is room for one. */
  hidden: boolean;
  onClose?: () => void;
};

/** One model's side of the conversation. */
export function PlaygroundColumn({ column, models, onModel, onAgain, onExample, hidden, onClose }: Props) {
  const t = useTranslations("playground");
  const { turns, model } = column;
  const facts = models.find(({ slug }) => slug === model);
  const log = useFollowed(turns);
  const hintOf = (one: PlayModel): string => pricesOf(one, t("in"), t("out")).join(" · ");
  return (
    <section className={cn("flex min-h-0 min-w-0 flex-col", hidden && "max-lg:hidden")} aria-label={model}>
      <div className="flex flex-none flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-2">
        <ComboboxField
          label={<span className="sr-only">{t("model")}</span>} className="min-w-0 flex-1 basis-48 [&_label]:mb-0!" value={model} onChange={(next) => next && onModel(next)}
          options={models.map((one) => ({ value: one.slug, label: one.slug, hint: hintOf(one), icon: <VendorMark name={one.vendorName ?? one.slug} size={20} /> }))}
        />
        {onClose ? <IconButton label={t("closeColumn", { model })} onClick={onClose}><X size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton> : null}
        {facts ? <p className="nums basis-full text-12 text-fg-3">{[...pricesOf(facts, t("in"), t("out")), facts.contextTokens === null ? "" : t("context", { size: formatContext(facts.contextTokens) })].filter(Boolean).join(" · ")}</p> : null}
      </div>
      <div ref={log} className="flex min-h-0 min-w-0 flex-1 flex-col gap-5 overflow-y-auto p-4" role="log" aria-live="off" aria-label={t("conversationWith", { model })} tabIndex={0}>
        {turns.length === 0 ? <Start onExample={onExample} /> : null}
        {turns.map((turn, at) => <TurnView key={at} turn={turn} {...(at === turns.length - 1 && { onAgain })} />)}
      </div>
      <p className="sr-only" role="status">{announcement(turns.at(-1), t("answered"))}</p>
    </section>
  );
}

/** "$0.15 in", "$0.60 out", a million tokens each. */
function pricesOf({ prices }: PlayModel, input: string, output: string): string[] {
  return ([["input", input], ["output", output]] as const).flatMap(([item, word]) => (prices[item] ? [`$${formatPerMillion(prices[item].own)} ${word}`] : []));
}

/** The end of what is being written stays in sight, unless the reader has scrolled up to read. */
function useFollowed(turns: readonly Turn[]) {
  const ref = useRef<HTMLDivElement>(null);
  const count = useRef(turns.length);
  useEffect(() => {
    const box = ref.current;
    if (!box) return;
    const asked = turns.length > count.current;
    count.current = turns.length;
    const NEAR_PX = 120;
    if (asked || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX) box.scrollTop = box.scrollHeight;
  }, [turns]);
  return ref;
}

const EXAMPLES = ["explain", "code", "translate", "extract"] as const;

/** Nothing said yet: something to ask that shows what a model can do, put into the field and not sent. */
function Start({ onExample }: { onExample: (text: string) => void }) {
  const t = useTranslations("playground");
  return (
    <div className="my-auto w-full max-w-[560px] self-center py-4" data-examples="">
      <p className="text-16 font-semibold">{t("startTitle")}</p>
      <p className="mt-1 text-fg-2">{t("start")}</p>
      <ul className="mt-4 flex flex-col">
        {EXAMPLES.map((name) => (
          <li key={name} className="border-t last:border-b">
            <button type="button" className="group flex min-h-11 w-full items-center gap-3 px-1 py-2 text-left hover:bg-muted" onClick={() => onExample(t(`examples.${name}.text`))}>
              <span className="min-w-0 flex-1"><span className="font-medium">{t(`examples.${name}.title`)}</span><span className="block text-13 text-fg-3">{t(`examples.${name}.text`)}</span></span>
              <CornerDownLeft className="text-fg-3 group-hover:text-fg" size={14} strokeWidth={1.75} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
    </div>
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
        <div className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 border-t pt-2 text-12 text-fg-3">
          {turn.requestId ? <ReplyFacts requestId={turn.requestId} state={turn.state} /> : null}
          {onAgain ? <button type="button" className="ml-auto inline-flex min-h-6 items-center gap-1 hover:text-fg" onClick={onAgain}><RotateCw size={12} strokeWidth={1.75} aria-hidden="true" />{t("again")}</button> : null}
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
  const written = usage.output + usage.reasoning;
  return (
    <>
      <span className="nums text-13 font-semibold text-fg" data-cost={chargeNano.toString()}>{formatExact(chargeNano)}</span>
      <Link className="link" href={`/console/requests/${id}`}>{t("receipt")}</Link>
      <span className="nums">{t("tokens", { input: formatTokens(input), output: formatTokens(written) })}</span>
      {ttftMs === null ? <span className="nums">{formatLatency(latencyMs)}</span> : <span className="nums">{t("firstToken", { time: formatLatency(ttftMs) })}</span>}
      {ttftMs !== null && latencyMs !== null && latencyMs > ttftMs && written > 1 ? <span className="nums">{formatThroughput((written * 1_000) / (latencyMs - ttftMs))}</span> : null}
    </>
  );
}
