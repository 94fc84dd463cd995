import "server-only";
import { getTranslations } from "next-intl/server";
import { isLegalPage } from "#accounts/index.ts";
import { legalPage, textOf } from "#app/legal.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { mdPage } from "#ui/storefront/markdown.ts";

/** A legal page as the operator wrote it, with the version that holds; undefined while there is none. */
export async function legalMarkdown(locale: Locale, page: string): Promise<string | undefined> {
  if (!isLegalPage(page)) return undefined;
  const { current } = await legalPage(page);
  const written = current && textOf(current, locale);
  if (!current || !written) return undefined;
  const t = await getTranslations({ locale, namespace: "legal" });
  return mdPage([`# ${t(`${page}.title`)}`, t("inForce", { version: current.version, date: current.effectiveAt.toISOString().slice(0, 10) }), written.text]);
}
