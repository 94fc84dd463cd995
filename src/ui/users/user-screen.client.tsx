"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { Badge } from "#ui/kit/badge.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { RouteTabs } from "#ui/kit/tabs.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { UserActions, type UserRights } from "#ui/users/user-actions.client.tsx";
import { UserAudit } from "#ui/users/user-audit.client.tsx";
import { UserKeys } from "#ui/users/user-keys.client.tsx";
import { UserOverview } from "#ui/users/user-overview.client.tsx";
import { UserRequests } from "#ui/users/user-requests.client.tsx";
import { UserSessions } from "#ui/users/user-sessions.client.tsx";
import { UserStatus } from "#ui/users/user-status.tsx";
import { UserWallet } from "#ui/users/user-wallet.client.tsx";

export type UserDetail = inferRouterOutputs<AppRouter>["admin"]["users"]["get"];
export type UserTab = "overview" | "wallet" | "keys" | "requests" | "sessions" | "audit";

/** One account: who it is, what can be done to it, and a tab for each part. */
export function UserScreen({ id, tab, tabs, rights }: { id: string; tab: UserTab; tabs: readonly UserTab[]; rights: UserRights }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const { data: user, isError, error, refetch } = useQuery({ ...trpc.admin.users.get.queryOptions({ id }), refetchInterval: 15_000 });
  const back = { href: "/admin/users", label: t("title") };
  if (isError && !user) {
    return <><PageHeader title={t("user")} back={back} /><ErrorState title={t(error.data?.code === "NOT_FOUND" ? "gone" : "loadFailed")} onRetry={() => void refetch()} className="p-0" /></>;
  }
  const hrefOf = (name: UserTab): string => (name === "overview" ? `/admin/users/${id}` : `/admin/users/${id}/${name}`);
  return (
    <>
      <PageHeader
        title={user ? <Address email={user.email} /> : t("user")} back={back} description={user?.name ?? undefined}
        badge={user ? <span className="flex items-center gap-2 self-center text-13"><UserStatus status={user.status} walletStatus={user.wallet.status} verified={user.verifiedAt !== null} />{user.role === "customer" ? null : <Badge tone="info">{t(`roles.${user.role}`)}</Badge>}</span> : undefined}
        actions={user ? <UserActions user={user} rights={rights} /> : undefined}
      />
      <RouteTabs label={t("parts")} current={hrefOf(tab)} tabs={tabs.map((name) => ({ href: hrefOf(name), label: t(`tabs.${name}`), ...(name === "keys" && user && { count: user.keys }), ...(name === "sessions" && user && { count: user.sessions }) }))} />
      <div className="mt-5 max-w-[1360px]">
        {user ? <Tab user={user} tab={tab} tabs={tabs} rights={rights} /> : <SkeletonText lines={6} />}
      </div>
    </>
  );
}

function Tab({ user, tab, tabs, rights }: { user: UserDetail; tab: UserTab; tabs: readonly UserTab[]; rights: UserRights }) {
  if (tab === "wallet") return <UserWallet user={user} seesLedger={rights.ledger} seesOrders={rights.orders} />;
  if (tab === "keys") return <UserKeys user={user} mayRevoke={rights.revoke} />;
  if (tab === "requests") return <UserRequests user={user} />;
  if (tab === "sessions") return <UserSessions user={user} />;
  if (tab === "audit") return <UserAudit user={user} />;
  return <UserOverview user={user} tabs={tabs} rights={rights} />;
}

/** Breaks before the host, where it is too long for a phone. */
function Address({ email }: { email: string }) {
  const at = email.lastIndexOf("@");
  return <>{email.slice(0, at)}<wbr />{email.slice(at)}</>;
}
