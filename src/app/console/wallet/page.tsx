import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { WalletScreen } from "#ui/wallet/wallet-screen.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("wallet"))("title"), robots: { index: false } };
}

export default async function WalletPage() {
  await requireUser();
  return <WalletScreen tab="lines" />;
}
