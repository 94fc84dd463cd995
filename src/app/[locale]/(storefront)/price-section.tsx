import { getFormatter, getTranslations } from "next-intl/server";
import type { Offer } from "#catalog/storefront.store.ts";
import { formatPerMillion, formatPerPiece, formatContext } from "#ui/format/index.ts";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import type { Locale } from "#ui/i18n/routing.ts";

type Translate = Awaited<ReturnType<typeof getTranslations<"landing">>>;

const TOKEN_ITEMS = new Set(["input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "reasoning", "input_audio", "cache_read_audio", "input_image", "input_video", "output_audio", "output_image"]);

/** Every model on sale with its list price; a table on wide screens, a list of its own on a phone. */
export async function PriceSection({ offers, locale }: { offers: readonly Offer[]; locale: Locale }) {
  const t = await getTranslations("landing");
  const format = await getFormatter({ locale });
  const since = offers.map(({ priceSince }) => priceSince.getTime()).reduce((latest, at) => Math.max(latest, at), 0);
  return (
    <section id="prices" className="mt-12 scroll-mt-16" aria-labelledby="prices-title">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 id="prices-title" className="text-20 font-semibold">{offers.length > 0 ? t("prices.title") : t("prices.empty")}</h2>
        {offers.length > 0 ? <span className="text-13 text-fg-3">{t("prices.since", { date: format.dateTime(since, { dateStyle: "medium" }) })}</span> : null}
      </div>
      {offers.length > 0 ? <PriceTable offers={offers} t={t} /> : <p className="mt-3 max-w-[60ch] text-fg-2">{t("prices.emptyText")}</p>}
      <ul className="mt-3 md:hidden">
        {offers.map((offer) => (
          <li key={offer.slug} className="flex items-center gap-3 border-t py-3">
            <VendorMark name={offer.vendorName ?? offer.name} />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{offer.name}</span>
              <span className="nums block text-13 text-fg-3">{[offer.vendorName, offer.contextTokens && formatContext(offer.contextTokens)].filter(Boolean).join(" · ")}</span>
            </span>
            <span className="nums text-right text-13">
              {offer.items["input"] !== undefined ? <span className="block"><span className="text-fg-3">{t("prices.in")}</span> {tokenPrice(offer, "input", t)}</span> : null}
              {offer.items["output"] !== undefined ? <span className="block"><span className="text-fg-3">{t("prices.out")}</span> {tokenPrice(offer, "output", t)}</span> : null}
              {pieces(offer, t).map((text) => <span key={text} className="block">{text}</span>)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function PriceTable({ offers, t }: { offers: readonly Offer[]; t: Translate }) {
  return (
    <table className="tbl tbl-flush tbl-hover mt-3 max-md:hidden">
      <thead>
        <tr>
          <th scope="col">{t("prices.model")}</th>
          {(["context", "input", "cached", "output"] as const).map((column) => <th key={column} scope="col" className="num">{t(`prices.${column}`)}</th>)}
        </tr>
      </thead>
      <tbody>
        {offers.map((offer) => (
          <tr key={offer.slug}>
            <td>
              <span className="flex items-center gap-3">
                <VendorMark name={offer.vendorName ?? offer.name} />
                <span className="font-medium">{offer.name}</span>
                <span className="text-13 text-fg-3">{offer.vendorName}</span>
              </span>
            </td>
            <td className="num text-fg-2">{offer.contextTokens ? formatContext(offer.contextTokens) : "—"}</td>
            <td className="num font-medium">{tokenPrice(offer, "input", t)}</td>
            <td className="num">{tokenPrice(offer, "cache_read", t)}</td>
            <td className="num font-medium">{offer.items["output"] !== undefined || pieces(offer, t).length === 0 ? tokenPrice(offer, "output", t) : pieces(offer, t).join(", ")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Two decimals at least; the rest is filled invisibly so that decimal points stand under each other. */
function tokenPrice(offer: Offer, item: string, t: Translate) {
  const pico = offer.items[item];
  if (pico === undefined) return "—";
  if (pico === 0n) return t("prices.free");
  const text = formatPerMillion(pico);
  const missing = 3 - (text.split(".")[1]?.length ?? 0);
  return <>{text}{missing > 0 ? <span className="invisible max-md:hidden" aria-hidden="true">{"0".repeat(missing)}</span> : null}</>;
}

/** Prices of what is not counted in tokens: `$0.04 / image`. */
const pieces = (offer: Offer, t: Translate): string[] =>
  Object.entries(offer.items)
    .filter(([item, pico]) => !TOKEN_ITEMS.has(item) && pico > 0n)
    .map(([item, pico]) => {
      const amount = `$${formatPerPiece(pico)}`;
      if (item === "request") return t("prices.perRequest", { amount });
      if (item === "image" || item.startsWith("image:")) return t("prices.perImage", { amount });
      return t("prices.per", { amount, unit: item.replaceAll("_", " ") });
    });
