"use client";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { RouteTabs } from "#ui/kit/tabs.tsx";

const TABS = ["profile", "security", "sessions", "data"] as const;

export function SettingsTabs() {
  const t = useTranslations("settings.tabs");
  return <RouteTabs label={t("label")} current={usePathname()} tabs={TABS.map((tab) => ({ href: `/console/settings/${tab}`, label: t(tab) }))} />;
}
