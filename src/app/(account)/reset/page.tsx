import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Column } from "#ui/account/column.tsx";
import { ResetRequestForm } from "#ui/account/reset-forms.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("reset.title"), robots: { index: false } };
}

export default function ResetPage() {
  return <Column><ResetRequestForm /></Column>;
}
