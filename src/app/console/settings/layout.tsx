import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { SettingsTabs } from "#ui/account/settings-tabs.client.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";

export default async function SettingsLayout({ children }: { children: ReactNode }) {
  const t = await getTranslations("settings");
  return (
    <>
      <PageHeader title={t("title")} />
      <div className="mb-6"><SettingsTabs /></div>
      {children}
    </>
  );
}
