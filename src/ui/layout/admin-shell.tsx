import { ExternalLink } from "lucide-react";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import type { Permission } from "#accounts/permissions.ts";
import { Logo } from "#ui/kit/logo.tsx";
import { AccountMenu, type Viewer } from "#ui/layout/account-menu.client.tsx";
import { ConnectionBanner } from "#ui/layout/connection-banner.client.tsx";
import { AdminMenuButton } from "#ui/layout/mobile-nav.client.tsx";
import { AdminNav } from "#ui/layout/nav-list.client.tsx";
import { adminNavFor } from "#ui/layout/navigation.ts";
import { AdminShortcuts } from "#ui/layout/shortcuts.client.tsx";

type Props = {
  shopName: string;
  viewer: Viewer;
  permissions: ReadonlySet<Permission>;
  search?: ReactNode;
  /** In the top bar: what every page should say, such as whether payments are live. */
  status?: ReactNode;
  banner?: ReactNode;
  children: ReactNode;
};

/** The staff's frame: denser than the console, tables to the full width. */
export async function AdminShell({ shopName, viewer, permissions, search, status, banner, children }: Props) {
  const t = await getTranslations("nav");
  const locale = await getLocale();
  const groups = adminNavFor(permissions);
  return (
    <div className="flex min-h-dvh">
      <aside className="sticky top-0 hidden h-dvh w-[208px] shrink-0 flex-col overflow-y-auto border-r p-3 md:flex">
        <a href="/admin" className="mb-3 flex items-start gap-2.5 px-2">
          <span className="mt-1 flex-none"><Logo size={24} /></span>
          <span className="min-w-0"><span className="line-clamp-2 leading-5 font-semibold break-words" title={shopName}>{shopName}</span><span className="block text-12 leading-4 text-fg-3">{t("account.admin")}</span></span>
        </a>
        <AdminNav groups={groups} />
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-10 flex h-12 flex-none items-center gap-3 border-b bg-canvas px-4 md:px-6">
          <AdminMenuButton shopName={shopName} groups={groups} />
          <a href="/admin" className="inline-flex flex-none md:hidden" aria-label={shopName}><Logo size={24} /></a>
          {search}
          <div className="ml-auto flex flex-none items-center gap-2">
            {status}
            <a href={`/${locale}`} className="btn btn-ghost max-md:hidden"><ExternalLink size={16} strokeWidth={1.75} aria-hidden="true" />{t("storefront")}</a>
            <AccountMenu viewer={viewer} area="admin" />
          </div>
        </header>
        <ConnectionBanner className="top-12" />
        {banner}
        <main id="main" tabIndex={-1} className="page-admin min-w-0 flex-1 pt-5 pb-16">{children}</main>
      </div>
      <AdminShortcuts groups={groups} />
    </div>
  );
}
