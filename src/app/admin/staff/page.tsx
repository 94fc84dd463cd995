import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStaff } from "#app/guard.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { StaffScreen } from "#ui/staff/staff-screen.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("audit"))("staff.title"), robots: { index: false } };
}

export default async function StaffPage() {
  await requireStaff("staff:read");
  const t = await getTranslations("audit.staff");
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <StaffScreen />
    </>
  );
}
