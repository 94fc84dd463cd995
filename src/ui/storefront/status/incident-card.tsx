import { ChevronRight } from "lucide-react";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import type { Incident, IncidentKind } from "#reports/incidents.ts";
import { wordsOf } from "#ui/format/words.ts";
import { incidentText } from "#ui/incidents/incident-words.ts";

export const INCIDENT_BADGE: Readonly<Record<IncidentKind, string>> = { degraded: "badge-warn", outage: "badge-bad", maintenance: "badge-info" };

type Props = {
  incident: Incident; locale: string;
  /** Names of the models on sale by their ids. */
  names: ReadonlyMap<string, string>;
};

/** An incident that is open or lies ahead: all that was said of it, the newest first. */
export async function IncidentCard({ incident, locale, names }: Props) {
  const t = await getTranslations("status.incident");
  const title = incidentText(incident.title, locale);
  return (
    <article className="card p-5 max-sm:p-4" aria-label={title.text}>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className={`badge ${INCIDENT_BADGE[incident.kind]}`}><i className="dot" aria-hidden="true" />{t(`kinds.${incident.kind}`)}</span>
        <h3 className="min-w-0 text-16 font-semibold [overflow-wrap:anywhere]" lang={title.lang}>{title.text}</h3>
      </div>
      <Concerned incident={incident} names={names} />
      <Updates incident={incident} locale={locale} />
    </article>
  );
}

/** One that is over: folded, with how long it took. */
export async function PastIncident({ incident, locale, names }: Props) {
  const t = await getTranslations("status.incident");
  const format = await getFormatter();
  const title = incidentText(incident.title, locale);
  const minutes = Math.max(1, Math.round(((incident.resolvedAt?.getTime() ?? 0) - incident.startedAt.getTime()) / 60_000));
  return (
    <li className="border-t">
      <details>
        <summary className="flex min-h-12 cursor-pointer flex-wrap items-center gap-x-4 gap-y-0.5 py-2.5">
          <span className="nums w-32 flex-none whitespace-nowrap text-fg-2">{format.dateTime(incident.startedAt, { dateStyle: "medium", timeZone: "UTC" })}</span>
          <span className="min-w-0 flex-1 basis-48 font-medium [overflow-wrap:anywhere]" lang={title.lang}>{title.text}</span>
          <span className="nums text-13 text-fg-3">{minutes < 60 ? t("minutes", { count: minutes }) : minutes < 2_880 ? t("hours", { count: Math.round(minutes / 60) }) : t("days", { count: Math.round(minutes / 1_440) })}</span>
          <span className={`badge ${INCIDENT_BADGE[incident.kind]}`}>{t(`kinds.${incident.kind}`)}</span>
          <ChevronRight className="ml-auto text-fg-3 [details[open]>summary>&]:rotate-90" size={14} strokeWidth={1.75} aria-hidden="true" />
        </summary>
        <div className="pb-4">
          <Concerned incident={incident} names={names} />
          <Updates incident={incident} locale={locale} />
        </div>
      </details>
    </li>
  );
}

async function Concerned({ incident: { models, kind, startedAt }, names }: Pick<Props, "incident" | "names">) {
  const t = await getTranslations("status.incident");
  const format = await getFormatter();
  const { comma } = wordsOf(await getLocale());
  const known = models.flatMap((id) => names.get(id) ?? []);
  const begins = format.dateTime(startedAt, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  return (
    <p className="mt-2 text-13 text-fg-3">
      {t(kind === "maintenance" ? "at" : "since", { time: begins })} {models.length === 0 || known.length === 0 ? t("whole") : t("models", { names: known.join(comma) })}
    </p>
  );
}

async function Updates({ incident: { updates }, locale }: Pick<Props, "incident" | "locale">) {
  const t = await getTranslations("status.incident");
  const format = await getFormatter();
  return (
    <ol className="mt-4 grid gap-4 border-l pl-4">
      {updates.map(({ id, stage, text, at, editedAt }) => {
        const words = incidentText(text, locale);
        return (
          <li key={id}>
            <p className="flex flex-wrap items-baseline gap-x-3"><span className="font-medium">{t(`stages.${stage}`)}</span><time className="nums text-13 text-fg-3" dateTime={at.toISOString()}>{t("time", { time: format.dateTime(at, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }) })}</time>{editedAt ? <span className="text-13 text-fg-3">{t("edited")}</span> : null}</p>
            <p className="mt-1 max-w-[68ch] whitespace-pre-line text-fg-2 [overflow-wrap:anywhere]" lang={words.lang}>{words.text}</p>
          </li>
        );
      })}
    </ol>
  );
}
