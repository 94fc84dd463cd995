import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { permissionsOfRole } from "#accounts/index.ts";
import { settingFacts } from "#accounts/setting-facts.ts";
import { requireStaff } from "#app/guard.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { searchWords } from "#ui/settings-admin/search-words.ts";
import { SettingsScreen } from "#ui/settings-admin/settings-screen.client.tsx";

/** Areas that have no setting of their own, only variables of the environment. */
const OF_THE_ENVIRONMENT = ["payments", "mail"] as const;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings-admin"))("title"), robots: { index: false } };
}

/** Every setting of one area. */
export default async function SettingsAreaPage({ params }: { params: Promise<{ area: string }> }) {
  const user = await requireStaff("settings:read");
  const { area } = await params;
  const facts = settingFacts();
  const areas = [...new Set([...facts.map((each) => each.area), ...OF_THE_ENVIRONMENT])];
  if (!areas.includes(area)) notFound();
  const t = await getTranslations("settings-admin");
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <SettingsScreen area={area} areas={areas} words={searchWords(facts.map(({ path }) => path))} mayWrite={permissionsOfRole(user.role).has("settings:write")} />
    </>
  );
}
