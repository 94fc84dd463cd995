"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { Button } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { InviteDialog, InviteList } from "#ui/staff/invites.client.tsx";
import { People } from "#ui/staff/people.client.tsx";
import { TokenDialog, TokenList } from "#ui/staff/tokens.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

export type StaffData = inferRouterOutputs<AppRouter>["admin"]["staff"]["list"];

/** People with a role, invitations on their way, and the tokens of scripts. */
export function StaffScreen() {
  const t = useTranslations("audit.staff");
  const trpc = useTRPC();
  const client = useQueryClient();
  const [dialog, setDialog] = useState<"invite" | "token">();
  const list = useQuery(trpc.admin.staff.list.queryOptions());
  const refresh = () => void client.invalidateQueries(trpc.admin.staff.list.queryFilter());
  const { data } = list;
  if (list.isError && data === undefined) return <Card flush><ErrorState onRetry={() => void list.refetch()} busy={list.isFetching} /></Card>;
  return (
    <div className="flex flex-col gap-4">
      <Card title={t("people")} flush action={<Button size="sm" variant="primary" onClick={() => setDialog("invite")}>{t("invite")}</Button>}>
        {data ? <People staff={data.staff} onChanged={refresh} /> : <Loading />}
      </Card>
      <Card title={t("invites")} flush>{data ? <InviteList invites={data.invites} onChanged={refresh} /> : <Loading />}</Card>
      <Card title={t("tokens")} flush action={<Button size="sm" onClick={() => setDialog("token")}>{t("makeToken")}</Button>}>
        {data ? <TokenList tokens={data.tokens} onChanged={refresh} /> : <Loading />}
      </Card>
      {dialog === "invite" ? <InviteDialog onClose={() => setDialog(undefined)} onMade={refresh} /> : null}
      {dialog === "token" ? <TokenDialog onClose={() => setDialog(undefined)} onMade={refresh} /> : null}
    </div>
  );
}

const Loading = () => <div className="p-5"><SkeletonText lines={2} /></div>;
