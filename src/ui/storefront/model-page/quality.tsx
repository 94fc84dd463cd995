import { getFormatter, getTranslations } from "next-intl/server";
import type { Incident } from "#reports/incidents.ts";
import { incidentText } from "#ui/incidents/incident-words.ts";
import { spanText, UptimeCaption } from "#ui/storefront/status/uptime-caption.tsx";
import { formatRate } from "#ui/storefront/status-words.ts";
import { UptimeBar } from "#ui/storefront/uptime-bar.tsx";
import { hasBars, sinceFirst, total, type Day } from "#ui/storefront/uptime.ts";

const REQUESTS_MIN = 20;

type Props = { days: readonly Day[] | undefined; /** Open now, of this model or of the whole shop. */ incidents: readonly Incident[]; locale: string };

/** How requests of this model ended, day by day, and what the operator says of it now. */
export async function ModelQuality({ days, incidents, locale }: Props) {
  const t = await getTranslations("model.quality");
  const format = await getFormatter();
  const known = sinceFirst(days ?? []);
  const sum = total(known);
  const enough = sum.requests >= REQUESTS_MIN;
  const span = await spanText(known);
  const dayText = (day: Day): string => {
    const date = format.dateTime(new Date(`${day.day}T00:00:00Z`), { dateStyle: "medium", timeZone: "UTC" });
    return day.requests === 0 ? t("dayNone", { day: date }) : t("day", { day: date, rate: formatRate(day), count: day.requests });
  };
  return (
    <section className="min-w-0" aria-labelledby="quality">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 id="quality" className="text-20 font-semibold">{t("title")}</h2>
        {enough ? <span className="text-13 text-fg-3">{t("note", { count: sum.requests, span })}</span> : null}
      </div>
      {incidents.map((incident) => <OpenIncident key={incident.id} incident={incident} locale={locale} />)}
      {enough ? (
        <>
          {hasBars(known) ? <div className="mt-5"><UptimeBar days={known} label={t("label", { rate: formatRate(sum), span })} dayText={dayText} /></div> : null}
          <div className="mt-2"><UptimeCaption days={known} /></div>
        </>
      ) : <p className="mt-2 text-fg-2">{t("few")}</p>}
    </section>
  );
}

async function OpenIncident({ incident: { kind, title }, locale }: { incident: Incident; locale: string }) {
  const t = await getTranslations("model.quality");
  const kinds = await getTranslations("status.incident.kinds");
  const words = incidentText(title, locale);
  return (
    <p className={`mt-4 rounded-control px-4 py-3 ${kind === "maintenance" ? "bg-info-soft text-info" : kind === "outage" ? "bg-bad-soft text-bad" : "bg-warn-soft text-warn"}`}>
      <span lang={words.lang}>{t("incident", { kind: kinds(kind), title: words.text })}</span> <a className="underline underline-offset-2" href={`/${locale}/status`}>{t("details")}</a>
    </p>
  );
}
