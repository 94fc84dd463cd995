import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStaff } from "#app/guard.ts";
import { AccountScreen } from "#ui/ledger/account-view.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("ledger"))("account"), robots: { index: false } };
}

export default async function AccountPage({ params }: { params: Promise<{ id: string }> }) {
  await requireStaff("ledger:read");
  return <AccountScreen id={decodeURIComponent((await params).id)} />;
}
