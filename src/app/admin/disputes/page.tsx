import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStaff } from "#app/guard.ts";
import { MoneyTabs } from "#ui/orders/money-tabs.client.tsx";
import { DisputeList } from "#ui/orders/dispute-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin-orders"))("tabs.disputes"), robots: { index: false } };
}

export default async function DisputesPage() {
  await requireStaff("orders:read");
  return (
    <>
      <MoneyTabs current="disputes" />
      <DisputeList />
    </>
  );
}
