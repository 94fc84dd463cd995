import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStaff } from "#app/guard.ts";
import { MoneyTabs } from "#ui/orders/money-tabs.client.tsx";
import { OrderList } from "#ui/orders/order-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin-orders"))("tabs.orders"), robots: { index: false } };
}

export default async function OrdersPage() {
  await requireStaff("orders:read");
  return (
    <>
      <MoneyTabs current="orders" />
      <OrderList />
    </>
  );
}
