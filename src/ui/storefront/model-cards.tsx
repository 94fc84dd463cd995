import { getTranslations } from "next-intl/server";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { modelPath } from "#ui/storefront/addresses.ts";
import { CapabilityIcons } from "#ui/storefront/capability-icons.tsx";
import { CAPABILITIES, capabilitiesOf, type Capability } from "#ui/storefront/catalogue-query.ts";
import { formatContext } from "#ui/storefront/numbers.ts";
import { pieceTexts, PriceText } from "#ui/storefront/price-text.tsx";
import type { ShownModel } from "#ui/storefront/shown-model.ts";

/** The same models as a grid of cards, for who looks rather than compares. */
export async function ModelCards({ models, locale }: { models: readonly ShownModel[]; locale: string }) {
  const t = await getTranslations("models");
  const labels = Object.fromEntries(CAPABILITIES.map((each) => [each, t(`can.${each}`)])) as Record<Capability, string>;
  return (
    <ul className="mt-4 grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
      {models.map((model) => (
        <li key={model.slug} className="card relative flex flex-col p-5 hover:border-control">
          <div className="flex items-start gap-3">
            <VendorMark name={model.vendorName ?? model.name} />
            <div className="min-w-0">
              <h2 className="truncate font-medium"><a href={modelPath(locale, model)} className="static after:absolute after:inset-0">{model.name}</a></h2>
              <p className="truncate text-13 text-fg-3">{[model.vendorName, model.contextTokens && formatContext(model.contextTokens)].filter(Boolean).join(" · ")}</p>
            </div>
          </div>
          <dl className="nums mt-4 grid grid-cols-3 gap-3 text-13">
            {(["input", "cache_read", "output"] as const).map((item) => (model.prices[item] === undefined && (item !== "cache_read" || model.prices["output"] === undefined) ? null : (
              <div key={item}>
                <dt className="text-12 text-fg-3">{t(item === "cache_read" ? "cached" : item)}</dt>
                <dd className="font-medium"><PriceText item={item} price={model.prices[item]} free={t("free")} aligned={false} missing={t("asInput")} /></dd>
              </div>
            )))}
          </dl>
          {pieceTexts(model.prices, t).slice(0, 3).map((text) => <p key={text} className="nums mt-1 text-13 font-medium">{text}</p>)}
          <p className="mt-auto pt-4"><CapabilityIcons compact can={capabilitiesOf(model)} labels={labels} /></p>
        </li>
      ))}
    </ul>
  );
}
