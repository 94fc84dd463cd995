import { hasLocale } from "next-intl";
import { getTranslations, setRequestLocale } from "next-intl/server";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { publicOffers } from "#app/catalogue.ts";
import { currentUser } from "#app/session.ts";
import { LEGAL_PAGES } from "#accounts/index.ts";
import { shopBrand } from "#app/brand.ts";
import { publicIncidents } from "#app/incidents.ts";
import { legalPages } from "#app/legal.ts";
import { overallWord, shopStatus, wordWith } from "#app/shop-status.ts";
import { shop } from "#app/shop.ts";
import { walletOfUser } from "#reports/index.ts";
import { formatBalance } from "#ui/storefront/numbers.ts";
import { StorefrontDocument } from "#ui/layout/storefront-document.tsx";
import { StorefrontFooter } from "#ui/layout/storefront-footer.tsx";
import { StorefrontHeader } from "#ui/layout/storefront-header.tsx";
import { routing } from "#ui/i18n/routing.ts";

type Props = { children: ReactNode; params: Promise<{ locale: string }> };

/** Rendered per request: the nonce of the content security policy is of one answer only. */
export const dynamic = "force-dynamic";

export default async function StorefrontLayout({ children, params }: Props) {
  const { locale } = await params;
  if (!hasLocale(routing.locales, locale)) notFound();
  setRequestLocale(locale);
  const t = await getTranslations("common");
  const path = (await headers()).get("x-mm-path") ?? `/${locale}`;
  const { settings, pool } = await shop();
  const [{ "shop.name": shopName, "shop.sign_up": signUp }, user, offers, status] = await Promise.all([settings(), currentUser(), publicOffers(), shopStatus()]);
  const [inForce, { open }] = await Promise.all([legalPages(), publicIncidents()]);
  const wallet = user && (await walletOfUser(pool, user.id));
  return (
    <StorefrontDocument locale={locale} skip={t("skip")} brand={await shopBrand()}>
      <StorefrontHeader locale={locale} path={path} shopName={shopName} signedIn={user !== undefined} signUpOpen={signUp !== "closed"} balance={wallet && formatBalance(wallet.balanceNano - wallet.heldNano)} />
      {/* A short page takes the whole window: its footer stands at the bottom. */}
      <div className="min-w-0 flex-1">{children}</div>
      <StorefrontFooter legal={LEGAL_PAGES.filter((page) => inForce.has(page))} locale={locale} shopName={shopName} status={status && offers.length > 0 ? wordWith(overallWord(status, offers.map(({ id }) => id)), open) : undefined} />
    </StorefrontDocument>
  );
}
