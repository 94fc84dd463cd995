"use client";
import { useTranslations } from "next-intl";
import { RouteTabs } from "#ui/kit/tabs.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";

const TABS = ["orders", "refunds", "disputes"] as const;

/** Title and tabs of what is paid and what goes back. */
export function MoneyTabs({ current }: { current: (typeof TABS)[number] }) {
  const t = useTranslations("admin-orders");
  return (
    <>
      <PageHeader title={t(`tabs.${current}`)} />
      <div className="mb-4"><RouteTabs label={t("title")} current={`/admin/${current}`} tabs={TABS.map((tab) => ({ href: `/admin/${tab}`, label: t(`tabs.${tab}`) }))} /></div>
    </>
  );
}
