"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { StatusDot } from "#ui/kit/badge.tsx";
import { cn } from "#ui/kit/cn.ts";
import { SkeletonText } from "#ui/kit/states.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** What of this area stands in the environment: whether it is set, never what it is. */
export function EnvironmentRows({ area, alone }: { area: string; /** Nothing else stands in this area. */ alone: boolean }) {
  const trpc = useTRPC();
  const t = useTranslations("settings-admin");
  const { data } = useQuery(trpc.admin.settings.environment.queryOptions());
  if (alone && !data) return <SkeletonText lines={4} />;
  const rows = data?.filter((row) => row.area === area) ?? [];
  if (rows.length === 0) return null;
  return (
    <section className={cn("card", !alone && "mt-6")} aria-labelledby="environment-title">
      <div className="p-4 pb-3"><h2 id="environment-title" className="font-semibold">{t("environment")}</h2><p className="text-13 text-fg-3">{t("environmentText")}</p></div>
      <ul>
        {rows.map(({ variable, set }) => (
          <li key={variable} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-t px-4 py-2.5">
            <code className="text-13">{variable}</code>
            <span className="min-w-0 flex-1 basis-48 text-13 text-fg-2">{t(`variables.${variable}`)}</span>
            <span className="text-13"><StatusDot tone={set ? "ok" : "neutral"}>{set ? t("isSet") : t("isUnset")}</StatusDot></span>
          </li>
        ))}
      </ul>
    </section>
  );
}
