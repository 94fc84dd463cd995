"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { formatCount, formatTotal } from "#ui/format/index.ts";
import { StatCard, StatGrid } from "#ui/kit/card.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money } from "#ui/kit/money.tsx";
import { Time } from "#ui/kit/time.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

/** What one wants to know before anything else. */
export function UserOverview({ user }: { user: UserDetail }) {
  const t = useTranslations("users");
  const { wallet } = user;
  const requests = `/admin/requests?user=${encodeURIComponent(user.email)}`;
  return (
    <div className="flex flex-col gap-6">
      <StatGrid columns={4}>
        <StatCard label={t("balance")} value={<Money nano={wallet.balanceNano} as="balance" className={wallet.balanceNano < 0n ? "text-bad" : ""} />} delta={t("balanceParts", { paid: formatTotal(wallet.paidNano), given: formatTotal(wallet.lotsNano) })} href={`/admin/users/${user.id}/wallet`} />
        <StatCard label={t("spent30")} value={<Money nano={user.spent30Nano} as="total" />} delta={t("spent7Note", { amount: formatTotal(user.spent7Nano) })} href={`${requests}&from=-30d`} />
        {user.cost30Nano === null ? <StatCard label={t("spent")} value={<Money nano={user.spentNano} as="total" />} /> : (
          <StatCard label={t("margin30")} value={<Money nano={user.spent30Nano - user.cost30Nano} as="total" className={user.spent30Nano < user.cost30Nano ? "text-bad" : ""} />} delta={t("costNote", { amount: formatTotal(user.cost30Nano) })} href={`${requests}&from=-30d`} />
        )}
        <StatCard label={t("requests30")} value={formatCount(user.requests30)} delta={t("spentNote", { amount: formatTotal(user.spentNano) })} href={`${requests}&from=-30d`} />
      </StatGrid>
      <div className="grid items-start gap-x-12 gap-y-2 lg:grid-cols-2">
      <DefinitionList items={[
        { label: t("id"), value: <IdText id={user.id} /> },
        { label: t("walletId"), value: <IdText id={wallet.id} /> },
        { label: t("group"), value: user.groupPpm === 1_000_000 ? user.group : `${user.group} × ${user.groupPpm / 1_000_000}` },
        { label: t("role"), value: t(`roles.${user.role}`) },
      ]} />
      <DefinitionList items={[
        { label: t("topUps"), value: <Money nano={user.toppedUpNano} as="total" /> },
        { label: t("verifiedAt"), value: user.verifiedAt ? <Time at={user.verifiedAt} as="stamp" /> : t("notVerified") },
        { label: t("created"), value: <Time at={user.createdAt} as="stamp" /> },
        { label: t("lastSeen"), value: <Time at={user.lastSeenAt} /> },
        { label: t("language"), value: `${user.locale} · ${user.timeZone}` },
        { label: t("keys"), value: <Link href={`/admin/users/${user.id}/keys`} className="link">{t("keyCount", { count: user.keys })}</Link> },
      ]} />
      </div>
    </div>
  );
}
