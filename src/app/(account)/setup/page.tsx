import type { Metadata } from "next";
import { NextIntlClientProvider } from "next-intl";
import { getMessages, getTranslations } from "next-intl/server";
import { notFound, redirect } from "next/navigation";
import { permissionsOfRole, storedSettings } from "#accounts/index.ts";
import { shopAddress } from "#app/console/shop-address.ts";
import { currentUser } from "#app/session.ts";
import { maySetUp } from "#app/setup-token.ts";
import { shop } from "#app/shop.ts";
import { readSetupFacts } from "#reports/setup.store.ts";
import { AppProviders } from "#ui/layout/app-providers.client.tsx";
import { SetupAccount, SetupWizard } from "#ui/setup/setup-wizard.client.tsx";
import { resumeAt } from "#ui/setup/steps.ts";

type Props = { searchParams: Promise<{ token?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("setup"))("mark"), robots: { index: false }, referrer: "no-referrer" };
}

/**
 * The first run. Without an owner it opens with the link from the terminal only; afterwards for the signed-in shop
 * owner, who goes on where he left off. For everybody else there is no such page.
 */
export default async function SetupPage({ searchParams }: Props) {
  const { token } = await searchParams;
  if (typeof token === "string") redirect(`/api/setup?token=${encodeURIComponent(token)}`);
  const { common, kit, data, account, setup, channels, ...rest } = await getMessages();
  const messages = { common, kit, data, account, setup, channels, "models-admin": rest["models-admin"] };
  if (await maySetUp()) return <NextIntlClientProvider messages={messages}><SetupAccount /></NextIntlClientProvider>;
  const user = await currentUser();
  if (!user || !permissionsOfRole(user.role).has("staff:write")) notFound();
  const { pool } = await shop();
  const [facts, stored, { base }] = await Promise.all([readSetupFacts(pool), storedSettings(pool), shopAddress()]);
  return (
    <NextIntlClientProvider messages={messages}>
      <AppProviders><SetupWizard resume={resumeAt({ ...facts, named: stored.has("shop.name") })} channelId={facts.channelId} base={base} /></AppProviders>
    </NextIntlClientProvider>
  );
}
