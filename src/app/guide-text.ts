import "server-only";
import type { GuideText } from "#ui/storefront/docs/blocks.ts";
import type { Guide } from "#ui/storefront/docs/guides.ts";
import type { Locale } from "#ui/i18n/routing.ts";

/** A guide's words. Loaded apart from the other messages: they are long, and no other page needs them. */
export async function guideText(locale: Locale, { file, slug }: Guide): Promise<GuideText> {
  const { default: texts } = (await import(`../ui/messages/${locale}/docs-${file}.json`)) as { default: Record<string, GuideText> };
  const text = texts[slug];
  if (!text) throw new Error(`docs-${file}.json says nothing of ${slug}`);
  return text;
}
