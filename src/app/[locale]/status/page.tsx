import { Rss } from "lucide-react";
import type { Metadata } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import { publicOffers, type ShownOffer } from "#app/catalogue.ts";
import { publicIncidents } from "#app/incidents.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { daysOf, overallWord, shopStatus, wordOf } from "#app/shop-status.ts";
import { shop } from "#app/shop.ts";
import type { Incident } from "#reports/incidents.ts";
import type { ShopStatus } from "#reports/status.store.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { modelPath } from "#ui/storefront/addresses.ts";
import { BadDays } from "#ui/storefront/status/bad-days.tsx";
import { IncidentCard, PastIncident } from "#ui/storefront/status/incident-card.tsx";
import { spanText, UptimeCaption } from "#ui/storefront/status/uptime-caption.tsx";
import { formatRate, STATUS_TEXT, type StatusWord } from "#ui/storefront/status-words.ts";
import { UptimeBar, type DayText } from "#ui/storefront/uptime-bar.tsx";
import { hasBars, sinceFirst, total, type Day } from "#ui/storefront/uptime.ts";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "status.meta" });
  const shopName = (await (await shop()).settings())["shop.name"];
  return pageMetadata({ locale, path: "/status", title: t("title", { shop: shopName }), description: t("description") });
}

/** How requests of the last 90 days ended, as they were written down for the bill, and what the operator says beside that. */
export default async function StatusPage({ params }: Props) {
  const { locale } = await params;
  const t = await getTranslations("status");
  const format = await getFormatter();
  const [offers, status, incidents] = await Promise.all([publicOffers(), shopStatus(), publicIncidents()]);
  const names = new Map(offers.map(({ id, name }) => [id, name]));
  const all = status ? sinceFirst(daysOf(status, [...names.keys()])) : [];
  const dayText: DayText = (day) => {
    const date = format.dateTime(new Date(`${day.day}T00:00:00Z`), { dateStyle: "medium", timeZone: "UTC" });
    return day.requests === 0 ? t("dayNone", { day: date }) : t("day", { day: date, rate: formatRate(day), count: day.requests });
  };
  const stated = { locale, names };
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <h1 className="pt-10 text-28 font-semibold tracking-[-0.01em]">{t("title")}</h1>
      <Overall open={incidents.open} word={status && overallWord(status, [...names.keys()])} />
      <p className="mt-2 flex max-w-[80ch] flex-wrap gap-x-3 gap-y-1.5 text-13 text-fg-3">
        <span>{[t("note"), ...(status ? [t("at", { time: format.dateTime(status.at, { timeStyle: "medium", timeZone: "UTC" }) })] : [])].join(locale === "zh" ? "" : " ")}</span>
        <a className="link flex items-center gap-1.5" href={`/${locale}/status.xml`}><Rss size={14} strokeWidth={1.75} aria-hidden="true" />{t("feed")}</a>
      </p>
      {[{ title: t("incident.open"), list: incidents.open }, { title: t("incident.ahead"), list: incidents.ahead }].map(({ title, list }) => (list.length === 0 ? null : (
        <section key={title} className="mt-8" aria-label={title}>
          <h2 className="text-16 font-semibold">{title}</h2>
          <div className="mt-3 grid gap-4">{list.map((incident) => <IncidentCard key={incident.id} incident={incident} {...stated} />)}</div>
        </section>
      )))}
      {all.length > 0 ? (
        <section className="mt-8" aria-label={t("whole")}>
          {hasBars(all) ? <UptimeBar days={all} label={t("label", { name: t("whole"), rate: formatRate(total(all)), span: await spanText(all) })} dayText={dayText} /> : null}
          <UptimeCaption days={all} />
        </section>
      ) : null}
      {status ? byVendor(offers).map(([name, models]) => <Vendor key={name ?? ""} name={name ?? t("noVendor")} models={models} status={status} locale={locale} length={all.length} dayText={dayText} />) : null}
      {offers.length === 0 ? <p className="mt-8 max-w-[60ch] text-fg-2">{t("empty")}</p> : null}
      {incidents.past.length === 0 ? null : (
        <section className="mt-16" aria-labelledby="past">
          <h2 id="past" className="text-20 font-semibold">{t("incident.past")}</h2>
          <ul className="mt-3 border-b">{incidents.past.map((incident) => <PastIncident key={incident.id} incident={incident} {...stated} />)}</ul>
        </section>
      )}
      {status && all.length > 0 ? <BadDays days={status.days.filter(({ modelId }) => names.has(modelId))} names={names} /> : null}
    </main>
  );
}

const OF_INCIDENT: Readonly<Record<Incident["kind"], StatusWord>> = { outage: "failing", degraded: "degraded", maintenance: "unknown" };

/** One sentence on how things are. What the operator says is not outvoted by figures that lag behind. */
async function Overall({ open, word }: { open: readonly Incident[]; word: StatusWord | undefined }) {
  const t = await getTranslations("status.overall");
  const gravest = (["outage", "degraded", "maintenance"] as const).find((kind) => open.some((incident) => incident.kind === kind));
  const colour = STATUS_TEXT[gravest === undefined || (gravest === "maintenance" && word !== undefined) ? word ?? "unknown" : OF_INCIDENT[gravest]];
  return (
    <p className="mt-4 flex items-center gap-3 text-16">
      <i className={`dot size-2.5! ${colour}`} aria-hidden="true" />
      <span className="font-medium">{gravest ? t(gravest) : word ? t(word) : t("uncounted")}</span>
    </p>
  );
}

function byVendor(offers: readonly ShownOffer[]): readonly (readonly [string | undefined, readonly ShownOffer[]])[] {
  const groups = Map.groupBy(offers, ({ vendorName }) => vendorName);
  return [...groups].sort(([a], [b]) => (a ?? "\uffff").localeCompare(b ?? "\uffff"));
}

/** `length`: days since the shop's first request, which every row shows, so that they can be compared. */
type Rows = { status: ShopStatus; locale: string; length: number; dayText: DayText };

async function Vendor({ name, models, ...rest }: Rows & { name: string; models: readonly ShownOffer[] }) {
  const t = await getTranslations("status");
  const rows = models.map((model) => ({ model, days: rest.length === 0 ? [] : daysOf(rest.status, [model.id]).slice(-rest.length) }));
  const sum = total(rows.flatMap(({ days }) => days));
  return (
    <section className="mt-12">
      <div className="flex items-center gap-3 border-b pb-3">
        <VendorMark name={name} size={20} />
        <h2 className="text-16 font-semibold">{name}</h2>
        <span className="nums ml-auto text-13 text-fg-2">{sum.requests === 0 ? t("state.unknown") : formatRate(sum)}</span>
      </div>
      <ul>{rows.map(({ model, days }) => <ModelRow key={model.slug} model={model} days={days} {...rest} />)}</ul>
    </section>
  );
}

async function ModelRow({ model, days, locale, dayText }: Omit<Rows, "status"> & { model: ShownOffer; days: readonly Day[] }) {
  const t = await getTranslations("status");
  const sum = total(days);
  const word: StatusWord = wordOf(days);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-6 border-b py-3 sm:grid-cols-[minmax(0,240px)_minmax(0,1fr)_88px]">
      <div className="min-w-0 max-sm:row-span-2">
        <a href={modelPath(locale, model)} className="block truncate font-medium hover:text-accent-text">{model.name}</a>
        <span className={`flex items-center gap-1.5 text-13 ${word === "operational" ? "text-fg-3" : STATUS_TEXT[word]}`}><i className={`dot ${STATUS_TEXT[word]}`} aria-hidden="true" />{t(`state.${word}`)}</span>
      </div>
      {sum.requests === 0 ? <span className="max-sm:hidden" /> : !hasBars(days) ? <span className="nums text-13 text-fg-3 max-sm:col-start-2 max-sm:row-start-2 max-sm:text-right">{t("counts", sum)}</span> : <div className="min-w-0 max-sm:col-span-2 max-sm:row-start-3 max-sm:mt-2"><UptimeBar days={days} small label={t("label", { name: model.name, rate: formatRate(sum), span: await spanText(days) })} dayText={dayText} /></div>}
      <span className="nums text-right text-fg-2 max-sm:col-start-2 max-sm:row-start-1">{formatRate(sum)}</span>
    </li>
  );
}
