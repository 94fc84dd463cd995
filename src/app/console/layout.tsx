import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { walletOfUser } from "#reports/index.ts";
import { requireUser } from "#app/guard.ts";
import { shopBrand } from "#app/brand.ts";
import { shop } from "#app/shop.ts";
import { AppProviders } from "#ui/layout/app-providers.client.tsx";
import { BalanceLink } from "#ui/layout/balance-link.client.tsx";
import { ConsolePalette } from "#ui/layout/console-palette.client.tsx";
import { ConsoleShell } from "#ui/layout/console-shell.tsx";
import { RestrictedBanner } from "#ui/layout/restricted-banner.client.tsx";
import { Document } from "#ui/layout/document.tsx";

export const dynamic = "force-dynamic";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const user = await requireUser();
  const [locale, t, { settings, pool }] = await Promise.all([getLocale(), getTranslations("common"), shop()]);
  const [{ "shop.name": shopName }, wallet] = await Promise.all([settings(), walletOfUser(pool, user.id)]);
  const money = wallet && { balanceNano: wallet.balanceNano, heldNano: wallet.heldNano, status: wallet.status };
  return (
    <Document locale={locale} skip={t("skip")} messages="console" brand={await shopBrand()}>
      <AppProviders>
        <ConsoleShell shopName={shopName} viewer={{ email: user.email, name: user.name, role: user.role }} balance={money ? <BalanceLink initial={money} /> : null} banner={money ? <RestrictedBanner initial={money} /> : null} search={<ConsolePalette />}>
          {children}
        </ConsoleShell>
      </AppProviders>
    </Document>
  );
}
