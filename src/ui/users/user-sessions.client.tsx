"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { deviceOf } from "#ui/account/device-name.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { DataTable } from "#ui/kit/data-table.client.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

/** Browsers that were signed in, those that still are first. */
export function UserSessions({ user }: { user: UserDetail }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const words = useTranslations("settings.sessions");
  const device = (userAgent: string | null): string => {
    const known = deviceOf(userAgent);
    if (!known) return userAgent ?? words("unknown");
    return known.system === undefined ? known.browser : words("on", { browser: known.browser, system: known.system });
  };
  const list = useQuery(trpc.admin.users.sessions.queryOptions({ id: user.id }));
  const ended = ({ endedAt, expiresAt }: { endedAt: Date | null; expiresAt: Date }): boolean => endedAt !== null || expiresAt < new Date();
  const state = (session: { endedAt: Date | null; expiresAt: Date }) => <StatusDot tone={ended(session) ? "neutral" : "ok"}>{t(ended(session) ? "sessionEnded" : "sessionOpen")}</StatusDot>;
  return (
    <div className="card">
      <DataTable
        label={t("tabs.sessions")} density="compact" rows={list.data} rowKey={({ id }) => id} state={list.isError ? "error" : list.data ? "ready" : "loading"} onRetry={() => void list.refetch()} filtered={false}
        columns={[
          { id: "state", header: t("status"), cell: state },
          { id: "agent", header: t("device"), cell: ({ userAgent }) => <span className="block max-w-96 truncate" title={userAgent ?? undefined}>{device(userAgent)}</span> },
          { id: "ip", header: t("ip"), cell: ({ ip }) => <span className="font-mono text-12">{ip ?? "—"}</span> },
          { id: "created", header: t("signedIn"), align: "right", cell: ({ createdAt }) => <Time at={createdAt} className="text-fg-2" />, hideBelow: "lg" },
          { id: "used", header: t("lastUsed"), align: "right", cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
        ]}
        card={(session) => (
          <div className="flex items-start gap-3">
            <div className="min-w-0 flex-1"><p className="truncate">{device(session.userAgent)}</p><p className="font-mono text-12 text-fg-3">{session.ip ?? "—"}</p></div>
            <div className="text-right text-13">{state(session)}<Time at={session.lastUsedAt} className="block text-fg-3" /></div>
          </div>
        )}
        empty={<EmptyState title={t("noSessions")} />}
      />
    </div>
  );
}
