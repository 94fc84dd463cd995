import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DEFAULT_GROUP } from "#catalog/index.ts";
import { listGroupFactors, type GroupFactor } from "#catalog/storefront.store.ts";
import { shownOffers } from "#app/catalogue.ts";
import { legalPages } from "#app/legal.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import { wordsOf } from "#ui/format/words.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { modelPath } from "#ui/storefront/addresses.ts";
import { formatFactor, formatUnit, isTokenItem, itemsOf } from "#ui/storefront/price-rows.ts";
import { itemText, type ItemWords } from "#ui/storefront/item-text.ts";
import { pieceTexts, PriceText } from "#ui/storefront/price-text.tsx";
import type { ShownModel } from "#ui/storefront/shown-model.ts";
import { topUpTerms } from "#ui/storefront/top-up-terms.ts";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "pricing.meta" });
  const shopName = (await (await shop()).settings())["shop.name"];
  return pageMetadata({ locale, path: "/pricing", title: t("title", { shop: shopName }), description: t("description") });
}

const RULES = ["use", "failed", "empty", "hangUp", "retry", "hold", "nonsense", "rounding"] as const;

/** How prices work here, with every price: buckets across, models down, and the rules of the bill in plain words. */
export default async function PricingPage({ params }: Props) {
  const { locale } = await params;
  const t = await getTranslations("pricing");
  const { settings, pool } = await shop();
  const [offers, values, groups, user] = await Promise.all([shownOffers(), settings(), listGroupFactors(pool), currentUser()]);
  const start = user ? "/console/wallet" : values["shop.sign_up"] === "closed" ? "/sign-in" : "/sign-up";
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <header className="flex flex-wrap items-end justify-between gap-6 pt-10">
        <div>
          <h1 className="text-28 font-semibold tracking-[-0.01em]">{t("title")}</h1>
          <p className="mt-3 max-w-[60ch] text-16 text-fg-2">{t("lead")}</p>
        </div>
        <a href={start} className="btn btn-lg btn-primary">{user ? t("topUp") : t("start")}</a>
      </header>
      <Prices offers={offers} locale={locale} group={offers.find(({ own }) => own)?.ownGroup} />
      <section className="mt-16 grid gap-x-16 gap-y-6 lg:grid-cols-[280px_minmax(0,1fr)]" aria-labelledby="rules">
        <h2 id="rules" className="text-20 font-semibold">{t("rules.title")}</h2>
        <dl className="max-w-[760px] border-b">
          {RULES.map((rule) => (
            <div key={rule} className="grid gap-x-8 gap-y-1 border-t py-3.5 sm:grid-cols-[220px_minmax(0,1fr)]">
              <dt className="font-medium">{t(`rules.${rule}.case`)}</dt>
              <dd className="text-fg-2">{t(`rules.${rule}.cost`)}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Groups groups={groups} own={offers.find(({ ownGroup }) => ownGroup !== undefined)?.ownGroup} />
      <TopUp terms={topUpTerms(values)} locale={locale} />
    </main>
  );
}

async function Prices({ offers, locale, group }: { offers: readonly ShownModel[]; locale: string; group: string | undefined }) {
  const t = await getTranslations("pricing.table");
  const models = await getTranslations("models");
  const words = (await getTranslations("model")).raw("items") as ItemWords;
  const tokens = offers.filter(({ prices }) => prices["input"] !== undefined || prices["output"] !== undefined);
  const columns = ["input", "cache_read", "cache_write_5m", "output"].filter((item) => item === "input" || item === "output" || tokens.filter(({ prices }) => prices[item] !== undefined).length * 2 >= tokens.length);
  const pieces = offers.filter((model) => !tokens.includes(model));
  const name = (model: ShownModel) => <a href={modelPath(locale, model)} className="font-medium hover:text-accent-text">{model.name}</a>;
  const more = ({ prices, price: { document } }: ShownModel) => [
    ...new Set(itemsOf(document).filter((item) => !columns.includes(item)).map((item) => [itemText(item, words), isTokenItem(item) && prices[item] !== undefined ? formatUnit(item, prices[item]) : ""].filter(Boolean).join(" "))),
    ...(document.tiers?.length ? [t("tiers")] : []), ...(document.windows?.length ? [t("windows")] : []),
  ];
  if (offers.length === 0) return <p className="mt-10 text-fg-2">{t("empty")}</p>;
  return (
    <section className="mt-12" aria-labelledby="prices">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 id="prices" className="text-20 font-semibold">{t("title")}</h2>
        <span className="text-13 text-fg-3">{group === undefined ? t("unit") : t("own", { group })}</span>
        <span className="flex gap-4 md:ml-auto">
          <a className="link text-13" href="/api/catalogue.json">{t("json")}</a>
          <a className="link text-13" href={`/${locale}/prices.xml`}>{t("feed")}</a>
        </span>
      </div>
      {tokens.length > 0 ? (
        <div className="mt-3 overflow-x-auto" tabIndex={0} role="region" aria-label={t("title")}>
          <table className="tbl tbl-flush tbl-hover">
            <thead><tr><th scope="col">{models("model")}</th>{columns.map((item) => <th key={item} scope="col" className={`num ${item.startsWith("cache") ? "max-sm:hidden" : ""}`}>{words[item]}</th>)}<th scope="col" className="num max-md:hidden">{t("other")}</th></tr></thead>
            <tbody>
              {tokens.map((model) => (
                <tr key={model.slug}>
                  <th scope="row" className="h-11 max-w-64 truncate py-0! align-middle! text-14! font-normal! text-fg! max-sm:max-w-40">{name(model)}</th>
                  {columns.map((item) => <td key={item} className={`num ${item.startsWith("cache") ? "max-sm:hidden" : "font-medium"}`}><PriceText item={item} price={model.prices[item]} free={models("free")} missing={item.startsWith("cache") && model.prices["output"] !== undefined ? models("asInput") : ""} /></td>)}
                  <td className="num text-13 text-fg-3 max-md:hidden">{more(model).join(" · ")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {pieces.length > 0 ? (
        <>
          <h3 className="mt-10 text-16 font-semibold">{t("pieces")}</h3>
          <table className="tbl tbl-flush tbl-hover mt-2">
            <tbody>{pieces.map((model) => <tr key={model.slug}><th scope="row" className="h-11 py-0! align-middle! text-14! font-normal! text-fg!">{name(model)}</th><td className="num whitespace-normal!">{pieceTexts(model.prices, models).join(wordsOf(locale).comma) || models("free")}</td></tr>)}</tbody>
          </table>
        </>
      ) : null}
    </section>
  );
}

/** The class that everybody begins in and the viewer's own; how others are treated is nobody's business. */
async function Groups({ groups, own }: { groups: readonly GroupFactor[]; own: string | undefined }) {
  const t = await getTranslations("pricing.groups");
  const shown = groups.filter(({ name }) => name === DEFAULT_GROUP || name === own);
  if (shown.length < 2) return null;
  return (
    <section className="mt-16 grid gap-x-16 gap-y-6 lg:grid-cols-[280px_minmax(0,1fr)]" aria-labelledby="groups">
      <div>
        <h2 id="groups" className="text-20 font-semibold">{t("title")}</h2>
        <p className="mt-2 text-13 text-fg-3">{t("note")}</p>
      </div>
      <table className="tbl tbl-flush max-w-[760px] self-start">
        <thead><tr><th scope="col">{t("group")}</th><th scope="col" className="num">{t("price")}</th><th scope="col" className="num">{t("topUp")}</th></tr></thead>
        <tbody>{shown.map(({ name, ppm, topUpPpm }) => <tr key={name}><td>{name}</td><td className="num">{formatFactor(ppm)} ×</td><td className="num">{formatFactor(topUpPpm)} ×</td></tr>)}</tbody>
      </table>
    </section>
  );
}

async function TopUp({ terms, locale }: { terms: ReturnType<typeof topUpTerms>; locale: string }) {
  const t = await getTranslations("pricing.money");
  const refunds = (await legalPages()).has("refunds");
  return (
    <section className="mt-16 grid gap-x-16 gap-y-6 lg:grid-cols-[280px_minmax(0,1fr)]" aria-labelledby="money">
      <h2 id="money" className="text-20 font-semibold">{t("title")}</h2>
      <div className="max-w-[68ch] text-fg-2">
        <p>{t("prepaid")}</p>
        {terms.least === undefined ? null : <p className="mt-3">{t("least", { amount: `$${terms.least}` })}</p>}
        {terms.fee === undefined ? null : <p className="mt-3">{t("fee", { percent: terms.fee })}</p>}
        {terms.bonus.length > 0 ? (
          <table className="tbl tbl-flush mt-4">
            <thead><tr><th scope="col">{t("from")}</th><th scope="col" className="num">{t("bonus")}</th></tr></thead>
            <tbody>{terms.bonus.map(({ from, percent }) => <tr key={from}><td className="nums">{`$${from}`}</td><td className="num">{`+${percent}%`}</td></tr>)}</tbody>
          </table>
        ) : null}
        {refunds ? <p className="mt-3">{t("refund")} <a className="link" href={`/${locale}/legal/refunds`}>{t("refundLink")}</a></p> : null}
      </div>
    </section>
  );
}
