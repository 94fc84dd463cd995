import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { docGroups, guideContext, liveFacts } from "#app/docs-context.ts";
import { guideText } from "#app/guide-text.ts";
import { offeredFormats } from "#app/offered-formats.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { shop } from "#app/shop.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { Blocks } from "#ui/storefront/docs/block-list.tsx";
import { anchorOf, fill } from "#ui/storefront/docs/blocks.ts";
import { DocFrame } from "#ui/storefront/docs/doc-frame.tsx";
import { GUIDES, works, type Guide } from "#ui/storefront/docs/guides.ts";

type Props = { params: Promise<{ locale: Locale; slug: string[] }> };

async function guideOf(params: Props["params"]): Promise<Guide> {
  const { slug } = await params;
  return GUIDES.find((guide) => guide.slug === slug.join("/")) ?? notFound();
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [{ locale }, guide] = [await params, await guideOf(params)];
  const { title, description } = await guideText(locale, guide);
  const shopName = (await (await shop()).settings())["shop.name"];
  return pageMetadata({ locale, path: `/docs/${guide.slug}`, title: `${title}: ${shopName}`, description, index: works(guide, offeredFormats()), markdown: works(guide, offeredFormats()) });
}

/** One guide. A client that this shop cannot serve yet gets a plain word instead of settings that would fail. */
export default async function GuidePage({ params }: Props) {
  const [{ locale }, guide] = [await params, await guideOf(params)];
  const [text, context, live, groups, t, common] = await Promise.all([guideText(locale, guide), guideContext(), liveFacts(locale), docGroups(locale, guide.slug), getTranslations("docs"), getTranslations("common")]);
  const usable = works(guide, live.offered);
  const links = groups.flatMap((group) => group.links);
  const at = links.findIndex(({ current }) => current);
  const contents = usable ? text.blocks.flatMap((block, i) => ("h" in block ? [{ anchor: anchorOf(i), text: fill(block.h, context) }] : [])) : [];
  return (
    <DocFrame groups={groups} locale={locale} title={text.title} description={text.description} contents={contents} previous={at > 0 ? links[at - 1] : undefined} next={at < 0 ? undefined : links[at + 1]}>
      {usable ? <Blocks blocks={text.blocks} context={context} locale={locale} words={{ copy: common("copy"), copied: common("copied") }} live={live} /> : (
        <section className="card mt-6 max-w-[68ch] p-6">
          <h2 className="font-medium">{t("notYet.title")}</h2>
          <p className="mt-2 text-fg-2">{t("notYet.text", { name: text.title, formats: guide.needs?.join(", ") ?? "" })}</p>
          <a href={`/${locale}/docs`} className="btn btn-secondary mt-5">{t("all")}</a>
        </section>
      )}
    </DocFrame>
  );
}
