import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { Card } from "#ui/kit/card.tsx";
import { IdText } from "#ui/kit/id-text.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { ReceiptActions } from "#ui/requests/receipt-actions.client.tsx";
import { Receipt } from "#ui/requests/receipt-drawer.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("requests"))("receipt.pageTitle"), robots: { index: false } };
}

export default async function RequestPage({ params }: { params: Promise<{ id: string }> }) {
  await requireUser();
  const { id } = await params;
  const t = await getTranslations("requests");
  return (
    <div className="max-w-[1160px]">
      <PageHeader title={t("receipt.title")} badge={<IdText id={id} />} back={{ href: "/console/requests", label: t("title") }} actions={<ReceiptActions id={id} page />} />
      <Card><Receipt id={id} wide /></Card>
    </div>
  );
}
