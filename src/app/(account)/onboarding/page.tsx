import type { Metadata } from "next";
import Link from "next/link";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { shopAddress } from "#app/console/shop-address.ts";
import { requireUser } from "#app/guard.ts";
import { AccountHeading } from "#ui/account/account-form.client.tsx";
import { Onboarding } from "#ui/account/onboarding.client.tsx";
import { TrpcProvider } from "#ui/trpc/client.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("onboarding.title"), robots: { index: false } };
}

export default async function OnboardingPage() {
  const user = await requireUser();
  const [t, { common, kit, account, settings, connect, wallet }, address] = await Promise.all([getTranslations("account"), getMessages(), shopAddress()]);
  return (
    <NextIntlClientProvider messages={{ common, kit, account, settings, connect, wallet }}>
      <TrpcProvider>
        <div className="mx-auto w-full max-w-[720px] px-4 pt-8 pb-24 sm:pt-[8vh]">
          <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-2">
            <AccountHeading title={t("onboarding.title")} />
            <Link href="/console" className="link">{t("onboarding.skip")}</Link>
          </div>
          <Onboarding {...address} email={user.email} mustVerify={user.mustVerify} />
        </div>
      </TrpcProvider>
    </NextIntlClientProvider>
  );
}
