"use client";
import { useTranslations } from "next-intl";
import { reasonOf } from "#ui/account/reason.ts";
import { SudoCancelled } from "#ui/account/sudo-dialog.client.tsx";

/** The sentence for a failed act on the settings pages; undefined when the person called it off. */
export function useFailureText(known: Readonly<Record<string, string>> = {}): (error: unknown) => string | undefined {
  const t = useTranslations("settings");
  return (error) => {
    if (error instanceof SudoCancelled) return undefined;
    const reason = reasonOf(error) ?? "";
    const seconds = /^wait:(\d+)$/.exec(reason)?.[1];
    if (seconds) return t("wait", { seconds });
    return known[reason] ?? t("failed");
  };
}
