import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { isSetupToken } from "#app/setup-token.ts";
import { SetupForm } from "#ui/account/setup-form.client.tsx";

type Props = { searchParams: Promise<{ token?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("setup.title"), robots: { index: false }, referrer: "no-referrer" };
}

/** First run only, and only with the link from the terminal; 404 for everybody else and for ever after. */
export default async function SetupPage({ searchParams }: Props) {
  const { token } = await searchParams;
  if (typeof token !== "string" || !(await isSetupToken(token))) notFound();
  const t = await getTranslations("account");
  return (
    <>
      <h1 className="text-28 font-semibold tracking-[-0.01em]">{t("setup.title")}</h1>
      <p className="mt-2 text-fg-2">{t("setup.lead")}</p>
      <SetupForm
        token={token}
        text={{
          email: t("setup.email"), password: t("setup.password"), hint: t("setup.hint"), submit: t("setup.submit"), busy: t("setup.busy"),
          weak: t("setup.weak"), taken: t("setup.taken"), invalid: t("setup.invalid"), gone: t("setup.gone"), failed: t("setup.failed"),
        }}
      />
    </>
  );
}
