import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { refundRight } from "#app/admin/requests/refund-right.ts";
import { requireStaff } from "#app/guard.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { RequestList } from "#ui/requests-admin/request-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("requests-admin"))("title"), robots: { index: false } };
}

/** Requests of all customers. */
export default async function RequestsPage() {
  const user = await requireStaff("requests:read");
  const t = await getTranslations("requests-admin");
  const held = permissionsOfRole(user.role);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <RequestList seesCost={held.has("costs:read")} mayRefund={refundRight(held)} />
    </>
  );
}
