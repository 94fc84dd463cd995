import { getLocale, getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import { SignOutButton } from "#ui/account/sign-out-button.client.tsx";
import { Logo } from "#ui/kit/logo.tsx";
import { ThemeToggle } from "#ui/kit/theme-toggle.client.tsx";
import { Document } from "#ui/layout/document.tsx";

export const dynamic = "force-dynamic";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  if (!user) redirect("/sign-in?next=/console");
  const locale = await getLocale();
  const t = await getTranslations("common");
  const { settings } = await shop();
  return (
    <Document locale={locale} skip={t("skip")}>
      <header className="sticky top-0 z-10 border-b bg-canvas">
        <div className="mx-auto flex h-14 max-w-[1200px] items-center gap-2 px-4 sm:px-8">
          <a href={`/${locale}`} className="flex min-w-0 items-center gap-2 text-16 font-semibold">
            <Logo />
            <span className="truncate">{(await settings())["shop.name"]}</span>
          </a>
          <span className="ml-auto truncate text-13 text-fg-3 max-sm:hidden">{user.email}</span>
          <ThemeToggle label={t("theme")} />
          <SignOutButton label={t("signOut")} to={`/${locale}`} />
        </div>
      </header>
      {children}
    </Document>
  );
}
