"use client";
import { useTranslations } from "next-intl";
import { useFailureText } from "#ui/account/use-failure-text.client.ts";

/** The sentence for a refused act on staff; undefined when the person called it off. */
export function useStaffFailure(): (error: unknown) => string | undefined {
  const t = useTranslations("audit.staff.problems");
  return useFailureText({ "last-owner": t("last-owner"), own: t("own"), customer: t("customer"), name: t("name"), email: t("email") });
}
