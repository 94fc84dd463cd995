"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useComma } from "#ui/format/comma.client.ts";
import { Banner } from "#ui/kit/callout.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** Red over every page of the back office while the books do not add up. */
export function AlarmBanner({ linked }: { linked: boolean }) {
  const trpc = useTRPC();
  const t = useTranslations("dashboard");
  const comma = useComma();
  const { data } = useQuery({ ...trpc.admin.dashboard.alarms.queryOptions(), refetchInterval: 30_000 });
  if (!data || data.brokenInvariants.length === 0) return null;
  return <Banner tone="bad" action={linked ? <Link href="/admin/ledger">{t("alarmLink")}</Link> : undefined}>{t("alarm", { names: data.brokenInvariants.join(comma) })}</Banner>;
}
