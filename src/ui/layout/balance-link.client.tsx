"use client";
import { useQuery } from "@tanstack/react-query";
import { Wallet } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { formatBalance, formatExact } from "#ui/format/money.ts";
import { Money } from "#ui/kit/money.tsx";
import { useLive } from "#ui/live/use-live.client.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

export type ShownBalance = Readonly<{ balanceNano: bigint; heldNano: bigint; status: string }>;

/** What can be spent now: read again whenever money of this customer's has moved. */
export function BalanceLink({ initial }: { initial: ShownBalance }) {
  const t = useTranslations("nav");
  const trpc = useTRPC();
  const { data, refetch } = useQuery({ ...trpc.console.wallet.balance.queryOptions(), initialData: initial });
  useLive(["wallet", "requests"], () => void refetch());
  const available = data.balanceNano - data.heldNano;
  const amount = formatBalance(available);
  return (
    <Link href="/console/wallet" className="btn btn-ghost nums text-fg!" aria-label={t("balance", { amount })} title={formatExact(available)}>
      <Wallet className="text-fg-3" size={16} strokeWidth={1.75} aria-hidden="true" />
      <Money nano={available} as="balance" />
    </Link>
  );
}
