import { getFormatter, getTranslations } from "next-intl/server";
import { ModelTable, type Quality } from "#ui/storefront/model-table.tsx";
import type { ShownModel } from "#ui/storefront/shown-model.ts";

type Props = { models: readonly ShownModel[]; total: number; locale: string; qualities: ReadonlyMap<string, Quality> };

/** A few models with today's prices, and the way to all of them. */
export async function PriceSection({ models, total, locale, qualities }: Props) {
  const t = await getTranslations("landing.prices");
  const format = await getFormatter();
  if (models.length === 0) return null;
  const since = new Date(Math.max(...models.map(({ priceSince }) => priceSince.getTime())));
  return (
    <section id="prices" className="mt-12 scroll-mt-16" aria-labelledby="prices-title">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 id="prices-title" className="text-20 font-semibold">{t("title")}</h2>
        <span className="text-13 text-fg-3">{t("since", { date: format.dateTime(since, { dateStyle: "medium" }) })}</span>
        <a href={`/${locale}/models`} className="link text-13 md:ml-auto">{t("all", { count: total })}</a>
      </div>
      <ModelTable models={models} locale={locale} qualities={qualities} />
    </section>
  );
}
