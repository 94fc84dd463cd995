import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { shop } from "#app/shop.ts";
import { orderView } from "#payments/index.ts";
import { isUuid } from "#platform/ids.ts";
import { OrderPage } from "#ui/orders/order-page.client.tsx";

type Props = Readonly<{ params: Promise<{ id: string }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin-orders"))("order"), robots: { index: false } };
}

export default async function OrderDetailPage({ params }: Props) {
  const [user, { id }, { pool }] = await Promise.all([requireStaff("orders:read"), params, shop()]);
  if (!isUuid(id) || !(await orderView(pool, id))) notFound();
  const may = permissionsOfRole(user.role);
  return <OrderPage id={id} mayAct={may.has("orders:write")} mayRefund={may.has("refunds:write")} />;
}
