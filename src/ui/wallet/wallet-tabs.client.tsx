"use client";
import { useTranslations } from "next-intl";
import { RouteTabs } from "#ui/kit/tabs.tsx";
import { OwnOrders } from "#ui/wallet/own-orders.client.tsx";
import { WalletLines } from "#ui/wallet/wallet-lines.client.tsx";

/** What happened to the money: movements, and orders with their receipts. */
export function WalletTabs({ tab }: { tab: "lines" | "orders" }) {
  const t = useTranslations("wallet");
  const tabs = [{ href: "/console/wallet", label: t("lines.title") }, { href: "/console/wallet/orders", label: t("orders.title") }];
  return (
    <section className="mt-10">
      <RouteTabs tabs={tabs} current={tab === "lines" ? "/console/wallet" : "/console/wallet/orders"} label={t("tabs")} />
      <div className="mt-2">{tab === "lines" ? <WalletLines /> : <OwnOrders />}</div>
    </section>
  );
}
