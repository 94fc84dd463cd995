"use client";
import { useTranslations } from "next-intl";
import { formatExact, formatTotal } from "#ui/format/index.ts";
import { STATE_TONE, type KeyRow } from "#ui/keys/key-draft.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { cn } from "#ui/kit/cn.ts";
import { Time } from "#ui/kit/time.client.tsx";

/** The state in a word; a rotation that is under way says until when. */
export function KeyStatus({ row }: { row: KeyRow }) {
  const t = useTranslations("keys");
  if (row.oldSecret && (row.state === "active" || row.state === "low")) {
    return <StatusDot tone="info">{t.rich("rotating", { time: () => <Time at={row.oldSecret!.until} as="stamp" /> })}</StatusDot>;
  }
  return <StatusDot tone={STATE_TONE[row.state]}>{t(`states.${row.state}`)}</StatusDot>;
}

/** The limit that is nearest to its end, and how much of it is used. */
export function KeyLimit({ row }: { row: KeyRow }) {
  const t = useTranslations("keys");
  const tightest = tightestBudget(row);
  if (!tightest) return <span className="text-fg-3">{t("noLimit")}</span>;
  const percent = Math.min(100, Math.round(share(tightest) * 100));
  return (
    <span className="inline-flex w-44 max-w-full flex-col items-stretch gap-1">
      <span className="nums text-13 whitespace-nowrap">
        {formatTotal(tightest.spentNano)} <span className="text-fg-3">{t("ofLimit", { limit: formatTotal(tightest.amountNano), period: t(`periods.${tightest.per}`) })}</span>
      </span>
      <Meter className="w-full" percent={percent} label={t("meter", { spent: formatExact(tightest.spentNano), limit: formatExact(tightest.amountNano), period: t(`periods.${tightest.per}`) })} />
    </span>
  );
}

/** The budget of which most is used. */
export const tightestBudget = (row: KeyRow): KeyRow["budgets"][number] | undefined => [...row.budgets].sort((a, b) => share(b) - share(a))[0];

const share = ({ spentNano, amountNano }: KeyRow["budgets"][number]): number => (amountNano === 0n ? 1 : Number((spentNano * 1_000n) / amountNano) / 1_000);

/** How much of a limit is used. Drawn as SVG because style attributes are refused. */
export function Meter({ percent, label, className }: { percent: number; label: string; className?: string }) {
  const tone = percent >= 100 ? "fill-bad" : percent >= 80 ? "fill-warn" : "fill-accent";
  return (
    <svg className={cn("h-1 w-16 flex-none overflow-visible", className)} role="img" aria-label={label} preserveAspectRatio="none">
      <rect width="100%" height="4" rx="2" className="fill-muted" />
      <rect width={`${percent}%`} height="4" rx="2" className={tone} />
    </svg>
  );
}
