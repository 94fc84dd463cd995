"use client";
import { useTranslations } from "next-intl";

/** What a vendor is called in the reader's language; those that have one name everywhere keep it. */
export function useVendorName(): (id: string, name: string) => string {
  const t = useTranslations("channels");
  return (id, name) => (t.has(`providers.${id}`) ? t(`providers.${id}` as "providers.zhipu") : name);
}
