import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Column } from "#ui/account/column.tsx";
import { VerifyPanel } from "#ui/account/verify-panel.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("verify.title"), robots: { index: false }, referrer: "no-referrer" };
}

export default function VerifyPage() {
  return <Column><VerifyPanel /></Column>;
}
