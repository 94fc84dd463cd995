"use client";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { shortId } from "#ui/format/index.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type AuditRow = inferRouterOutputs<AppRouter>["admin"]["audit"]["list"]["entries"][number];

export function Actor({ row }: { row: AuditRow }) {
  const t = useTranslations("audit");
  return <span className="truncate">{row.actorType === "system" ? t("system") : (row.actorEmail ?? row.actorId ?? t("none"))}</span>;
}

export function Target({ row: { targetType, targetName, targetId } }: { row: AuditRow }) {
  const t = useTranslations("audit");
  const settings = useTranslations("settings-admin");
  if (targetType === null) return t("none");
  const type = `types.${targetType.replaceAll(" ", "_")}`;
  if (targetType === "setting" && settings.has(`set.${targetId}.label`)) return <span className="truncate" title={targetId ?? undefined}><span className="text-fg-3">{t("types.setting")}</span> {settings(`set.${targetId}.label`)}</span>;
  return <span className="truncate"><span className="text-fg-3">{t.has(type) ? t(type) : targetType}</span> {targetName ?? (targetId !== null && UUID.test(targetId) ? <code className="font-mono text-12" title={targetId}>{shortId(targetId)}</code> : targetId)}</span>;
}

/** What was done, in words; what has none by its name in the log. */
export function useActionText(): (action: string) => string {
  const t = useTranslations("audit");
  return (action) => {
    const key = `actions.${action.replaceAll(".", "_")}`;
    return t.has(key) ? t(key) : action;
  };
}

export function Action({ action }: { action: string }) {
  const text = useActionText();
  return <span title={action}>{text(action)}</span>;
}

/** Changes by a store file carry no reason of a person's. */
export function useReasonText(): (reason: string) => string {
  const t = useTranslations("audit");
  return (reason) => (reason === "store file" ? t("store") : reason);
}

export function Reason({ reason }: { reason: string | null }) {
  const t = useTranslations("audit");
  const text = useReasonText();
  return <span className="text-fg-2">{reason === null ? t("none") : text(reason)}</span>;
}
