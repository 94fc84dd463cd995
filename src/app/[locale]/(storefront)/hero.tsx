import { getTranslations } from "next-intl/server";
import { clientSnippets } from "./client-snippets.ts";
import type { Offer } from "#catalog/storefront.store.ts";
import { SnippetTabs } from "#ui/kit/snippet-tabs.client.tsx";
import { formatPerMillion } from "#ui/format/index.ts";

type Props = { offers: readonly Offer[]; apiUrl: string; shopName: string };

/** What is sold, and the code that buys it, with this shop's own address and a model that is on sale now. */
export async function Hero({ offers, apiUrl, shopName }: Props) {
  const t = await getTranslations("landing");
  const common = await getTranslations("common");
  const chat = offers.find(({ items }) => items["output"] !== undefined);
  return (
    <section className="grid items-center gap-x-16 gap-y-10 pt-12 lg:grid-cols-[minmax(0,1fr)_minmax(0,560px)] lg:pt-20">
      <div className="min-w-0">
        <h1 className="text-28 font-semibold tracking-[-0.02em] sm:text-40">
          <span className="block">{offers.length > 0 ? t("hero.title", { count: offers.length }) : t("hero.titleEmpty")}</span>
          <span className="block">{t("hero.title2")}</span>
        </h1>
        <p className="mt-5 max-w-[46ch] text-16 text-fg-2">{t("hero.lead")}</p>
        <div className="mt-7 flex flex-wrap gap-3">
          <a href="/console" className="btn btn-lg btn-primary max-sm:flex-1">{common("getKey")}</a>
          <a href="#prices" className="btn btn-lg btn-secondary max-sm:flex-1">{t("hero.prices")}</a>
        </div>
        <Facts offers={offers} />
      </div>
      <SnippetTabs
        snippets={clientSnippets(apiUrl, chat?.slug ?? "gpt-4o-mini", environmentName(shopName))}
        label={t("hero.snippets")}
        copyLabel={common("copy")}
        copiedLabel={common("copied")}
      />
    </section>
  );
}

/** Counted from what is on sale; nothing is shown that would be a zero. */
async function Facts({ offers }: { offers: readonly Offer[] }) {
  const t = await getTranslations("landing");
  if (offers.length === 0) return null;
  const vendors = new Set(offers.flatMap(({ vendorSlug }) => vendorSlug ?? [])).size;
  const inputs = offers.flatMap(({ items }) => items["input"] ?? []).filter((pico) => pico > 0n);
  const cheapest = inputs.reduce<bigint | undefined>((least, pico) => (least === undefined || pico < least ? pico : least), undefined);
  const facts = [
    [String(offers.length), t("facts.models", { count: offers.length })],
    ...(vendors > 0 ? [[String(vendors), t("facts.vendors", { count: vendors })] as const] : []),
    ...(cheapest !== undefined ? [[`$${formatPerMillion(cheapest)}`, t("facts.from")] as const] : []),
  ] as const;
  return (
    <dl className="nums mt-10 grid grid-cols-3 gap-6 border-t pt-5">
      {facts.map(([value, text]) => (
        <div key={text} className="flex flex-col-reverse justify-end">
          <dt className="mt-0.5 text-13 text-fg-3">{text}</dt>
          <dd className="text-20 font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** "Corner Shop" -> CORNER_SHOP_KEY; names without Latin letters keep a plain one. */
const environmentName = (shopName: string): string => {
  const word = shopName.toUpperCase().replace(/[^A-Z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "");
  return `${word === "" ? "SHOP" : word}_KEY`;
};
