"use client";
import { useQuery } from "@tanstack/react-query";
import { Pencil, RotateCw, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { formatExact, formatLatency, formatThroughput, formatTokens } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { CopyButton } from "#ui/kit/copy-button.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { Markdown } from "#ui/kit/markdown.client.tsx";
import type { Reply, Turn } from "#ui/playground/conversation.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** What can be done with a turn. */
export type TurnActs = Readonly<{
  /** Asked in other words, and answered anew from there. */
  onEdit: (text: string) => void;
  onAgain: () => void;
  onDelete: () => void;
}>;

/** One thing that was said. While an answer runs nothing of the conversation can be changed. */
export function TurnView({ turn, acts }: { turn: Turn; acts: TurnActs | undefined }) {
  return turn.role === "user" ? <Question text={turn.text} acts={acts} /> : <Answer turn={turn} acts={acts} />;
}

function Question({ text, acts }: { text: string; acts: TurnActs | undefined }) {
  const t = useTranslations("playground");
  const [editing, setEditing] = useState(false);
  if (editing && acts) return <QuestionField text={text} onCancel={() => setEditing(false)} onRun={(next) => { setEditing(false); acts.onEdit(next); }} />;
  return (
    <div className="flex max-w-[85%] flex-col items-end gap-0.5 self-end" data-turn="user">
      <p className="max-w-full rounded-card bg-accent-soft px-3 py-2 break-words whitespace-pre-wrap">{text}</p>
      <Tools>
        <CopyButton size="sm" text={text} />
        {acts ? <IconButton size="sm" label={t("edit")} onClick={() => setEditing(true)}><Pencil size={14} strokeWidth={1.75} aria-hidden="true" /></IconButton> : null}
        {acts ? <IconButton size="sm" label={t("deletePair")} onClick={acts.onDelete}><Trash2 size={14} strokeWidth={1.75} aria-hidden="true" /></IconButton> : null}
      </Tools>
    </div>
  );
}

const Tools = ({ children }: { children: ReactNode }) => <span className="-mr-1.5 flex items-center text-fg-3 [&_svg]:size-3.5">{children}</span>;

const ROWS_MAX = 12;

function QuestionField({ text, onCancel, onRun }: { text: string; onCancel: () => void; onRun: (text: string) => void }) {
  const t = useTranslations("playground");
  const id = useId();
  const [typed, setTyped] = useState(text);
  const ready = typed.trim() !== "";
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onCancel();
    else if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey) || !ready) return;
    else onRun(typed);
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <form className="flex w-full flex-col gap-2 self-end" onSubmit={(event) => { event.preventDefault(); if (ready) onRun(typed); }}>
      <label htmlFor={id} className="sr-only">{t("editField")}</label>
      <span className="field field-area">
        <textarea id={id} autoFocus rows={Math.min(ROWS_MAX, typed.split("\n").length + 1)} value={typed} onChange={(event) => setTyped(event.target.value)} onKeyDown={onKeyDown} onFocus={({ currentTarget }) => currentTarget.setSelectionRange(typed.length, typed.length)} />
      </span>
      <span className="flex flex-wrap items-center gap-2">
        <span className="hint min-w-0 flex-1">{t("editHint")}</span>
        <Button size="sm" onClick={onCancel}>{t("cancel")}</Button>
        <Button size="sm" type="submit" variant="primary" disabled={!ready}>{t("runAgain")}</Button>
      </span>
    </form>
  );
}

function Answer({ turn, acts }: { turn: Reply; acts: TurnActs | undefined }) {
  const t = useTranslations("playground");
  return (
    <div className="min-w-0" data-turn="assistant">
      {turn.reasoning === "" ? null : (
        <details className="mb-2 text-13 text-fg-2"><summary className="cursor-pointer">{t("reasoning")}</summary><p className="mt-1 border-l-2 pl-3 break-words whitespace-pre-wrap">{turn.reasoning}</p></details>
      )}
      {turn.text === "" ? null : <Markdown text={turn.text} className="break-words" />}
      {turn.state === "running" ? <span className="spinner mt-1 inline-block text-fg-3" role="img" aria-label={t("running")} /> : null}
      {turn.state === "failed" ? <Callout tone="bad">{turn.problem}</Callout> : null}
      {turn.state === "stopped" ? <p className="text-13 text-fg-3">{t("stopped")}</p> : null}
      {turn.state === "running" ? null : (
        <div className="mt-3 flex flex-wrap items-center gap-x-3 border-t pt-1.5 text-12 text-fg-3">
          {turn.requestId ? <ReplyFacts requestId={turn.requestId} state={turn.state} /> : null}
          <span className="ml-auto">
            <Tools>
              {turn.text === "" ? null : <CopyButton size="sm" text={turn.text} />}
              {acts ? <IconButton size="sm" label={t("again")} onClick={acts.onAgain}><RotateCw size={14} strokeWidth={1.75} aria-hidden="true" /></IconButton> : null}
              {acts ? <IconButton size="sm" label={t("deleteReply")} onClick={acts.onDelete}><Trash2 size={14} strokeWidth={1.75} aria-hidden="true" /></IconButton> : null}
            </Tools>
          </span>
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
