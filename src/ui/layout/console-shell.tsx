import { BookOpen } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { Logo } from "#ui/kit/logo.tsx";
import { AccountMenu, type Viewer } from "#ui/layout/account-menu.client.tsx";
import { ConnectionBanner } from "#ui/layout/connection-banner.client.tsx";
import { ConsoleBottomBar } from "#ui/layout/mobile-nav.client.tsx";
import { ConsoleNav } from "#ui/layout/nav-list.client.tsx";
import { ConsoleShortcuts } from "#ui/layout/shortcuts.client.tsx";

type Props = {
  shopName: string;
  viewer: Viewer;
  /** The search box that opens the command palette. */
  search?: ReactNode;
  /** What can be spent, at the top of every page. */
  balance?: ReactNode;
  /** Lines under the top bar. */
  banner?: ReactNode;
  children: ReactNode;
};

/** Customers' frame: addresses left, top bar, and on a phone a bar under the thumb. */
export async function ConsoleShell({ shopName, viewer, search, balance, banner, children }: Props) {
  const t = await getTranslations("nav");
  const locale = await getLocale();
  const home = (
    <a href={`/${locale}`} className="flex min-w-0 items-center gap-2 font-semibold">
      <Logo />
      <span className="truncate">{shopName}</span>
    </a>
  );
  return (
    <div className="flex min-h-dvh">
      <aside className="sticky top-0 hidden h-dvh w-[220px] shrink-0 flex-col overflow-y-auto border-r p-3 md:flex">
        <div className="px-2 py-2">{home}</div>
        <div className="mt-3"><ConsoleNav /></div>
        <div className="mt-auto pt-6">
          <a href={`/${locale}/docs`} className="nav-item"><BookOpen size={16} strokeWidth={1.75} aria-hidden="true" />{t("docs")}</a>
        </div>
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-10 flex h-14 flex-none items-center gap-3 border-b bg-canvas px-4 md:px-8">
          <div className="min-w-0 md:hidden">{home}</div>
          {search ? <div className="min-w-0 flex-1 max-sm:ml-auto max-sm:flex-none max-sm:[&>.field]:w-9! max-sm:[&>.field]:justify-center max-sm:[&>.field>span]:sr-only">{search}</div> : null}
          <div className={`flex flex-none items-center gap-2 ${search ? "" : "ml-auto"}`}>
            {balance}
            <AccountMenu viewer={viewer} area="console" />
          </div>
        </header>
        <ConnectionBanner className="top-14" />
        {banner}
        <main id="main" tabIndex={-1} className="page-console min-w-0 flex-1 pt-6 pb-28 md:pt-8 md:pb-16">
          <div className="max-w-[1160px]">{children}</div>
        </main>
      </div>
      <ConsoleBottomBar shopName={shopName} />
      <ConsoleShortcuts />
    </div>
  );
}
