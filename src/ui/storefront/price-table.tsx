import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { wordsOf } from "#ui/format/words.ts";
import { cn } from "#ui/kit/cn.ts";
import { itemText, rowUnit, type ItemWords } from "#ui/storefront/item-text.ts";
import { formatContext } from "#ui/storefront/numbers.ts";
import { formatFactor, itemsOf, priceColumns, serviceRows, windowRows, type PriceBasis, type PriceUnit, type WindowRow } from "#ui/storefront/price-rows.ts";
import { PriceText } from "#ui/storefront/price-text.tsx";

type Props = {
  list: PriceBasis;
  /** The viewer's own, where it differs. */
  own: PriceBasis | undefined;
  /** A version that is published and begins later. */
  planned: Readonly<{ from: Date; basis: PriceBasis }> | undefined;
};

/** All buckets on sale, one column a tier, the list's price beside one's own. */
export async function PriceTable({ list, own, planned }: Props) {
  const t = await getTranslations("model");
  const shown = own ?? list;
  const items = itemsOf(shown.document);
  const columns = priceColumns(shown);
  const before = own && priceColumns(list);
  const words = t.raw("items") as ItemWords;
  const units = t.raw("prices.units") as Readonly<Record<PriceUnit, string>>;
  const tiered = columns.length > 1;
  return (
    <>
      <div className="mt-3 overflow-x-auto" tabIndex={tiered ? 0 : undefined} role={tiered ? "region" : undefined} aria-label={tiered ? t("prices.title") : undefined}>
        <table className="tbl tbl-flush">
          <caption className="sr-only">{t("prices.title")}</caption>
          <thead>
            {tiered ? (
              <tr>
                {before ? <td /> : <th scope="col" className="font-normal! max-sm:whitespace-normal!">{t("prices.unit")}</th>}
                {columns.flatMap(({ over, marginal }, i) => [
                  ...(before ? [<td key={`${over} list`} className="max-sm:hidden" />] : []),
                  <th key={over} scope="col" className={cn("num max-sm:whitespace-normal!", before && "pb-0!")}>
                    {i === 0 ? t("prices.upTo", { tokens: formatContext(columns[1]!.over) }) : t(marginal ? "prices.overPart" : "prices.over", { tokens: formatContext(over) })}
                  </th>,
                ])}
              </tr>
            ) : null}
            {tiered && !before ? null : (
              <tr>
                <th scope="col" className="font-normal! max-sm:whitespace-normal!">{t("prices.unit")}</th>
                {columns.flatMap(({ over }) => [
                  ...(before ? [<th key={`${over} list`} scope="col" className={cn("num font-normal!", tiered && "max-sm:hidden")}>{t("prices.list")}</th>] : []),
                  <th key={over} scope="col" className="num font-normal!">{before ? t("prices.own") : t("prices.price")}</th>,
                ])}
              </tr>
            )}
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={item}>
                <th scope="row" className="h-11 py-0! align-middle! text-14! font-normal! text-fg! max-sm:whitespace-normal!">
                  {itemText(item, words)}
                  {rowUnit(item, units) ? <span className="ml-2 text-13 text-fg-3">{rowUnit(item, units)}</span> : null}
                </th>
                {columns.flatMap(({ over, prices }, i) => [
                  ...(before ? [<td key={`${over} list`} className={cn("num text-fg-3", tiered && "max-sm:hidden")}><PriceText item={item} price={before[i]?.prices[item]} free={t("prices.free")} /></td>] : []),
                  <td key={over} className="num font-medium"><PriceText item={item} price={prices[item]} free={t("prices.free")} /></td>,
                ])}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Remarks basis={shown} marginal={columns.some(({ marginal }) => marginal)} />
      {planned ? <Planned from={planned.from} basis={planned.basis} now={shown} words={words} /> : null}
    </>
  );
}

/** Everything that changes a price beside the tiers: what falls back, hours, service tiers. */
async function Remarks({ basis, marginal }: { basis: PriceBasis; marginal: boolean }) {
  const t = await getTranslations("model.prices");
  const locale = await getLocale();
  const { document } = basis;
  const { comma } = wordsOf(locale);
  const services = serviceRows(document);
  const windows = windowRows(document);
  const tokens = document.items["output"] !== undefined;
  return (
    <div className="mt-3 grid max-w-[68ch] gap-1.5 text-13 text-fg-3">
      {document.tiers?.length ? <p>{t(marginal ? "marginal" : "whole")}</p> : null}
      {tokens && (document.items["reasoning"] === undefined || document.items["cache_read"] === undefined) ? <p>{t("fallback")}</p> : null}
      {services.length > 0 ? <p>{t("service", { tiers: services.map(({ name, ppm }) => t("serviceTier", { name, factor: formatFactor(ppm) })).join(comma) })}</p> : null}
      {windows.length > 0 ? (
        <div>
          <p className="font-medium text-fg-2">{t("windows")}</p>
          <ul>
            {windows.map((window) => <li key={`${window.days} ${window.from} ${window.tz}`}>{t("window", { from: window.from, to: window.to, tz: window.tz, factor: formatFactor(window.ppm), days: daysText(window, locale, t) })}</li>)}
          </ul>
        </div>
      ) : null}
    </div>
  );
}

function daysText({ days }: WindowRow, locale: string, t: (key: "everyDay" | "weekdays" | "weekend") => string): string {
  if (days === "1111111") return t("everyDay");
  if (days === "1111100") return t("weekdays");
  if (days === "0000011") return t("weekend");
  const name = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
  // 5 January 1970 was a Monday.
  return [...days].flatMap((on, i) => (on === "1" ? [name.format(Date.UTC(1970, 0, 5 + i))] : [])).join(wordsOf(locale).comma);
}

async function Planned({ from, basis, now, words }: { from: Date; basis: PriceBasis; now: PriceBasis; words: ItemWords }) {
  const t = await getTranslations("model.prices");
  const format = await getFormatter();
  const [later, today] = [priceColumns(basis)[0]!.prices, priceColumns(now)[0]!.prices];
  const changed = itemsOf(basis.document).filter((item) => later[item] !== today[item] && later[item] !== undefined);
  if (changed.length === 0) return null;
  const changes = changed.map((item) => (
    <span key={item}>
      {today[item] === undefined ? null : <s className="text-fg-3"><PriceText item={item} price={today[item]} free={t("free")} aligned={false} /></s>}
      {" "}{itemText(item, words)} <PriceText item={item} price={later[item]} free={t("free")} aligned={false} />
    </span>
  ));
  return (
    <div className="mt-4 rounded-control bg-info-soft px-3 py-2.5 text-13 text-info">
      <p>{t("next", { date: format.dateTime(from, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }) })}</p>
      <p className="mt-1 flex flex-wrap gap-x-4">{changes}</p>
    </div>
  );
}
