import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStaff } from "#app/guard.ts";
import { permissionsOfRole } from "#accounts/index.ts";
import { ApprovalScreen } from "#ui/approvals/approval-screen.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin-approvals"))("title"), robots: { index: false } };
}

export default async function ApprovalsPage() {
  const viewer = await requireStaff("approvals:request");
  const t = await getTranslations("admin-approvals");
  const may = permissionsOfRole(viewer.role);
  return (
    <>
      <PageHeader title={t("title")} description={t(may.has("approvals:decide") ? "description" : "descriptionOwn")} />
      <ApprovalScreen orders={may.has("orders:read")} limits={may.has("staff:write")} />
    </>
  );
}
