import { Minus, Plus } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";
import { wordsOf } from "#ui/format/words.ts";
import { CAPABILITIES, capabilitiesOf } from "#ui/storefront/catalogue-query.ts";
import { CodeTabs, type Sample } from "#ui/storefront/code-card.tsx";
import type { ApiFormat } from "#ui/storefront/formats.ts";
import { JsonLd } from "#ui/storefront/json-ld.tsx";
import type { GuideLink } from "#ui/storefront/landing/works-section.tsx";
import { ModelTable, type Quality } from "#ui/storefront/model-table.tsx";
import type { ShownModel } from "#ui/storefront/shown-model.ts";

export async function ModelCode({ samples, guides }: { samples: readonly Sample[]; guides: readonly GuideLink[] }) {
  const t = await getTranslations("model.code");
  const common = await getTranslations("common");
  return (
    <section className="min-w-0" aria-labelledby="code">
      <h2 id="code" className="text-20 font-semibold">{t("title")}</h2>
      <p className="mt-1 text-fg-2">{samples.length > 0 ? t("lead") : t("none")}</p>
      {samples.length > 0 ? <div className="mt-4"><CodeTabs name="code-tab" label={t("title")} samples={samples} words={{ copy: common("copy"), copied: common("copied") }} /></div> : null}
      {guides.length === 0 ? null : <p className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-13 text-fg-3">
        <span>{t("guides")}:</span>
        {guides.map(({ href, name }) => <a key={href} href={href} className="link">{name}</a>)}
      </p>}
    </section>
  );
}

type Described = ShownModel & Readonly<{ facts: Readonly<{ open: boolean | undefined }> }>;

/** What is known beside the price; a row without an answer is left out. */
export async function ModelFacts({ offer, formats }: { offer: Described; formats: readonly ApiFormat[] }) {
  const t = await getTranslations("model.facts");
  const models = await getTranslations("models");
  const { comma } = wordsOf(await getLocale());
  const kinds = t.raw("kinds") as Readonly<Record<string, string>>;
  const list = (names: readonly string[]): string => names.map((name) => kinds[name] ?? name).join(comma);
  const can = capabilitiesOf(offer);
  const rows = [
    [t("inputs"), list(offer.facts.input)],
    [t("outputs"), list(offer.facts.output)],
    [t("can"), CAPABILITIES.filter((each) => can.has(each)).map((each) => models(`can.${each}`)).join(comma)],
    [t("formats"), formats.join(comma)],
    [t("aliases"), offer.aliases.join(comma)],
    [t("open"), offer.facts.open === true ? t("openYes") : ""],
  ].filter(([, value]) => value !== "");
  if (rows.length === 0) return null;
  return (
    <section className="px-5 max-lg:px-0" aria-labelledby="facts">
      <h2 id="facts" className="text-16 font-semibold">{t("title")}</h2>
      <dl className="mt-3">
        {rows.map(([name, value]) => (
          <div key={name} className="grid grid-cols-[112px_minmax(0,1fr)] gap-4 border-t py-2.5 text-13">
            <dt className="text-fg-3">{name}</dt>
            <dd className="break-keep [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export async function RelatedModels({ models, locale, qualities }: { models: readonly ShownModel[]; locale: string; qualities: ReadonlyMap<string, Quality> }) {
  const t = await getTranslations("model.related");
  if (models.length === 0) return null;
  return (
    <section className="mt-16" aria-labelledby="related">
      <h2 id="related" className="text-20 font-semibold">{t("title")}</h2>
      <ModelTable models={models} locale={locale} qualities={qualities} />
    </section>
  );
}

const QUESTIONS = ["cost", "failed", "name"] as const;

export async function ModelFaq({ offer, prices }: { offer: ShownModel; prices: string }) {
  const t = await getTranslations("model.faq");
  const values = { model: offer.name, prices, id: offer.slug };
  const items = QUESTIONS.map((name) => ({ question: t(`items.${name}.question`, values), answer: t(`items.${name}.answer`, values) }));
  return (
    <section className="mt-16 max-w-[68ch]" aria-labelledby="faq">
      <h2 id="faq" className="text-20 font-semibold">{t("title")}</h2>
      <div className="mt-3 border-b">
        {items.map(({ question, answer }) => (
          <details key={question} className="border-t">
            <summary className="flex min-h-12 cursor-pointer items-center justify-between gap-4 py-2 font-medium [overflow-wrap:anywhere]">{question}<Plus className="flex-none text-fg-3 [details[open]>summary>&]:hidden" size={16} strokeWidth={1.75} aria-hidden="true" /><Minus className="hidden flex-none text-fg-3 [details[open]>summary>&]:block" size={16} strokeWidth={1.75} aria-hidden="true" /></summary>
            <p className="pb-4 text-fg-2 [overflow-wrap:anywhere]">{answer}</p>
          </details>
        ))}
      </div>
      <JsonLd data={{ "@context": "https://schema.org", "@type": "FAQPage", mainEntity: items.map(({ question, answer }) => ({ "@type": "Question", name: question, acceptedAnswer: { "@type": "Answer", text: answer } })) }} />
    </section>
  );
}
