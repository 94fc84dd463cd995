import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStaff } from "#app/guard.ts";
import { MoneyTabs } from "#ui/orders/money-tabs.client.tsx";
import { RefundList } from "#ui/orders/refund-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin-orders"))("tabs.refunds"), robots: { index: false } };
}

export default async function RefundsPage() {
  await requireStaff("orders:read");
  return (
    <>
      <MoneyTabs current="refunds" />
      <RefundList />
    </>
  );
}
