import type { Metadata } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { isLegalPage, type LegalPage, type LegalVersion } from "#accounts/index.ts";
import { legalPage, textOf } from "#app/legal.ts";
import { pageMetadata } from "#app/page-metadata.ts";
import { shop } from "#app/shop.ts";
import type { Locale } from "#ui/i18n/routing.ts";
import { Prose } from "#ui/storefront/prose.tsx";

type Props = { params: Promise<{ locale: Locale; page: string }>; searchParams: Promise<{ version?: string | string[] }> };

/** The page, and the version of it that is asked for: without a number the one that holds. */
async function versionOf({ params, searchParams }: Props) {
  const [{ locale, page }, { version: asked }] = [await params, await searchParams];
  if (!isLegalPage(page)) notFound();
  const known = await legalPage(page);
  const shown = asked === undefined ? known.current : known.versions.find(({ version, texts }) => String(version) === asked && texts !== null);
  if (asked !== undefined && !shown) notFound();
  return { locale, page, ...known, shown, asked: asked !== undefined };
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { locale, page, current, shown, asked } = await versionOf(props);
  const t = await getTranslations({ locale, namespace: "legal" });
  const shopName = (await (await shop()).settings())["shop.name"];
  // Search engines list the version that holds.
  return pageMetadata({ locale, path: `/legal/${page}`, title: `${t(`${page}.title`)}: ${shopName}`, index: shown !== undefined && !asked, markdown: current !== undefined });
}

/** The operator's own words, version by version. While he has written none, that is said, and search engines are kept out. */
export default async function LegalPageView(props: Props) {
  const { locale, page, versions, current, next, shown } = await versionOf(props);
  const t = await getTranslations("legal");
  const written = shown && textOf(shown, locale);
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 sm:px-8">
      <div className="max-w-[68ch] pt-10">
        <h1 className="text-28 font-semibold tracking-[-0.01em]">{t(`${page}.title`)}</h1>
        {shown && written ? (
          <>
            <Standing shown={shown} current={current} next={next} page={page} locale={locale} />
            {written.lang === locale ? null : <p className="mt-3 text-13 text-fg-3">{t("otherLanguage")}</p>}
            <div lang={written.lang} className="mt-2"><Prose text={written.text} /></div>
          </>
        ) : (
          <section className="card mt-6 p-6">
            <h2 className="font-medium">{t("unset.title")}</h2>
            <p className="mt-2 text-fg-2">{t(`${page}.unset`)}</p>
            <p className="mt-4 border-t pt-4 text-13 text-fg-3">{t("unset.operator")} <a className="link" href="/admin/settings/legal">{t("unset.go")}</a></p>
          </section>
        )}
        <Versions versions={versions.filter(({ texts }) => texts !== null)} current={current} shown={shown} page={page} locale={locale} />
      </div>
    </main>
  );
}

type Shown = { shown: LegalVersion; current: LegalVersion | undefined; next: LegalVersion | undefined; page: LegalPage; locale: string };

/** Which version this is, since or from when it holds, and where the one that holds is to be found. */
async function Standing({ shown, current, next, page, locale }: Shown) {
  const t = await getTranslations("legal");
  const format = await getFormatter();
  const values = (version: LegalVersion) => ({ version: version.version, date: format.dateTime(version.effectiveAt, { dateStyle: "long", timeZone: "UTC" }) });
  const to = (version: LegalVersion, text: string) => <a className="link underline decoration-border underline-offset-2" href={`/${locale}/legal/${page}${version === current ? "" : `?version=${version.version}`}`}>{text}</a>;
  if (shown === current) {
    return (
      <>
        <p className="mt-3 text-13 text-fg-3">{t("inForce", values(shown))}</p>
        {next ? <p className="mt-4 rounded-control bg-info-soft px-4 py-3 text-info">{t("comes", values(next))} {to(next, t("read"))}</p> : null}
      </>
    );
  }
  const ahead = shown === next;
  return (
    <p className={`mt-4 rounded-control px-4 py-3 ${ahead ? "bg-info-soft text-info" : "bg-warn-soft text-warn"}`}>
      {t(ahead ? "ahead" : "older", values(shown))} {current ? to(current, t("readCurrent", { version: current.version })) : null}
    </p>
  );
}

/** Every text that ever held, so that anybody can read what he once agreed to. */
async function Versions({ versions, current, shown, page, locale }: { versions: readonly LegalVersion[]; current: LegalVersion | undefined; shown: LegalVersion | undefined; page: LegalPage; locale: string }) {
  const t = await getTranslations("legal");
  const format = await getFormatter();
  if (versions.length < 2) return null;
  return (
    <section className="mt-14 print:hidden" aria-labelledby="versions">
      <h2 id="versions" className="text-16 font-semibold">{t("versions")}</h2>
      <ul className="mt-3 border-b">
        {versions.map((version) => (
          <li key={version.version} className="nums flex min-h-11 flex-wrap items-center gap-x-6 border-t py-2">
            {version === shown ? <span className="w-28 font-medium" aria-current="page">{t("version", { version: version.version })}</span>
              : <a className="link w-28" href={`/${locale}/legal/${page}${version === current ? "" : `?version=${version.version}`}`}>{t("version", { version: version.version })}</a>}
            <span className="text-fg-2">{t("from", { date: format.dateTime(version.effectiveAt, { dateStyle: "medium", timeZone: "UTC" }) })}</span>
            {version === current ? <span className="badge badge-ok ml-auto">{t("now")}</span> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
