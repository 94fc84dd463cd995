"use client";
import { useQuery } from "@tanstack/react-query";
import { useTimeZone, useTranslations } from "next-intl";
import { useState } from "react";
import { TimeChart } from "#ui/charts/time-chart.client.tsx";
import { formatAxisUsd, formatCsvUsd, formatTotal, hourAhead, parseRange } from "#ui/format/index.ts";
import { Card } from "#ui/kit/card.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";
import { tableState } from "#ui/trpc/table-state.ts";
import { seriesOf } from "#ui/usage/usage-chart.ts";

const whole = (value: number): bigint => BigInt(Math.round(value));

/** Thirty days of spending by model: the same sums as the customer's own chart. */
export function UserSpend({ userId }: { userId: string }) {
  const t = useTranslations("users");
  const trpc = useTRPC();
  const zone = useTimeZone() ?? "UTC";
  const [openedAt] = useState(() => new Date());
  const { from } = parseRange("-30d", null, openedAt, zone);
  const query = useQuery(trpc.admin.users.spend.queryOptions({ id: userId, from, to: hourAhead(openedAt, zone), zone }));
  const { data } = query;
  return (
    <Card>
      <TimeChart
        title={<span role="heading" aria-level={2}>{t("spendChart")}</span>} kind="bar" stacked partialLast totals buckets={data?.buckets ?? []} state={tableState({ ...query, isPlaceholderData: false })} onRetry={() => void query.refetch()}
        series={data ? seriesOf(data, "model", "spend", ({ label, group }) => label ?? group ?? "", { others: t("otherModels"), all: "" }) : []}
        format={(value) => formatTotal(whole(value))} formatAxis={formatAxisUsd} csv={(value) => formatCsvUsd(whole(value))}
      />
    </Card>
  );
}
