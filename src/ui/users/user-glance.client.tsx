"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useActionText } from "#ui/audit/audit-cells.client.tsx";
import { formatLatency } from "#ui/format/index.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Card } from "#ui/kit/card.tsx";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { outcomeTone } from "#ui/requests-admin/request-words.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import type { UserDetail } from "#ui/users/user-screen.client.tsx";

const SHOWN = 5;

type GlanceProps<Row> = { title: string; href: string; all: string; query: { data: readonly Row[] | undefined; isError: boolean; refetch: () => unknown }; empty: string; children: (rows: readonly Row[]) => ReactNode };

/** The first rows of a tab, with the way to the rest. */
function Glance<Row>({ title, href, all, query: { data, isError, refetch }, empty, children }: GlanceProps<Row>) {
  return (
    <Card title={title} flush action={<Link href={href} className="link text-13">{all}</Link>}>
      {isError && !data ? <ErrorState onRetry={() => void refetch()} /> : !data ? <div className="p-4"><SkeletonText lines={3} /></div> : data.length === 0 ? <p className="p-4 text-fg-2">{empty}</p> : children(data)}
    </Card>
  );
}

export function GlanceRequests({ user }: { user: UserDetail }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const words = useTranslations("requests-admin");
  const list = useQuery({ ...trpc.admin.requests.list.queryOptions({ wallet: user.wallet.id, limit: SHOWN }), refetchInterval: 15_000 });
  return (
    <Glance title={t("lastRequests")} href={`/admin/users/${user.id}/requests`} all={t("all")} query={{ ...list, data: list.data?.rows }} empty={t("noRequests")}>
      {(rows) => (
        <table className="tbl tbl-dense tbl-hover table-fixed">
          <thead><tr><th scope="col">{words("model")}</th><th scope="col" className="w-36">{words("status")}</th><th scope="col" className="num w-24 max-sm:hidden">{words("total")}</th><th scope="col" className="num w-28">{words("charge")}</th><th scope="col" className="num w-28 max-sm:hidden">{words("time")}</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.uuid}>
                <td className="truncate"><Link href={`/admin/requests/${row.id}`} className="hover:underline">{row.model}</Link></td>
                <td className="truncate"><StatusDot tone={outcomeTone(row.outcome)}>{words(`outcome.${row.outcome}`)}</StatusDot></td>
                <td className="num text-fg-2 max-sm:hidden">{formatLatency(row.latencyMs)}</td>
                <td className="num"><Money nano={row.chargeNano} as="charge" /></td>
                <td className="num text-fg-2 max-sm:hidden"><Time at={row.at} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Glance>
  );
}

export function GlanceKeys({ user }: { user: UserDetail }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const list = useQuery(trpc.admin.users.keys.queryOptions({ id: user.id, limit: SHOWN }));
  return (
    <Glance title={t("keys")} href={`/admin/users/${user.id}/keys`} all={t("keyCount", { count: user.keys })} query={list} empty={t("noKeysText")}>
      {(rows) => (
        <ul>
          {rows.map((key) => (
            <li key={key.id} className="flex items-baseline gap-3 border-t px-4 py-2 first:border-t-0 sm:px-5">
              <span className="min-w-0 flex-1 truncate">{key.name} <span className="font-mono text-12 text-fg-3">…{key.suffix}</span></span>
              <span className="text-13"><StatusDot tone={key.status === "active" ? "ok" : key.status === "leaked" ? "bad" : "neutral"}>{t(`keyStatus.${key.status}`)}</StatusDot></span>
              <Money nano={key.spentNano} as="charge" className="nums w-20 text-right text-fg-2" />
            </li>
          ))}
        </ul>
      )}
    </Glance>
  );
}

export function GlanceActs({ user }: { user: UserDetail }) {
  const trpc = useTRPC();
  const t = useTranslations("users");
  const actionText = useActionText();
  const list = useQuery(trpc.admin.users.audit.queryOptions({ id: user.id, limit: SHOWN }));
  return (
    <Glance title={t("acts")} href={`/admin/users/${user.id}/audit`} all={t("all")} query={list} empty={t("noActs")}>
      {(rows) => (
        <ul>
          {rows.map((entry) => (
            <li key={entry.seq.toString()} className="flex items-baseline gap-3 border-t px-4 py-2 first:border-t-0 sm:px-5">
              <span className="min-w-0 flex-1"><span className="block truncate">{actionText(entry.action)}</span><span className="block truncate text-12 text-fg-3">{entry.actorEmail ?? (entry.actorType === "system" ? t("bySystem") : entry.actorId ?? "—")}</span></span>
              <Time at={entry.at} className="text-12 text-fg-3" />
            </li>
          ))}
        </ul>
      )}
    </Glance>
  );
}
