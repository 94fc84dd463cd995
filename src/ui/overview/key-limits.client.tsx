"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { formatTotal } from "#ui/format/index.ts";
import { Card } from "#ui/kit/card.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { Meter } from "#ui/keys/key-cells.client.tsx";
import type { KeyRow } from "#ui/keys/key-draft.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const SHOWN = 4;
const SOON_MS = 7 * 86_400_000;

const percentOf = ({ spentNano, amountNano }: KeyRow["budgets"][number]): number => (amountNano <= 0n ? 100 : Math.min(100, Number((spentNano * 100n) / amountNano)));
const tightest = (row: KeyRow): KeyRow["budgets"][number] | undefined => [...row.budgets].sort((a, b) => percentOf(b) - percentOf(a))[0];

/** Keys that have a budget, the one nearest to its end first, and those that expire within a week. Nothing where no key has either. */
export function KeyLimits() {
  const t = useTranslations("console");
  const keys = useTranslations("keys");
  const trpc = useTRPC();
  const { data } = useQuery(trpc.console.keys.list.queryOptions({ states: ["active", "low", "exhausted"], limit: 100 }));
  const soon = Date.now() + SOON_MS;
  const rows = (data?.rows ?? [])
    .map((row) => ({ row, budget: tightest(row), expires: row.expiresAt && row.expiresAt.getTime() < soon ? row.expiresAt : undefined }))
    .filter(({ budget, expires }) => budget || expires)
    .sort((a, b) => (b.budget ? percentOf(b.budget) : 0) - (a.budget ? percentOf(a.budget) : 0) || Number(Boolean(b.expires)) - Number(Boolean(a.expires)))
    .slice(0, SHOWN);
  if (rows.length === 0) return null;
  return (
    <Card title={t("limits")} action={<Link className="link text-13" href="/console/keys">{t("allKeys")}</Link>}>
      <ol className="flex flex-col gap-3" aria-label={t("limits")}>
        {rows.map(({ row, budget, expires }) => (
          <li key={row.id}>
            <Link href={`/console/keys/${row.id}?tab=settings`} className="block hover:underline">
              <span className="flex justify-between gap-3 text-13">
                <span className="min-w-0 truncate">{row.name}</span>
                {budget ? <span className="nums whitespace-nowrap">{formatTotal(budget.spentNano)} <span className="text-fg-3">{keys("ofLimit", { limit: formatTotal(budget.amountNano), period: keys(`periods.${budget.per}`) })}</span></span> : null}
              </span>
              {budget ? <Meter percent={percentOf(budget)} label={t("budgetUsed", { percent: percentOf(budget) })} className="mt-1 block w-full!" /> : null}
              {expires ? <span className="mt-0.5 block text-12 text-warn">{t.rich("keyExpires", { time: () => <Time at={expires} as="date" /> })}</span> : null}
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  );
}
