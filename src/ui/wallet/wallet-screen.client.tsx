"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useLive } from "#ui/live/use-live.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { Balance } from "#ui/wallet/balance.client.tsx";
import { RedeemCode } from "#ui/wallet/redeem-code.client.tsx";
import { TopUp } from "#ui/wallet/top-up.client.tsx";
import { WalletTabs } from "#ui/wallet/wallet-tabs.client.tsx";

/** Everything about one's money on one page; it keeps itself up to date. */
export function WalletScreen({ tab }: { tab: "lines" | "orders" }) {
  const t = useTranslations("wallet");
  const trpc = useTRPC();
  const queries = useQueryClient();
  useLive(["wallet"], () => {
    for (const key of [trpc.console.wallet.balance.queryKey(), trpc.console.wallet.parts.queryKey(), trpc.console.wallet.transactions.pathKey(), trpc.console.wallet.orders.pathKey()]) void queries.invalidateQueries({ queryKey: key });
  });
  return (
    <>
      <PageHeader title={t("title")} />
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,420px)]">
        <div className="flex min-w-0 flex-col gap-8">
          <Balance />
          <div className="border-t pt-6"><RedeemCode /></div>
        </div>
        <TopUp />
      </div>
      <WalletTabs tab={tab} />
    </>
  );
}
