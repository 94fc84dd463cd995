"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Part } from "#ui/health/part.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** What a missing variable of the environment switches off, and what that means. */
export function SwitchedOff() {
  const trpc = useTRPC();
  const t = useTranslations("health");
  const query = useQuery(trpc.admin.health.switchedOff.queryOptions());
  return (
    <Part id="off-title" title={t("parts")} note={t("partsNote")} query={query}>
      <ul>
        {query.data?.map(({ part, off, variable }) => (
          <li key={part} className="border-t px-4 py-2.5">
            <p className="flex items-baseline gap-3"><span className="min-w-0 flex-1 font-medium">{t(`part.${part}.title`)}</span><span className="text-13"><StatusDot tone={off ? "neutral" : "ok"}>{off ? t(`part.${part}.off`) : t(`part.${part}.on`)}</StatusDot></span></p>
            {off ? <p className="mt-0.5 text-13 text-fg-2">{t(`part.${part}.text`)} <code className="text-12 text-fg-3">{variable}</code></p> : null}
          </li>
        ))}
      </ul>
    </Part>
  );
}
