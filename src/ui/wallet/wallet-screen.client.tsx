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
      {/* On a phone: what is there, then how to get more, cards before codes. */}
      <div className="grid gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,420px)] lg:grid-rows-[auto_1fr]">
        <Balance />
        <div className="min-w-0 lg:col-start-2 lg:row-span-2 lg:row-start-1"><TopUp /></div>
        <div className="min-w-0 border-t pt-6 max-lg:border-t-0 max-lg:pt-0"><RedeemCode /></div>
      </div>
      <WalletTabs tab={tab} />
    </>
  );
}
