import "server-only";
import type { Metadata } from "next";
import { shop } from "#app/shop.ts";
import { MARKDOWN_ENDING } from "#ui/storefront/markdown.ts";
import { routing } from "#ui/i18n/routing.ts";

type Page = Readonly<{
  locale: string;
  /** Address below the language, `""` for the start page. */
  path: string;
  title: string;
  description?: string;
  /** Query of the picture for previews; left out = the shop's. */
  picture?: string;
  index?: boolean;
  /** It has a twin in Markdown under its address. */
  markdown?: boolean;
}>;

/** Title, description, languages, canonical address and preview picture of a public page. */
export async function pageMetadata({ locale, path, title, description, picture, index = true, markdown = false }: Page): Promise<Metadata> {
  const { baseUrl, settings } = await shop();
  const base = await baseUrl();
  const { "shop.name": shopName } = await settings();
  const languages = Object.fromEntries([...routing.locales.map((each) => [each, `${base}/${each}${path}`] as const), ["x-default", `${base}${path === "" ? "/" : path}`]]);
  const image = { url: `${base}/api/og${picture === undefined ? "" : `?${picture}`}`, width: 1200, height: 630, alt: title };
  return {
    metadataBase: new URL(base),
    title,
    ...(description !== undefined && { description }),
    alternates: { canonical: `${base}/${locale}${path}`, languages, ...(markdown && { types: { "text/markdown": `${base}/${locale}${path}${MARKDOWN_ENDING}` } }) },
    openGraph: { type: "website", siteName: shopName, locale: locale === "zh" ? "zh_CN" : "en_US", title, ...(description !== undefined && { description }), url: `${base}/${locale}${path}`, images: [image] },
    twitter: { card: "summary_large_image" },
    ...(index ? {} : { robots: { index: false, follow: true } }),
  };
}
