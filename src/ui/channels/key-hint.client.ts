"use client";
import { useTranslations } from "next-intl";

/** In what form a vendor's keys are pasted: files, pairs and plain keys each have their own. */
export function useKeyHint(): (provider: string) => string {
  const t = useTranslations("channels.paste");
  return (provider) => (t.has(`hints.${provider}`) ? t(`hints.${provider}` as "hints.vertex") : t("hint"));
}
