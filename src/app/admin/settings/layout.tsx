import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { permissionsOfRole } from "#accounts/index.ts";
import { settingFacts } from "#accounts/setting-facts.ts";
import { settingAreas } from "#app/admin/settings/areas.ts";
import { requireStaff } from "#app/guard.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { searchWords } from "#ui/settings-admin/search-words.ts";
import { SettingsScreen } from "#ui/settings-admin/settings-screen.client.tsx";

/** The settings stand here and not in the page, so that what is typed stays while one goes from area to area. */
export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const user = await requireStaff("settings:read");
  const t = await getTranslations("settings-admin");
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <SettingsScreen areas={settingAreas(user.role)} words={searchWords(settingFacts().map(({ path }) => path))} mayWrite={permissionsOfRole(user.role).has("settings:write")} />
      {children}
    </>
  );
}
