"use client";
import { useTranslations } from "next-intl";
import { formatCount, formatTokens } from "#ui/format/index.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { Money } from "#ui/kit/money.tsx";
import type { ConsoleOutputs } from "#ui/trpc/outputs.ts";

export type RequestRow = ConsoleOutputs["requests"]["list"]["rows"][number];

type Status = Pick<RequestRow, "status" | "httpStatus">;

/** How it ended, in a word; an error by its code. */
export function RequestStatus({ row: { status, httpStatus } }: { row: Status }) {
  const t = useTranslations("requests");
  if (status === "error") return <StatusDot tone="bad">{httpStatus >= 400 ? httpStatus : t("status.error")}</StatusDot>;
  return <StatusDot tone={status === "ok" ? "ok" : "neutral"}>{t(`status.${status}`)}</StatusDot>;
}

/** The model that answered; another name that was asked for stands before it. */
export function RequestModel({ row: { model, vendor, modelAsked } }: { row: Pick<RequestRow, "model" | "vendor" | "modelAsked"> }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <VendorMark name={vendor ?? model} size={20} />
      <span className="min-w-0 truncate">{modelAsked ? <span className="text-fg-3">{modelAsked} → </span> : null}{model}</span>
    </span>
  );
}

export function RequestKey({ row }: { row: Pick<RequestRow, "key"> }) {
  const t = useTranslations("requests");
  if (row.key === null) return <span className="text-fg-3">—</span>;
  return <span className="block max-w-40 truncate text-fg-2" title={row.key.name ?? undefined}>{row.key.internal ? t("playground") : (row.key.name ?? "—")}</span>;
}

/** What it cost; nothing is a word, so that it is not taken for a missing figure. */
export function RequestCost({ nano }: { nano: bigint }) {
  const t = useTranslations("requests");
  return nano === 0n ? <span className="text-fg-3">{t("free")}</span> : <Money nano={nano} as="charge" />;
}

/** Tokens in and out; how many came from a cache stands on hover and in the receipt. */
export function RequestTokens({ row }: { row: Pick<RequestRow, "input" | "cached" | "output"> }) {
  const t = useTranslations("requests");
  if (row.input === 0n && row.output === 0n) return <span className="text-fg-3">—</span>;
  return (
    <span className="nums whitespace-nowrap" title={row.cached > 0n ? t("ofThemCached", { count: formatCount(row.cached) }) : undefined}>
      {formatTokens(row.input)}<span className="text-fg-3"> → </span>{formatTokens(row.output)}
    </span>
  );
}
