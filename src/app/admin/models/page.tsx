import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { sellingRights } from "#app/admin/channels/rights.ts";
import { requireStaff } from "#app/guard.ts";
import { ModelList } from "#ui/models-admin/model-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("models-admin"))("title"), robots: { index: false } };
}

export default async function ModelsPage() {
  const user = await requireStaff("catalog:read");
  return <ModelList rights={sellingRights(user).catalog} />;
}
