import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStaff } from "#app/guard.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { TransactionList } from "#ui/ledger/transaction-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("ledger"))("transactions"), robots: { index: false } };
}

/** Every movement of money. */
export default async function TransactionsPage() {
  await requireStaff("ledger:read");
  const t = await getTranslations("ledger");
  return (
    <>
      <PageHeader title={t("transactions")} back={{ href: "/admin/ledger", label: t("title") }} />
      <TransactionList />
    </>
  );
}
