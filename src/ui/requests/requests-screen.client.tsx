"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useSearchParams } from "next/navigation";
import { formatTotal } from "#ui/format/index.ts";
import { RouteTabs } from "#ui/kit/tabs.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { RequestList } from "#ui/requests/request-list.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const ADDRESS = "/console/requests";
const VIEWS = [["all", ""], ["errors", "status=error"], ["slow", "slow=10000"], ["free", "free=1"]] as const;

/** The log of requests under its ready-made views. */
export function RequestsScreen() {
  const t = useTranslations("requests");
  const trpc = useTRPC();
  const { data } = useQuery(trpc.console.overview.get.queryOptions());
  const asked = useSearchParams();
  const current = VIEWS.find(([, query]) => query !== "" && asked.get(query.split("=")[0]!) === query.split("=")[1]) ?? VIEWS[0];
  const href = (query: string): string => (query === "" ? ADDRESS : `${ADDRESS}?${query}`);
  return (
    <>
      <PageHeader title={t("title")} description={data?.today ? t("today", { count: Number(data.today.requests), spend: formatTotal(data.today.chargeNano) }) : undefined} />
      <div className="mb-4"><RouteTabs label={t("views.label")} current={href(current[1])} tabs={VIEWS.map(([name, query]) => ({ href: href(query), label: t(`views.${name}`) }))} /></div>
      <RequestList />
    </>
  );
}
