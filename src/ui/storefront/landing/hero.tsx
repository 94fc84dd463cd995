import { ArrowRight } from "lucide-react";
import { getTranslations } from "next-intl/server";
import type { Sample } from "#ui/storefront/code-card.tsx";
import { CodeTabs } from "#ui/storefront/code-card.tsx";
import { modelPath } from "#ui/storefront/addresses.ts";
import { formatPerMillion } from "#ui/storefront/numbers.ts";
import type { ShownModel } from "#ui/storefront/shown-model.ts";

export type Fact = Readonly<{ value: string; text: string }>;
type Props = {
  count: number;
  /** Calls of a model that is on sale; empty while there is none. */
  samples: readonly Sample[];
  /** The model that the samples call. */
  model: ShownModel | undefined;
  locale: string;
  facts: readonly Fact[];
  pricesHref: string;
  startHref: string;
  /** The operator's own headline and first paragraph, each in the language it is written in. */
  title: OwnWords | undefined;
  lead: OwnWords | undefined;
};
type OwnWords = Readonly<{ text: string; lang: string }>;

/** What is sold, and the code that buys it, with this shop's own address and a model that is on sale now. */
export async function Hero({ count, samples, model, locale, facts, pricesHref, startHref, title, lead }: Props) {
  const t = await getTranslations("landing");
  const common = await getTranslations("common");
  return (
    <section className="grid items-center gap-x-16 gap-y-10 pt-10 lg:grid-cols-[minmax(0,1fr)_minmax(0,560px)] lg:pt-20">
      <div className="min-w-0">
        {title ? <h1 lang={title.lang} className="text-28 font-semibold tracking-[-0.02em] text-balance break-words sm:text-40">{title.text}</h1> : (
          <h1 className="text-28 font-semibold tracking-[-0.02em] sm:text-40">
            <span className="block">{count > 0 ? t("hero.title", { count }) : t("hero.titleEmpty")} </span>
            <span className="block">{t("hero.title2")}</span>
          </h1>
        )}
        <p lang={lead?.lang} className="mt-5 max-w-[46ch] text-16 break-words whitespace-pre-line text-fg-2">{lead?.text ?? t("hero.lead")}</p>
        <div className="mt-7 flex flex-wrap gap-3">
          <a href={startHref} className="btn btn-lg btn-primary max-sm:flex-1">{common("getKey")}</a>
          <a href={pricesHref} className="btn btn-lg btn-secondary max-sm:flex-1">{t("hero.prices")}</a>
        </div>
        {facts.length > 0 ? (
          <dl className="nums mt-10 grid grid-cols-3 gap-6 border-t pt-5">
            {facts.map(({ value, text }) => (
              <div key={text} className="flex flex-col-reverse justify-end">
                <dt className="mt-0.5 text-13 text-balance text-fg-3">{text}</dt>
                <dd className="text-20 font-semibold">{value}</dd>
              </div>
            ))}
          </dl>
        ) : null}
      </div>
      {samples.length > 0
        ? (
          <div className="min-w-0">
            <CodeTabs name="hero" raised label={t("hero.snippets")} samples={samples} words={{ copy: common("copy"), copied: common("copied") }} />
            {model ? <CalledModel model={model} locale={locale} /> : null}
          </div>
        )
        : <Opening />}
    </section>
  );
}

/** What the model in the code costs now: the figures that the next call is charged by. */
async function CalledModel({ model, locale }: { model: ShownModel; locale: string }) {
  const t = await getTranslations("landing.hero");
  const prices = (["input", "cache_read", "output"] as const).flatMap((item) => (model.prices[item] === undefined ? [] : [{ item, price: model.prices[item] }]));
  if (prices.length === 0) return null;
  return (
    <a href={modelPath(locale, model)} className="group mt-3 flex flex-wrap items-baseline gap-x-5 gap-y-1 px-1 text-13 text-fg-3">
      <code className="min-w-0 text-fg-2 [overflow-wrap:anywhere] group-hover:text-fg">{model.slug}</code>
      {prices.map(({ item, price }) => <span key={item} className="nums whitespace-nowrap">{t(`called.${item}`)} <span className="font-medium text-fg">${formatPerMillion(price)}</span></span>)}
      <span className="ml-auto flex items-center gap-1 whitespace-nowrap group-hover:text-fg max-sm:ml-0">{t("called.unit")}<ArrowRight size={14} strokeWidth={1.75} aria-hidden="true" /></span>
    </a>
  );
}

/** A shop with nothing on its shelves makes no model up: it says what its operator has to do. */
async function Opening() {
  const t = await getTranslations("landing.opening");
  return (
    <section className="card p-6" aria-labelledby="opening">
      <h2 id="opening" className="text-20 font-semibold">{t("title")}</h2>
      <p className="mt-2 max-w-[52ch] text-fg-2">{t("text")}</p>
      <h3 className="mt-6 border-t pt-5 font-medium">{t("operator")}</h3>
      <ol className="mt-3 grid gap-2 text-fg-2">
        {(["channel", "model", "price"] as const).map((step, i) => (
          <li key={step} className="flex gap-3"><span className="nums w-4 flex-none text-fg-3">{i + 1}</span>{t(`steps.${step}`)}</li>
        ))}
      </ol>
      <a href="/admin/channels" className="btn btn-secondary mt-6">{t("go")}</a>
    </section>
  );
}
