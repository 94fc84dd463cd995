"use client";
import { useTranslations } from "next-intl";
import { formatCount, formatTotal } from "#ui/format/index.ts";
import { Card, StatCard, StatGrid } from "#ui/kit/card.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money } from "#ui/kit/money.tsx";
import { Time } from "#ui/kit/time.tsx";
import type { UserRights } from "#ui/users/user-actions.client.tsx";
import { GlanceActs, GlanceKeys, GlanceRequests } from "#ui/users/user-glance.client.tsx";
import { UserNotes } from "#ui/users/user-notes.client.tsx";
import { UserOrders } from "#ui/users/user-orders.client.tsx";
import type { UserDetail, UserTab } from "#ui/users/user-screen.client.tsx";
import { UserSpend } from "#ui/users/user-spend.client.tsx";

/** What one wants to know before anything else, on one page; each part leads on to its tab. */
export function UserOverview({ user, tabs, rights }: { user: UserDetail; tabs: readonly UserTab[]; rights: UserRights }) {
  const t = useTranslations("users");
  const requests = tabs.includes("requests");
  return (
    <div className="flex flex-col gap-4">
      <Figures user={user} />
      <div className="grid items-start gap-4 xl:grid-cols-3">
        <div className="flex min-w-0 flex-col gap-4 xl:col-span-2">
          {requests ? <UserSpend userId={user.id} /> : null}
          {requests ? <GlanceRequests user={user} /> : null}
          {tabs.includes("wallet") ? <UserOrders userId={user.id} email={user.email} linked={rights.orders} limit={5} /> : null}
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Card title={t("aboutUser")}>
            <DefinitionList items={[
              { label: t("group"), value: user.groupPpm === 1_000_000 ? user.group : `${user.group} × ${user.groupPpm / 1_000_000}` },
              { label: t("role"), value: t(`roles.${user.role}`) },
              { label: t("topUps"), value: <Money nano={user.toppedUpNano} as="total" /> },
              { label: t("verifiedAt"), value: user.verifiedAt ? <Time at={user.verifiedAt} /> : t("notVerified") },
              { label: t("created"), value: <Time at={user.createdAt} /> },
              { label: t("lastSeen"), value: <Time at={user.lastSeenAt} /> },
              { label: t("language"), value: `${user.locale} · ${user.timeZone}` },
              { label: t("id"), value: <IdText id={user.id} /> },
              { label: t("walletId"), value: <IdText id={user.wallet.id} /> },
            ]} />
          </Card>
          <GlanceKeys user={user} />
          <UserNotes userId={user.id} mayWrite={rights.disable} />
          {tabs.includes("audit") ? <GlanceActs user={user} /> : null}
        </div>
      </div>
    </div>
  );
}

function Figures({ user }: { user: UserDetail }) {
  const t = useTranslations("users");
  const { wallet } = user;
  const requests = `/admin/requests?user=${encodeURIComponent(user.email)}`;
  return (
    <StatGrid columns={4}>
      <StatCard label={t("balance")} value={<Money nano={wallet.balanceNano} as="balance" className={wallet.balanceNano < 0n ? "text-bad" : ""} />} delta={t("balanceParts", { paid: formatTotal(wallet.paidNano), given: formatTotal(wallet.lotsNano) })} href={`/admin/users/${user.id}/wallet`} />
      <StatCard label={t("spent30")} value={<Money nano={user.spent30Nano} as="total" />} delta={t("spent7Note", { amount: formatTotal(user.spent7Nano) })} href={`${requests}&from=-30d`} />
      {user.cost30Nano === null ? <StatCard label={t("spent")} value={<Money nano={user.spentNano} as="total" />} /> : (
        <StatCard label={t("margin30")} value={<Money nano={user.spent30Nano - user.cost30Nano} as="total" className={user.spent30Nano < user.cost30Nano ? "text-bad" : ""} />} delta={t("costNote", { amount: formatTotal(user.cost30Nano) })} href={`${requests}&from=-30d`} />
      )}
      <StatCard label={t("requests30")} value={formatCount(user.requests30)} delta={t("spentNote", { amount: formatTotal(user.spentNano) })} href={`${requests}&from=-30d`} />
    </StatGrid>
  );
}
