import { getFormatter, getTranslations } from "next-intl/server";
import { formatRate } from "#ui/storefront/status-words.ts";
import { UptimeBar } from "#ui/storefront/uptime-bar.tsx";
import { total, type Day } from "#ui/storefront/uptime.ts";

const REQUESTS_MIN = 20;

/** How requests of this model ended, day by day. */
export async function ModelQuality({ days }: { days: readonly Day[] | undefined }) {
  const t = await getTranslations("model.quality");
  const format = await getFormatter();
  const sum = total(days ?? []);
  const enough = days !== undefined && sum.requests >= REQUESTS_MIN;
  const dayText = (day: Day): string => {
    const date = format.dateTime(new Date(`${day.day}T00:00:00Z`), { dateStyle: "medium" });
    return day.requests === 0 ? t("dayNone", { day: date }) : t("day", { day: date, rate: formatRate(day), count: day.requests });
  };
  return (
    <section className="min-w-0" aria-labelledby="quality">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 id="quality" className="text-20 font-semibold">{t("title")}</h2>
        {enough ? <span className="text-13 text-fg-3">{t("note", { count: sum.requests })}</span> : null}
      </div>
      {enough ? (
        <>
          <div className="mt-5"><UptimeBar days={days} label={t("label", { rate: formatRate(sum) })} dayText={dayText} /></div>
          <div className="axis mt-2 flex justify-between"><span>{t("start")}</span><span className="font-medium text-fg-2">{formatRate(sum)}</span><span>{t("today")}</span></div>
        </>
      ) : <p className="mt-2 text-fg-2">{t("few")}</p>}
    </section>
  );
}
