import { getFormatter, getTranslations } from "next-intl/server";
import type { PriceDocument } from "#money/price.ts";
import { modelPath } from "#ui/storefront/addresses.ts";
import { itemText, type ItemWords } from "#ui/storefront/item-text.ts";
import { MARKDOWN_ENDING } from "#ui/storefront/markdown.ts";
import { itemsOf, type PriceBasis } from "#ui/storefront/price-rows.ts";
import { PriceTable } from "#ui/storefront/price-table.tsx";
import { PriceText } from "#ui/storefront/price-text.tsx";

type Offer = Readonly<{ slug: string; vendorSlug: string | undefined; list: PriceBasis; own: PriceBasis | undefined; ownGroup: string | undefined; priceSince: Date }>;
type Props = { offer: Offer; locale: string; planned: Readonly<{ from: Date; basis: PriceBasis }> | undefined; version: number };

export async function ModelPrices({ offer, locale, planned, version }: Props) {
  const t = await getTranslations("model.prices");
  const format = await getFormatter();
  return (
    <section className="min-w-0" aria-labelledby="prices">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 id="prices" className="scroll-mt-20 text-20 font-semibold">{t("title")}</h2>
        {offer.own && offer.ownGroup !== undefined ? <span className="text-13 text-fg-3">{t("group", { group: offer.ownGroup })}</span> : null}
      </div>
      <PriceTable list={offer.list} own={offer.own} planned={planned} />
      <p className="mt-4 flex flex-wrap items-center gap-x-5 gap-y-2 border-t pt-4 text-13 text-fg-3">
        <span>{t("since", { date: format.dateTime(offer.priceSince, { dateStyle: "medium" }), version })}</span>
        <a className="link" href="#history">{t("history")}</a>
        <a className="link" href={`/${locale}/prices.xml`}>{t("feed")}</a>
        <a className="link" href="/api/catalogue.json">{t("json")}</a>
        <a className="link" href={`${modelPath(locale, offer)}${MARKDOWN_ENDING}`}>{t("markdown")}</a>
      </p>
    </section>
  );
}

type Change = Readonly<{ versionId: bigint; from: Date; document: PriceDocument; before: PriceDocument | undefined }>;

/** Every version of the list price, newest first, with what it changed. */
export async function PriceHistory({ changes, nowMs }: { changes: readonly Change[]; nowMs: number }) {
  const t = await getTranslations("model.history");
  const words = (await getTranslations("model")).raw("items") as ItemWords;
  const format = await getFormatter();
  return (
    <section className="min-w-0" aria-labelledby="history">
      <h2 id="history" className="scroll-mt-20 text-20 font-semibold">{t("title")}</h2>
      <table className="tbl tbl-flush mt-3">
        <thead><tr><th scope="col">{t("from")}</th><th scope="col">{t("change")}</th></tr></thead>
        <tbody>
          {changes.map((change) => (
            <tr key={change.versionId.toString()}>
              <td className="nums py-2.5 align-top">
                <time dateTime={change.from.toISOString()}>{format.dateTime(change.from, { dateStyle: "medium" })}</time>
                {change.from.getTime() > nowMs ? <span className="badge badge-info ml-2">{t("planned")}</span> : null}
              </td>
              <td className="nums py-2.5 whitespace-normal!"><Differences change={change} words={words} first={t("first")} same={t("same")} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Each bucket whose list price changed, the old one struck through. */
export function Differences({ change: { document, before }, words, first, same }: { change: Pick<Change, "document" | "before">; words: ItemWords; first: string; same: string }) {
  const changed = itemsOf({ items: { ...before?.items, ...document.items } }).filter((item) => before?.items[item] !== document.items[item]);
  if (changed.length === 0) return <span className="text-fg-3">{same}</span>;
  return (
    <span className="flex flex-wrap gap-x-5 gap-y-1">
      {before === undefined ? <span className="text-fg-3">{first}</span> : null}
      {changed.map((item) => (
        <span key={item}>
          <span className="text-fg-2">{itemText(item, words)}</span>{" "}
          {before?.items[item] === undefined ? null : <s className="text-12 text-fg-3"><PriceText item={item} price={BigInt(before.items[item])} free="0" aligned={false} /></s>}{" "}
          <PriceText item={item} price={document.items[item] === undefined ? undefined : BigInt(document.items[item])} free="0" aligned={false} />
        </span>
      ))}
    </span>
  );
}
