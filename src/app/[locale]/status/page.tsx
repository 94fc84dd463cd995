import type { Metadata } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import { publicOffers, type ShownOffer } from "#app/catalogue.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { daysOf, overallWord, shopStatus, wordOf } from "#app/shop-status.ts";
import { shop } from "#app/shop.ts";
import type { ShopStatus } from "#reports/status.store.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { modelPath } from "#ui/storefront/addresses.ts";
import { formatRate, STATUS_TEXT, statusOf, type StatusWord } from "#ui/storefront/status-words.ts";
import { UptimeBar, type DayText } from "#ui/storefront/uptime-bar.tsx";
import { total, type Day } from "#ui/storefront/uptime.ts";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "status.meta" });
  const shopName = (await (await shop()).settings())["shop.name"];
  return pageMetadata({ locale, path: "/status", title: t("title", { shop: shopName }), description: t("description") });
}

/** How requests of the last 90 days ended, as they were written down for the bill: nobody types this page. */
export default async function StatusPage({ params }: Props) {
  const { locale } = await params;
  const t = await getTranslations("status");
  const format = await getFormatter();
  const [offers, status] = await Promise.all([publicOffers(), shopStatus()]);
  const word = status ? overallWord(status, offers.map(({ id }) => id)) : "unknown";
  const all = status ? daysOf(status, offers.map(({ id }) => id)) : [];
  const dayText: DayText = (day) => {
    const date = format.dateTime(new Date(`${day.day}T00:00:00Z`), { dateStyle: "medium" });
    return day.requests === 0 ? t("dayNone", { day: date }) : t("day", { day: date, rate: formatRate(day), count: day.requests });
  };
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <h1 className="pt-10 text-28 font-semibold tracking-[-0.01em]">{t("title")}</h1>
      <p className="mt-4 flex items-center gap-3 text-16">
        <i className={`dot size-2.5! ${STATUS_TEXT[word]}`} aria-hidden="true" />
        <span className="font-medium">{status ? t(`overall.${word}`) : t("overall.uncounted")}</span>
      </p>
      <p className="mt-2 max-w-[68ch] text-13 text-fg-3">{[t("note"), ...(status ? [t("at", { time: format.dateTime(status.at, { timeStyle: "medium", timeZone: "UTC" }) })] : [])].join(locale === "zh" ? "" : " ")}</p>
      {status && total(all).requests > 0 ? (
        <section className="mt-8" aria-label={t("whole")}>
          <UptimeBar days={all} label={t("label", { name: t("whole"), rate: formatRate(total(all)) })} dayText={dayText} />
          <div className="axis mt-2 flex justify-between"><span>{t("start")}</span><span className="font-medium text-fg-2">{formatRate(total(all))}</span><span>{t("today")}</span></div>
        </section>
      ) : null}
      {status ? byVendor(offers).map(([name, models]) => <Vendor key={name ?? ""} name={name ?? t("noVendor")} models={models} status={status} locale={locale} dayText={dayText} />) : null}
      {offers.length === 0 ? <p className="mt-8 max-w-[60ch] text-fg-2">{t("empty")}</p> : null}
      <Incidents days={all} />
    </main>
  );
}

function byVendor(offers: readonly ShownOffer[]): readonly (readonly [string | undefined, readonly ShownOffer[]])[] {
  const groups = Map.groupBy(offers, ({ vendorName }) => vendorName);
  return [...groups].sort(([a], [b]) => (a ?? "\uffff").localeCompare(b ?? "\uffff"));
}

async function Vendor({ name, models, status, locale, dayText }: { name: string; models: readonly ShownOffer[]; status: ShopStatus; locale: string; dayText: DayText }) {
  const t = await getTranslations("status");
  const rows = models.map((model) => ({ model, days: daysOf(status, [model.id]) }));
  const sum = total(rows.flatMap(({ days }) => days));
  return (
    <section className="mt-12">
      <div className="flex items-center gap-3 border-b pb-3">
        <VendorMark name={name} size={20} />
        <h2 className="text-16 font-semibold">{name}</h2>
        <span className="nums ml-auto text-13 text-fg-2">{sum.requests === 0 ? t("state.unknown") : formatRate(sum)}</span>
      </div>
      <ul>
        {rows.map(({ model, days }) => <ModelRow key={model.slug} model={model} days={days} locale={locale} dayText={dayText} />)}
      </ul>
    </section>
  );
}

async function ModelRow({ model, days, locale, dayText }: { model: ShownOffer; days: readonly Day[]; locale: string; dayText: DayText }) {
  const t = await getTranslations("status");
  const sum = total(days);
  const word: StatusWord = wordOf(days);
  return (
    <li className="grid items-center gap-x-6 gap-y-2 border-b py-3 sm:grid-cols-[minmax(0,240px)_minmax(0,1fr)_88px]">
      <div className="min-w-0">
        <a href={modelPath(locale, model)} className="block truncate font-medium hover:text-accent-text">{model.name}</a>
        <span className={`flex items-center gap-1.5 text-13 ${word === "operational" ? "text-fg-3" : STATUS_TEXT[word]}`}><i className={`dot ${STATUS_TEXT[word]}`} aria-hidden="true" />{t(`state.${word}`)}</span>
      </div>
      <UptimeBar days={days} small label={sum.requests > 0 ? t("label", { name: model.name, rate: formatRate(sum) }) : t("none")} dayText={dayText} />
      <span className="nums text-right text-fg-2 max-sm:hidden">{formatRate(sum)}</span>
    </li>
  );
}

const INCIDENTS = 10;

/** Days on which so much failed that it was no chance. */
async function Incidents({ days }: { days: readonly Day[] }) {
  const t = await getTranslations("status.incidents");
  const format = await getFormatter();
  const bad = days.filter((day) => ["degraded", "failing"].includes(statusOf(day))).toReversed().slice(0, INCIDENTS);
  return (
    <section className="mt-16 max-w-[68ch]" aria-labelledby="incidents">
      <h2 id="incidents" className="text-20 font-semibold">{t("title")}</h2>
      {bad.length === 0 ? <p className="mt-2 text-fg-2">{t("none")}</p> : (
        <ul className="mt-3">
          {bad.map((day) => (
            <li key={day.day} className="nums flex flex-wrap gap-x-6 border-t py-3">
              <span className="w-32">{format.dateTime(new Date(`${day.day}T00:00:00Z`), { dateStyle: "medium" })}</span>
              <span className="text-fg-2">{t("line", { failed: day.failed, requests: day.requests, rate: formatRate(day) })}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
