import { getLocale, getTranslations } from "next-intl/server";
import { isStaff } from "#accounts/index.ts";
import { currentAddress } from "#app/guard.ts";
import { currentUser } from "#app/session.ts";
import { StorefrontDocument } from "#ui/layout/storefront-document.tsx";

export const dynamic = "force-dynamic";

/** Plain words and a way back: to the list that the address stands under, for staff in the back office; else home. */
export default async function GlobalNotFound() {
  const t = await getTranslations("common");
  const locale = await getLocale();
  const list = await listAbove();
  return (
    <StorefrontDocument locale={locale} skip={t("skip")}>
      <main id="main" tabIndex={-1} className="mx-auto max-w-[1200px] px-4 py-24 sm:px-8">
        <title>{t("notFound.title")}</title>
        <h1 className="text-28 font-semibold tracking-[-0.01em]">{t("notFound.title")}</h1>
        <p className="mt-3 text-16 text-fg-2">{t("notFound.text")}</p>
        <a href={list ?? `/${locale}`} className="btn btn-lg btn-secondary mt-7">{t(list ? "notFound.list" : "notFound.home")}</a>
      </main>
    </StorefrontDocument>
  );
}

/** `/admin/orders` for `/admin/orders/…`; nothing for whoever is no staff, or far from any list. */
async function listAbove(): Promise<string | undefined> {
  const list = /^(\/admin\/[a-z]+)\/./.exec((await currentAddress()) ?? "")?.[1];
  if (list === undefined) return undefined;
  const user = await currentUser();
  return user && isStaff(user.role) ? list : undefined;
}
