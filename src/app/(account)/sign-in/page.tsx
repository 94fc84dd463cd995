import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { currentUser } from "#app/session.ts";
import { SignInForm } from "#ui/account/sign-in-form.client.tsx";
import { safeNext } from "#ui/account/safe-next.ts";

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("signIn.title"), robots: { index: false } };
}

export default async function SignInPage({ searchParams }: Props) {
  const next = safeNext((await searchParams).next);
  if (await currentUser()) redirect(next);
  const t = await getTranslations("account");
  return (
    <>
      <h1 className="text-28 font-semibold tracking-[-0.01em]">{t("signIn.title")}</h1>
      <p className="mt-2 text-fg-2">{t("signIn.lead")}</p>
      <SignInForm
        next={next}
        text={{ email: t("signIn.email"), password: t("signIn.password"), submit: t("signIn.submit"), busy: t("signIn.busy"), wrong: t("signIn.wrong"), wait: t.raw("signIn.wait"), failed: t("signIn.failed") }}
      />
    </>
  );
}
