import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { sellingRights } from "#app/admin/channels/rights.ts";
import { requireStaff } from "#app/guard.ts";
import { PriceList } from "#ui/prices/price-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("prices"))("title"), robots: { index: false } };
}

export default async function PricesPage() {
  const user = await requireStaff("catalog:read");
  return <PriceList rights={sellingRights(user).catalog} />;
}
