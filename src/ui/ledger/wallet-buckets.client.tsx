"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useComma } from "#ui/format/comma.client.ts";
import { Callout } from "#ui/kit/callout.tsx";
import { StatCard, StatGrid } from "#ui/kit/card.tsx";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState } from "#ui/kit/states.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** A wallet's four accounts, and the first settlement that does not fit its charges if there is one. */
export function WalletBuckets({ wallet }: { wallet: string }) {
  const trpc = useTRPC();
  const t = useTranslations("ledger");
  const comma = useComma();
  const { data, isError, refetch } = useQuery(trpc.admin.ledger.walletAccounts.queryOptions({ wallet }));
  const { data: story } = useQuery(trpc.admin.ledger.explain.queryOptions({ wallet }, { retry: false }));
  if (isError) return <ErrorState onRetry={() => void refetch()} className="p-0" />;
  if (data?.length === 0) return <p className="text-fg-2">{t("noWallet")}</p>;
  const [first] = data ?? [];
  const off = story?.buckets.filter((bucket) => bucket.wallet !== bucket.ledger) ?? [];
  return (
    <div className="flex flex-col gap-3">
      <p className="min-w-0 text-13 wrap-anywhere text-fg-2">{first?.userId ? <Link href={`/admin/users/${first.userId}`} className="link">{first.whose}</Link> : null}</p>
      <StatGrid columns={4}>
        {(data ?? [undefined, undefined, undefined, undefined]).map((account, i) => (
          <StatCard key={account?.code ?? i} loading={!account} label={<span className="inline-block first-letter:uppercase">{account ? t(`buckets.${account.bucket}`) : " "}</span>} value={account ? <Money nano={account.class === "asset" ? account.balanceNano : -account.balanceNano} /> : null} {...(account && { href: `/admin/ledger/accounts/${account.id}` })} />
        ))}
      </StatGrid>
      {off.length > 0 ? <Callout tone="bad" title={t("walletOff")}>{off.map(({ bucket }) => t(`buckets.${bucket}`)).join(comma)}</Callout> : null}
      {story?.divergence ? <Callout tone="bad" title={t("divergence")} action={<Link href={`/admin/ledger/transactions/${story.divergence.settlementId}`} className="link">{t("open")}</Link>}>{t("divergenceText")}</Callout> : null}
    </div>
  );
}
