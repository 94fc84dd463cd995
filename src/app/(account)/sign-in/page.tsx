import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { currentUser } from "#app/session.ts";
import { serverCaller } from "#app/trpc.ts";
import { AccountHeading } from "#ui/account/account-form.client.tsx";
import { Column } from "#ui/account/column.tsx";
import { safeNext } from "#ui/account/safe-next.ts";
import { SignInForm } from "#ui/account/sign-in-form.client.tsx";

type Props = { searchParams: Promise<{ next?: string | string[]; notice?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("signIn.title"), robots: { index: false } };
}

export default async function SignInPage({ searchParams }: Props) {
  const { next: wanted, notice } = await searchParams;
  const next = safeNext(wanted);
  if (await currentUser()) redirect(next);
  const t = await getTranslations("account");
  const terms = await (await serverCaller()).public.account.terms();
  const signUp = typeof wanted === "string" ? `/sign-up?next=${encodeURIComponent(next)}` : "/sign-up";
  return (
    <Column>
      <AccountHeading title={t("signIn.title")}>
        {terms.signUp === "closed" ? null : <>{t("signIn.new")} <Link href={signUp} className="link">{t("signIn.make")}</Link></>}
      </AccountHeading>
      <SignInForm next={next} notice={notice === "verified" || notice === "reset" ? notice : undefined} verifyEmail={terms.verifyEmail} />
    </Column>
  );
}
