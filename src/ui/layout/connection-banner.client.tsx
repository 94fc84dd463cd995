"use client";
import { Loader } from "lucide-react";
import { useTranslations } from "next-intl";
import { useContext } from "react";
import { Banner } from "#ui/kit/callout.tsx";
import { cn } from "#ui/kit/cn.ts";
import { LiveContext } from "#ui/live/live-provider.client.tsx";

/** Under the top bar, however far one has scrolled, while the shop does not answer. */
export function ConnectionBanner({ className }: { /** Its distance from the top: the height of the bar. */ className: "top-12" | "top-14" }) {
  const t = useTranslations("nav");
  const { connected } = useContext(LiveContext);
  if (connected) return null;
  return (
    <div className={cn("sticky z-10 bg-canvas", className)}>
      <Banner tone="warn" icon={<Loader className="animate-spin motion-reduce:animate-none" size={16} strokeWidth={1.75} aria-hidden="true" />}>{t("reconnecting")}</Banner>
    </div>
  );
}
