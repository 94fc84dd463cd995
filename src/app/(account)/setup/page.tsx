import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound, redirect } from "next/navigation";
import { maySetUp } from "#app/setup-token.ts";
import { shop } from "#app/shop.ts";
import { SetupWizard } from "#ui/account/setup-wizard.client.tsx";

type Props = { searchParams: Promise<{ token?: string | string[] }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("setup.accountTitle"), robots: { index: false }, referrer: "no-referrer" };
}

/** First run only, and only with the link from the terminal; 404 for everybody else and for ever after. */
export default async function SetupPage({ searchParams }: Props) {
  const { token } = await searchParams;
  if (typeof token === "string") redirect(`/api/setup?token=${encodeURIComponent(token)}`);
  if (!(await maySetUp())) notFound();
  const { settings } = await shop();
  return <SetupWizard shopName={(await settings())["shop.name"]} />;
}
