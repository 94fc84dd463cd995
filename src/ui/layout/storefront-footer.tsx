import { getTranslations } from "next-intl/server";

/** Quiet on purpose: whose shop this is, and what it runs on. */
export async function StorefrontFooter({ shopName }: { shopName: string }) {
  const t = await getTranslations("common");
  return (
    <footer className="mt-16 border-t md:mt-24">
      <div className="mx-auto flex max-w-[1200px] flex-wrap items-center gap-x-6 gap-y-3 px-4 py-8 text-13 text-fg-3 sm:px-8">
        <span className="text-fg-2">{shopName}</span>
        <a href="/sign-in" className="hover:text-fg">{t("signIn")}</a>
        <a href="/console" className="hover:text-fg">{t("console")}</a>
        <span className="w-full md:ml-auto md:w-auto">{t("poweredBy")}</span>
      </div>
    </footer>
  );
}
