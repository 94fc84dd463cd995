"use client";
import { useTranslations } from "next-intl";
import { useState, type ReactNode } from "react";
import { JsonView } from "#ui/kit/json-view.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { Timeline, type TimelineItem } from "#ui/kit/timeline.tsx";
import type { Tone } from "#ui/kit/tone.ts";
import { failedChecks } from "#ui/orders/check-names.ts";
import { DisputeStatus } from "#ui/orders/dispute-list.client.tsx";
import type { OrderDetail } from "#ui/orders/order-page.client.tsx";

const KINDS = [
  "created", "started", "start_failed", "open", "processing", "paid", "failed", "expired", "review", "unvalued", "resolved", "refund_requested", "refund_succeeded", "refund_failed", "refund_canceled", "dispute", "fraud_warning",
] as const;
type Kind = (typeof KINDS)[number];
const TONES: Readonly<Partial<Record<Kind, Tone>>> = {
  paid: "ok", failed: "bad", review: "warn", start_failed: "warn", refund_failed: "bad", dispute: "bad", fraud_warning: "bad", refund_succeeded: "ok", resolved: "ok",
};
const SOURCES = ["webhook", "poll", "return", "staff", "user", "system"] as const;

/** What happened to an order: its own steps, what the provider told, and what was booked, in one line of time. */
export function OrderTimeline({ detail }: { detail: OrderDetail }) {
  const t = useTranslations("admin-orders.timeline");
  const explain = useExplain();
  const kinds = useTranslations("ledger.kinds");
  const steps = detail.events.map(({ id, at, kind, source, detail: facts }): TimelineItem => {
    const known = KINDS.find((each) => each === kind);
    const from = SOURCES.find((each) => each === source);
    const text = explain(kind, facts);
    return { id: `e${id}`, at, title: known ? t(`kinds.${known}`) : kind, tone: facts["status"] === "won" ? "ok" : (known && TONES[known]) ?? "neutral", ...(from && { by: t(`sources.${from}`) }), ...(text !== undefined && { text: <span className="break-words">{text}</span> }) };
  });
  const notices = detail.notices.map((notice): TimelineItem => ({
    id: `n${notice.eventId}`, at: notice.receivedAt, title: <code className="text-13">{notice.type}</code>, tone: notice.status === "failed" ? "bad" : "info", by: t("provider"),
    text: <Payload notice={notice} />,
  }));
  const movements = detail.movements.map((movement): TimelineItem => ({
    id: `m${movement.id}`, at: movement.at, title: kinds.has(movement.kind) ? kinds(movement.kind) : movement.kind, tone: "accent", text: <code className="text-12 break-all text-fg-3">{movement.key}</code>, aside: <Money nano={movement.amountNano} />,
  }));
  const items = [...steps, ...notices, ...movements].sort((a, b) => a.at.getTime() - b.at.getTime());
  return <Timeline items={items} label={t("title")} />;
}

/** Why a step came about, where its name alone does not say it. */
function useExplain(): (kind: string, facts: Readonly<Record<string, unknown>>) => ReactNode {
  const t = useTranslations("admin-orders.timeline");
  const names = useTranslations("admin-orders.checks");
  return (kind, facts) => {
    const said = ["reason", "failure", "error", "status"].map((name) => facts[name]).find((each): each is string => typeof each === "string");
    const how = facts["how"] ?? facts["resolved"];
    switch (kind) {
      case "review": return failedChecks(facts["checks"]).map((each) => names(each)).join(" · ");
      // Money is taken whenever it comes: a page that had ended, or a debit that had bounced, may be paid all the same.
      case "paid": return facts["from"] === "expired" || facts["from"] === "failed" ? t(`late.${facts["from"]}`) : undefined;
      case "failed": return how === "credit" || how === "return" ? t(`ended.${how}`) : said;
      case "resolved": return how === "credit" || how === "return" ? `${t(`ended.${how}`)} ${said ?? ""}` : said;
      case "expired": return said === "never started" ? t("neverStarted") : said;
      case "dispute": return <span className="flex flex-wrap gap-x-3"><DisputeStatus status={String(facts["status"] ?? "")} /><span>{typeof facts["reason"] === "string" ? facts["reason"] : ""}</span></span>;
      default: return said;
    }
  };
}

/** A notification's id and state; what it said opens by a click. */
function Payload({ notice }: { notice: OrderDetail["notices"][number] }) {
  const t = useTranslations("admin-orders.timeline");
  const [open, setOpen] = useState(false);
  return (
    <>
      <span className="flex flex-wrap gap-x-3">
        <code className="text-12 break-all text-fg-3">{notice.eventId}</code>
        <span>{t(`notice.${notice.status === "done" ? "done" : notice.status === "ignored" ? "ignored" : notice.status === "failed" ? "failed" : "received"}`)}</span>
        <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>{t(open ? "hide" : "show")}</button>
      </span>
      {notice.lastError ? <span className="block text-bad">{notice.lastError}</span> : null}
      {open ? <div className="mt-2"><JsonView value={notice.payload} /></div> : null}
    </>
  );
}
