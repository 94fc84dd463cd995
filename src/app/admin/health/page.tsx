import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { HealthScreen } from "#ui/health/health-screen.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("health"))("title"), robots: { index: false } };
}

/** What runs and what does not. */
export default async function HealthPage() {
  const user = await requireStaff("health:read");
  const t = await getTranslations("health");
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <HealthScreen seesChannels={permissionsOfRole(user.role).has("channels:read")} />
    </>
  );
}
