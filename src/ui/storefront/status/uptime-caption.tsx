import { getFormatter, getTranslations } from "next-intl/server";
import { formatRate } from "#ui/storefront/status-words.ts";
import { hasBars, isWhole, total, type Day } from "#ui/storefront/uptime.ts";

/** Below so many days the bars end long before the right edge, and an axis under them would point beside them. */
const AXIS_FROM = 30;

/** Below a row of days, or in its place while they are few: where it begins, its share of successes, and today. */
export async function UptimeCaption({ days }: { days: readonly Day[] }) {
  const t = await getTranslations("status");
  const rate = formatRate(total(days));
  const start = isWhole(days) ? t("start") : t("since", { date: await dayText(days[0]!.day) });
  if (!hasBars(days)) {
    return (
      <p className="nums flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <span className="text-20 font-semibold">{rate}</span>
        <span className="text-fg-2">{t("counts", total(days))}</span>
        <span className="text-13 text-fg-3">{start}</span>
      </p>
    );
  }
  if (days.length < AXIS_FROM) return <p className="axis mt-2 flex gap-x-4"><span>{start}</span><span className="font-medium text-fg-2">{rate}</span></p>;
  return <div className="axis mt-2 flex justify-between"><span>{start}</span><span className="font-medium text-fg-2">{rate}</span><span>{t("today")}</span></div>;
}

/** "over 90 days", or since the first request where that is less long ago. */
export async function spanText(days: readonly Day[]): Promise<string> {
  const t = await getTranslations("status");
  return isWhole(days) || days[0] === undefined ? t("spanWhole") : t("spanSince", { date: await dayText(days[0].day) });
}

/** A day of the counting, which is in UTC. */
async function dayText(day: string): Promise<string> {
  return (await getFormatter()).dateTime(new Date(`${day}T00:00:00Z`), { dateStyle: "medium", timeZone: "UTC" });
}
