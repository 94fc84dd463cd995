"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { formatLatency, formatTokens } from "#ui/format/index.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { DataTable } from "#ui/kit/data-table.client.tsx";
import { Money } from "#ui/kit/money.tsx";
import { EmptyState } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { outcomeTone } from "#ui/requests-admin/request-words.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

/** The newest requests; the list of all, with its filters, is one click away. */
export function UserRequests({ user }: { user: UserDetail }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const words = useTranslations("requests-admin");
  const list = useQuery({ ...trpc.admin.requests.list.queryOptions({ wallet: user.wallet.id, limit: 25 }), refetchInterval: 15_000 });
  return (
    <div className="card">
      <DataTable
        label={t("tabs.requests")} density="compact" rows={list.data?.rows} rowKey={({ uuid }) => uuid} state={list.isError ? (list.data ? "stale" : "error") : list.data ? "ready" : "loading"} onRetry={() => void list.refetch()} filtered={false}
        href={({ id }) => `/admin/requests/${id}`}
        columns={[
          { id: "time", header: words("time"), cell: ({ at }) => <Time at={at} /> },
          { id: "model", header: words("model"), cell: ({ model }) => model },
          { id: "status", header: words("status"), cell: ({ outcome }) => <StatusDot tone={outcomeTone(outcome)}>{words(`outcome.${outcome}`)}</StatusDot> },
          { id: "key", header: words("keyName"), cell: ({ keyName }) => keyName ?? "—", hideBelow: "lg" },
          { id: "tokens", header: words("tokens"), align: "right", cell: ({ inputTokens, cachedTokens, outputTokens }) => `${formatTokens(inputTokens + cachedTokens)} → ${formatTokens(outputTokens)}`, hideBelow: "lg" },
          { id: "total", header: words("total"), align: "right", cell: ({ latencyMs }) => formatLatency(latencyMs) },
          { id: "charge", header: words("charge"), align: "right", cell: ({ chargeNano }) => <Money nano={chargeNano} as="charge" /> },
        ]}
        card={(row) => (
          <div className="flex items-start gap-3">
            <div className="min-w-0 flex-1"><p className="truncate font-medium">{row.model}</p><p className="flex items-center gap-2 text-13"><StatusDot tone={outcomeTone(row.outcome)}>{words(`outcome.${row.outcome}`)}</StatusDot><Time at={row.at} className="text-fg-3" /></p></div>
            <Money nano={row.chargeNano} as="charge" className="font-medium" />
          </div>
        )}
        empty={<EmptyState title={t("noRequests")} text={t("noRequestsText")} />}
      />
      <p className="border-t px-4 py-3 text-13"><Link href={`/admin/requests?user=${encodeURIComponent(user.email)}&from=-30d`} className="link">{t("allRequests")}</Link></p>
    </div>
  );
}
