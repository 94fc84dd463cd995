"use client";
import { useQuery } from "@tanstack/react-query";
import { Wallet } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { formatBalance } from "#ui/format/money.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const EVERY_MS = 30_000;

/** What can be spent now, kept up while the page is looked at. */
export function BalanceLink({ initial }: { initial: Readonly<{ balanceNano: bigint; heldNano: bigint }> }) {
  const t = useTranslations("nav");
  const trpc = useTRPC();
  const { data } = useQuery({ ...trpc.console.wallet.balance.queryOptions(), initialData: initial, refetchInterval: EVERY_MS });
  const amount = formatBalance(data.balanceNano - data.heldNano);
  return (
    <Link href="/console/wallet" className="btn btn-ghost nums text-fg!" aria-label={t("balance", { amount })}>
      <Wallet className="text-fg-3" size={16} strokeWidth={1.75} aria-hidden="true" />
      {amount}
    </Link>
  );
}
