import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { BatchList } from "#ui/codes/batch-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin-codes"))("title"), robots: { index: false } };
}

export default async function CodesPage() {
  const user = await requireStaff("codes:read");
  return <BatchList mayCreate={permissionsOfRole(user.role).has("codes:write")} />;
}
