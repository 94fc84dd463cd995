import { getTranslations } from "next-intl/server";

/** The last word of the page: what a start costs. `credit` is what the shop gives to who signs up, in USD. */
export async function StartSection({ href, signedIn, credit }: { href: string; signedIn: boolean; credit: string }) {
  const t = await getTranslations("landing.start");
  const common = await getTranslations("common");
  if (signedIn) return null;
  const gift = !/^0(\.0*)?$/.test(credit);
  return (
    <section className="mt-20 flex flex-wrap items-center justify-between gap-6 border-t pt-8 md:mt-24" aria-labelledby="start-title">
      <div>
        <h2 id="start-title" className="text-20 font-semibold">{gift ? t("gift", { amount: `$${credit}` }) : t("title")}</h2>
        <p className="mt-1 text-fg-2">{gift ? t("giftText") : t("text")}</p>
      </div>
      <a href={href} className="btn btn-lg btn-primary">{common("getKey")}</a>
    </section>
  );
}
