"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { formatExact } from "#ui/format/money.ts";
import { Banner } from "#ui/kit/callout.tsx";
import type { ShownBalance } from "#ui/layout/balance-link.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** Over every page of the console while the customer's keys are stopped: why, and what to do. The balance beside it keeps it fresh. */
export function RestrictedBanner({ initial }: { initial: ShownBalance }) {
  const trpc = useTRPC();
  const t = useTranslations("nav.restricted");
  const { data } = useQuery({ ...trpc.console.wallet.balance.queryOptions(), initialData: initial });
  if (data.status !== "restricted") return null;
  // Money never lies beside a debt: below zero, the balance is the debt.
  if (data.balanceNano >= 0n) return <Banner tone="bad">{t("review")}</Banner>;
  return <Banner tone="bad" action={<Link href="/console/wallet">{t("pay")}</Link>}>{t("debt", { amount: formatExact(-data.balanceNano) })}</Banner>;
}
