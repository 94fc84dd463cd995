import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { UsagePanel } from "#ui/usage/usage-panel.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("usage"))("title"), robots: { index: false } };
}

export default async function UsagePage() {
  await requireUser();
  const t = await getTranslations("usage");
  return (
    <>
      <PageHeader title={t("title")} />
      <UsagePanel />
    </>
  );
}
