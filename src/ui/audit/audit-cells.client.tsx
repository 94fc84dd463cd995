"use client";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";

export type AuditRow = inferRouterOutputs<AppRouter>["admin"]["audit"]["list"]["entries"][number];

export function Actor({ row }: { row: AuditRow }) {
  const t = useTranslations("audit");
  return <span className="truncate">{row.actorType === "system" ? t("system") : (row.actorEmail ?? row.actorId ?? t("none"))}</span>;
}

export function Target({ row: { targetType, targetName, targetId } }: { row: AuditRow }) {
  const t = useTranslations("audit");
  if (targetType === null) return t("none");
  return <span className="truncate"><span className="text-fg-3">{targetType}</span> {targetName ?? targetId}</span>;
}
