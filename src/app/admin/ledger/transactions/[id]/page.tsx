import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { requireStaff } from "#app/guard.ts";
import { isUuid } from "#platform/ids.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { TransactionView } from "#ui/ledger/transaction-view.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("ledger"))("transaction"), robots: { index: false } };
}

export default async function TransactionPage({ params }: { params: Promise<{ id: string }> }) {
  await requireStaff("ledger:read");
  const { id } = await params;
  if (!isUuid(id)) notFound();
  const t = await getTranslations("ledger");
  return (
    <>
      <PageHeader title={t("transaction")} back={{ href: "/admin/ledger/transactions", label: t("transactions") }} />
      <TransactionView id={id} />
    </>
  );
}
