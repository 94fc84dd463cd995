import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { guideText } from "#app/guide-text.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { shop } from "#app/shop.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { GUIDES, KINDS, works } from "#ui/storefront/docs/guides.ts";

type Props = { params: Promise<{ locale: Locale }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  const t = await getTranslations({ locale, namespace: "docs" });
  const shopName = (await (await shop()).settings())["shop.name"];
  return pageMetadata({ locale, path: "/docs", title: t("meta.title", { shop: shopName }), description: t("lead"), markdown: true });
}

/** All guides by what they are for. */
export default async function DocsPage({ params }: Props) {
  const { locale } = await params;
  const t = await getTranslations("docs");
  const offered = offeredFormats();
  const base = await (await shop()).baseUrl();
  const guides = await Promise.all(GUIDES.filter((guide) => works(guide, offered)).map(async (guide) => ({ ...guide, text: await guideText(locale, guide) })));
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <h1 className="pt-10 text-28 font-semibold tracking-[-0.01em]">{t("title")}</h1>
      <p className="mt-3 max-w-[60ch] text-16 text-fg-2">{t("lead")}</p>
      <p className="mt-5 flex flex-wrap items-center gap-x-3 gap-y-1"><span className="text-fg-3">{t("base")}</span><code className="rounded-control bg-muted px-2 py-1 text-13 [overflow-wrap:anywhere]">{base}/v1</code></p>
      {KINDS.map((kind) => (
        <section key={kind} className="mt-12" aria-labelledby={`kind-${kind}`}>
          <h2 id={`kind-${kind}`} className="text-20 font-semibold">{t(`kinds.${kind}`)}</h2>
          <ul className="mt-4 grid gap-x-8 sm:grid-cols-2 lg:grid-cols-3">
            {guides.filter((guide) => guide.kind === kind).map(({ slug, text }) => (
              <li key={slug} className="border-t">
                <a href={`/${locale}/docs/${slug}`} className="block py-3 hover:text-accent-text">
                  <span className="block font-medium">{text.title}</span>
                  <span className="mt-0.5 block text-13 text-fg-3">{text.description}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <section className="mt-12" aria-labelledby="kind-api">
        <h2 id="kind-api" className="text-20 font-semibold">{t("kinds.api")}</h2>
        <ul className="mt-4 grid gap-x-8 sm:grid-cols-2 lg:grid-cols-3">
          {(["api", "api/management"] as const).map((page) => (
            <li key={page} className="border-t">
              <a href={`/${locale}/docs/${page}`} className="block py-3 hover:text-accent-text">
                <span className="block font-medium">{t(page === "api" ? "api.title" : "management.title")}</span>
                <span className="mt-0.5 block text-13 text-fg-3">{t(page === "api" ? "api.short" : "management.short")}</span>
              </a>
            </li>
          ))}
        </ul>
      </section>
    </main>
  );
}
