import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { Dashboard } from "#ui/dashboard/dashboard.client.tsx";
import { DateRange } from "#ui/kit/date-range.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("dashboard"))("title"), robots: { index: false } };
}

/** How the shop stands, to whom it may be shown. */
export default async function DashboardPage() {
  const user = await requireStaff("dashboard:read");
  const t = await getTranslations("dashboard");
  const held = permissionsOfRole(user.role);
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={<DateRange fallback="-7d" />} />
      <Dashboard seesMoney={held.has("costs:read")} seesTotals={held.has("ledger:totals")} seesChannels={held.has("channels:read")} wizard={held.has("staff:write")} />
    </>
  );
}
