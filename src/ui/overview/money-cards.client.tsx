"use client";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import Link from "next/link";
import { formatDay, formatExact, formatTotal } from "#ui/format/index.ts";
import { LinkButton } from "#ui/kit/button.tsx";
import { ExactAmount } from "#ui/kit/exact-amount.client.tsx";
import { Meter } from "#ui/keys/key-cells.client.tsx";
import type { OverviewData } from "#ui/overview/overview-screen.client.tsx";

const DAY_MS = 86_400_000;
/** Beyond this nobody plans by it. */
const LASTS_MAX = 365;

/** Days of credit at this week's pace, below which topping up is what to do next. */
const LOW_DAYS = 5;

/** Something has been sold to him, and the credit for more is used up or nearly. */
export const runsLow = ({ steps, wallet, lastsDays }: OverviewData): boolean => steps.hasRequest && (wallet.availableNano <= 0n || (lastsDays !== null && lastsDays < LOW_DAYS));

/** What can be spent and how long it lasts; what this month took of what it may. */
export function MoneyCards({ data }: { data: OverviewData }) {
  const t = useTranslations("console");
  const locale = useLocale();
  const { wallet, lastsDays, expiring } = data;
  const notes = [
    lastsDays === null ? "" : lastsDays > LASTS_MAX ? t("lastsLong") : t("lasts", { days: lastsDays }),
    wallet.heldNano > 0n ? t("held", { amount: formatExact(wallet.heldNano) }) : "",
    expiring ? t("expires", { amount: formatTotal(expiring.amountNano), date: formatDay(expiring.at, { locale, timeZone: data.timeZone }) }) : "",
  ].filter(Boolean).join(locale === "zh" ? "" : " ");
  return (
    <section className="card grid md:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]" aria-label={t("money")}>
      <div className="flex flex-wrap items-center gap-4 p-5 max-md:border-b md:border-r">
        <div className="min-w-0 flex-1 basis-52">
          <h2 className="text-13 text-fg-2">{t("available")}</h2>
          <p className={`nums text-28 font-semibold ${wallet.availableNano < 0n ? "text-bad" : ""}`} data-available={wallet.availableNano.toString()}><ExactAmount nano={wallet.availableNano} as="balance" /></p>
          <p className="mt-1 text-13 text-fg-3">{notes || (wallet.availableNano <= 0n ? t("emptyWallet") : t("noneHeld"))}</p>
        </div>
        {/* One filled button on the page: this one when money runs out, else that of the first steps or of the head. */}
        <LinkButton href="/console/wallet" variant={runsLow(data) ? "primary" : "secondary"}>{t("topUp")}</LinkButton>
      </div>
      <Month data={data} />
    </section>
  );
}

function Month({ data }: { data: OverviewData }) {
  const t = useTranslations("console");
  const format = useFormatter();
  const month = format.dateTime(data.monthFrom, { month: "long", timeZone: data.timeZone });
  const budget = data.budgets.find(({ per }) => per === "month");
  const left = Math.ceil((data.monthEnd.getTime() - data.now.getTime()) / DAY_MS);
  const percent = budget && budget.amountNano > 0n ? Math.min(100, Number((budget.spentNano * 100n) / budget.amountNano)) : undefined;
  return (
    <div className="p-5">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="text-13 text-fg-2">{month}</h2>
        <Link className="link text-13" href="/console/usage?group=day&from=-30d">{t("usage")}</Link>
      </div>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="nums text-28 font-semibold" data-month={data.month.chargeNano.toString()}><ExactAmount nano={data.month.chargeNano} as="total" /></span>
        {budget ? <span className="nums text-fg-2">{t("ofBudget", { amount: formatTotal(budget.amountNano) })}</span> : null}
      </p>
      {percent === undefined
        ? <p className="mt-1 text-13 text-fg-3">{t("monthNote", { count: Number(data.month.requests), days: left })}</p>
        : (
          <>
            <Meter percent={percent} label={t("budgetUsed", { percent })} className="mt-2 w-full!" />
            <p className="mt-1 flex justify-between text-13 text-fg-3"><span>{t("budgetUsed", { percent })}</span><span>{t("daysLeft", { days: left })}</span></p>
          </>
        )}
    </div>
  );
}
