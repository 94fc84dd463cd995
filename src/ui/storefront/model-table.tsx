import { getTranslations } from "next-intl/server";
import { formatContext } from "#ui/storefront/numbers.ts";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { modelPath } from "#ui/storefront/addresses.ts";
import { CapabilityIcons } from "#ui/storefront/capability-icons.tsx";
import { CAPABILITIES, capabilitiesOf, type Capability } from "#ui/storefront/catalogue-query.ts";
import { pieceTexts, PriceText } from "#ui/storefront/price-text.tsx";
import type { ShownModel } from "#ui/storefront/shown-model.ts";

export type Quality = Readonly<{ firstToken: string | undefined; speed: string | undefined; uptime: string | undefined }>;

const MEASURED = ["firstToken", "speed", "uptime"] as const;
/** A column that most rows leave empty says less than none. */
const FILLED_SHARE = 0.5;
type Props = { models: readonly ShownModel[]; locale: string; qualities: ReadonlyMap<string, Quality>; icons?: boolean };

/** Models with their prices: a table on wide screens, a list of its own on a phone. */
export async function ModelTable({ models, locale, qualities, icons = false }: Props) {
  const t = await getTranslations("models");
  const labels = Object.fromEntries(CAPABILITIES.map((each) => [each, t(`can.${each}`)])) as Record<Capability, string>;
  const measured = MEASURED.filter((column) => models.filter(({ id }) => qualities.get(id)?.[column] !== undefined).length >= models.length * FILLED_SHARE);
  return (
    <>
      <table className="tbl tbl-flush tbl-hover mt-3 max-md:hidden">
        <caption className="sr-only">{t("caption")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("model")}</th>
            {(["context", "input", "cached", "output"] as const).map((column) => <th key={column} scope="col" className="num">{t(column)}</th>)}
            {measured.map((column) => <th key={column} scope="col" className="num max-lg:hidden">{t(column)}</th>)}
            {icons ? <th scope="col" className="num max-lg:hidden">{t("canDo")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.slug}>
              <td className="h-14! max-w-80">
                <a href={modelPath(locale, model)} className="flex items-center gap-3">
                  <VendorMark name={model.vendorName ?? model.name} />
                  <span className="min-w-0">
                    <span className="block truncate font-medium">{model.name}</span>
                    <span className="block truncate text-12 text-fg-3">{model.name === model.slug ? model.vendorName : <code>{model.slug}</code>}</span>
                  </span>
                </a>
              </td>
              <td className="num text-fg-2">{model.contextTokens ? formatContext(model.contextTokens) : null}</td>
              <PriceCells model={model} free={t("free")} asInput={t("asInput")} pieces={pieceTexts(model.prices, t)} />
              {measured.map((column) => <td key={column} className="num text-fg-2 max-lg:hidden">{qualities.get(model.id)?.[column] ?? <span className="text-12 text-fg-3">{t("unmeasured")}</span>}</td>)}
              {icons ? <td className="num max-lg:hidden"><CapabilityIcons can={capabilitiesOf(model)} labels={labels} /></td> : null}
            </tr>
          ))}
        </tbody>
      </table>
      <ModelList models={models} locale={locale} labels={icons ? labels : undefined} />
    </>
  );
}

/** Three columns of token prices; a model that costs something by the piece alone has that in words over all three. */
function PriceCells({ model: { prices }, free, asInput, pieces }: { model: ShownModel; free: string; asInput: string; pieces: readonly string[] }) {
  const named = prices["input"] !== undefined || prices["output"] !== undefined;
  const costs = (prices["input"] ?? 0n) > 0n || (prices["output"] ?? 0n) > 0n;
  if (!named || (!costs && pieces.length > 0)) return <td colSpan={3} className="num font-medium">{pieces.join(", ") || free}</td>;
  return (
    <>
      <td className="num font-medium"><PriceText item="input" price={prices["input"]} free={free} /></td>
      <td className="num"><PriceText item="cache_read" price={prices["cache_read"]} free={free} missing={prices["output"] === undefined ? "" : asInput} /></td>
      <td className="num font-medium"><PriceText item="output" price={prices["output"]} free={free} missing="" /></td>
    </>
  );
}

async function ModelList({ models, locale, labels }: { models: readonly ShownModel[]; locale: string; labels: Readonly<Record<Capability, string>> | undefined }) {
  const t = await getTranslations("models");
  return (
    <ul className="mt-3 md:hidden">
      {models.map((model) => (
        <li key={model.slug} className="border-t">
          <a href={modelPath(locale, model)} className="flex items-start gap-3 py-3">
            <VendorMark name={model.vendorName ?? model.name} />
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{model.name}</span>
              <span className="nums flex flex-wrap items-center gap-x-2 text-13 text-fg-3">
                {[model.vendorName, model.contextTokens && formatContext(model.contextTokens)].filter(Boolean).join(" · ")}
                {labels ? <CapabilityIcons compact can={capabilitiesOf(model)} labels={labels} /> : null}
              </span>
            </span>
            <span className="nums text-right text-13">
              {(["input", "output"] as const).map((item) => (model.prices[item] === undefined ? null : (
                <span key={item} className="block"><span className="text-fg-3">{t(item === "input" ? "in" : "out")}</span> <PriceText item={item} price={model.prices[item]} free={t("free")} aligned={false} /></span>
              )))}
              {pieceTexts(model.prices, t).slice(0, 2).map((text) => <span key={text} className="block">{text}</span>)}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
