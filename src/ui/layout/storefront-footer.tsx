import type { LegalPage } from "#accounts/index.ts";
import { Rss } from "lucide-react";
import { getTranslations } from "next-intl/server";
import type { StatusWord } from "#ui/storefront/status-words.ts";
import { STATUS_TEXT } from "#ui/storefront/status-words.ts";


type Props = {
  locale: string; shopName: string; status: StatusWord | undefined;
  /** The papers that the operator has written; a link to an empty page helps nobody. */
  legal: readonly LegalPage[];
};

/** Quiet on purpose: how the shop is doing, its papers, its feed, and what it runs on. */
export async function StorefrontFooter({ locale, shopName, status, legal }: Props) {
  const t = await getTranslations("common");
  const s = await getTranslations("landing.shell");
  return (
    <footer className="mt-20 border-t md:mt-28 print:hidden">
      <div className="mx-auto flex max-w-[1200px] flex-wrap items-center gap-x-6 gap-y-1 px-4 py-6 text-13 text-fg-2 sm:px-8">
        {status === undefined ? null : (
          <a href={`/${locale}/status`} className="flex h-8 items-center gap-2 hover:text-fg">
            <i className={`dot ${STATUS_TEXT[status]}`} aria-hidden="true" />
            {s(`state.${status}`)}
          </a>
        )}
        {legal.map((page) => <a key={page} href={`/${locale}/legal/${page}`} className="flex h-8 items-center hover:text-fg">{s(page)}</a>)}
        <a href={`/${locale}/prices.xml`} className="flex h-8 items-center gap-1.5 hover:text-fg">
          <Rss size={14} strokeWidth={1.75} aria-hidden="true" />
          {s("feed")}
        </a>
        <span className="flex h-8 items-center text-fg-3 max-md:w-full md:ml-auto">{shopName} · {t("poweredBy")}</span>
      </div>
    </footer>
  );
}
