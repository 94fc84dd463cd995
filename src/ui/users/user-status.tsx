import { useTranslations } from "next-intl";
import { StatusDot } from "#ui/kit/badge.tsx";

export type StatusFacts = Readonly<{ status: string; walletStatus: string; verified: boolean }>;

/** The one word that matters most about an account. */
export function UserStatus({ status, walletStatus, verified }: StatusFacts) {
  const t = useTranslations("users");
  if (status !== "active") return <StatusDot tone="bad">{t("statuses.disabled")}</StatusDot>;
  if (walletStatus === "restricted") return <StatusDot tone="warn">{t("statuses.restricted")}</StatusDot>;
  return verified ? <StatusDot tone="ok">{t("statuses.active")}</StatusDot> : <StatusDot tone="neutral">{t("statuses.unverified")}</StatusDot>;
}
