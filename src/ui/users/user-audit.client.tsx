"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useActionText, useReasonText } from "#ui/audit/audit-cells.client.tsx";
import { AuditDiff } from "#ui/audit/audit-diff.client.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Timeline } from "#ui/kit/timeline.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

/** What staff did to this account, and what it did that is logged. */
export function UserAudit({ user }: { user: UserDetail }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const actionText = useActionText();
  const reasonText = useReasonText();
  const { data, isError, refetch } = useQuery(trpc.admin.users.audit.queryOptions({ id: user.id, limit: 100 }));
  if (isError) return <ErrorState onRetry={() => void refetch()} className="p-0" />;
  if (!data) return <SkeletonText lines={6} />;
  return (
    <Timeline
      label={t("tabs.audit")}
      items={data.map((entry) => ({
        id: entry.seq.toString(), at: entry.at, title: actionText(entry.action),
        by: entry.actorEmail ?? (entry.actorType === "system" ? undefined : entry.actorId ?? undefined),
        text: (
          <>
            {entry.reason ? <p>{t("reasonWas", { reason: reasonText(entry.reason) })}</p> : null}
            {entry.before === null && entry.after === null ? null : <AuditDiff before={entry.before} after={entry.after} className="mt-1 max-w-[640px]" />}
          </>
        ),
      }))}
    />
  );
}
