import { ChevronRight, FileText, PanelLeft } from "lucide-react";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Breakable } from "#ui/storefront/docs/breakable.tsx";
import { MARKDOWN_ENDING } from "#ui/storefront/markdown.ts";

export type DocLink = Readonly<{ href: string; text: string; current: boolean }>;
export type DocGroup = Readonly<{ title: string; links: readonly DocLink[] }>;
type Props = {
  groups: readonly DocGroup[]; locale: string; title: string; description: string;
  /** Headings of the page; inner ones stand below the one before them. */
  contents: readonly Readonly<{ anchor: string; text: string; inner?: boolean }>[];
  previous?: DocLink | undefined; next?: DocLink | undefined; children: ReactNode;
};

/** Guides left, the page in the middle, its headings right; on a phone both fold away. */
export async function DocFrame({ groups, locale, title, description, contents, previous, next, children }: Props) {
  const t = await getTranslations("docs");
  // A page that says only why it is missing stands in no list and has no twin.
  const here = groups.flatMap(({ links }) => links).find(({ current }) => current);
  const list = (
    <div className="grid gap-6">
      {groups.map((group) => (
        <div key={group.title}>
          <p className="mb-1 px-2 text-12 text-fg-3">{group.title}</p>
          <ul>{group.links.map(({ href, text, current }) => <li key={href}><a href={href} aria-current={current ? "page" : undefined} className="nav-item h-auto! min-h-8 py-1.5 leading-5 max-lg:min-h-11 hover:text-fg">{text}</a></li>)}</ul>
        </div>
      ))}
    </div>
  );
  return (
    <div className="mx-auto grid max-w-[1200px] grid-cols-[minmax(0,1fr)] gap-x-12 px-4 sm:px-8 lg:grid-cols-[196px_minmax(0,1fr)] xl:grid-cols-[196px_minmax(0,1fr)_180px]">
      <nav className="pt-8 max-lg:hidden" aria-label={t("nav")}><div className="sticky top-20 -mx-2 max-h-[calc(100vh-96px)] overflow-y-auto pb-8">{list}</div></nav>
      <details className="mt-4 lg:hidden">
        <summary className="btn btn-secondary"><PanelLeft size={16} strokeWidth={1.75} aria-hidden="true" />{t("all")}</summary>
        <nav className="card mt-2 p-3" aria-label={t("nav")}>{list}</nav>
      </details>
      <main id="main" tabIndex={-1} className="min-w-0 pt-8">
        <nav className="flex items-center gap-1.5 text-13 text-fg-3" aria-label={t("title")}>
          <a href={`/${locale}/docs`} className="hover:text-fg">{t("title")}</a>
          <ChevronRight size={14} strokeWidth={1.75} aria-hidden="true" />
          <span className="truncate text-fg-2">{title}</span>
          {here ? <a href={`${here.href}${MARKDOWN_ENDING}`} className="ml-auto flex flex-none items-center gap-1.5 hover:text-fg"><FileText size={14} strokeWidth={1.75} aria-hidden="true" />{t("markdown")}</a> : null}
        </nav>
        <h1 className="mt-3 text-28 font-semibold tracking-[-0.01em]">{title}</h1>
        <p className="mt-2 max-w-[68ch] text-16 text-fg-2">{description}</p>
        {children}
        {previous ?? next ? (
          <nav className="mt-14 flex justify-between gap-4 border-t pt-5" aria-label={t("all")}>
            {previous ? <a href={previous.href} rel="prev" className="min-w-0 hover:text-accent-text"><span className="block text-12 text-fg-3">{t("previous")}</span><span className="block truncate font-medium">{previous.text}</span></a> : <span />}
            {next ? <a href={next.href} rel="next" className="min-w-0 text-right hover:text-accent-text"><span className="block text-12 text-fg-3">{t("next")}</span><span className="block truncate font-medium">{next.text}</span></a> : null}
          </nav>
        ) : null}
      </main>
      {contents.length > 1 ? (
        <nav className="pt-8 max-xl:hidden" aria-label={t("onPage")}>
          <div className="sticky top-20 max-h-[calc(100vh-96px)] overflow-y-auto pb-8">
            <p className="mb-2 text-12 text-fg-3">{t("onPage")}</p>
            <ul className="border-l">{contents.map(({ anchor, text, inner }) => <li key={anchor}><a href={`#${anchor}`} className={`block py-1 text-13 hover:text-fg [overflow-wrap:anywhere] ${inner ? "pl-6 text-fg-3" : "pl-3 text-fg-2"}`}><Breakable text={text} /></a></li>)}</ul>
          </div>
        </nav>
      ) : null}
    </div>
  );
}
