"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Circle, CircleCheck } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { LinkButton } from "#ui/kit/button.tsx";
import { cn } from "#ui/kit/cn.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** In the order in which a shop is opened. */
const STEPS = [
  { key: "name", href: "/admin/settings/shop" },
  { key: "channel", href: "/admin/channels" },
  { key: "model", href: "/admin/models" },
  { key: "served", href: "/admin/channels" },
  { key: "request", href: "/admin/channels" },
  { key: "payments", href: "/admin/codes" },
  { key: "customer", href: "/admin/users" },
  { key: "key", href: "/admin/users" },
  { key: "credit", href: "/admin/codes" },
] as const;

/** How far a new shop is; undefined while it is not known. */
export function useChecklist() {
  const trpc = useTRPC();
  return useQuery({ ...trpc.admin.dashboard.checklist.queryOptions(), refetchInterval: ({ state }) => (state.data && STEPS.every(({ key }) => state.data?.[key]) ? false : 10_000) });
}

/** The way of a new shop to its first customer; gone when it is done. The owner is led through the first half of it. */
export function SetUpChecklist({ wizard }: { wizard: boolean }) {
  const t = useTranslations("dashboard");
  const { data } = useChecklist();
  if (!data || STEPS.every(({ key }) => data[key])) return null;
  const done = STEPS.filter(({ key }) => data[key]).length;
  const next = STEPS.find(({ key }) => !data[key]);
  return (
    <section className="card" aria-labelledby="checklist-title">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-2 p-4 pb-3">
        <h2 id="checklist-title" className="font-semibold">{t("checklist.title")}</h2>
        <p className="nums flex-1 text-13 text-fg-3">{t("checklist.done", { done, all: STEPS.length })}</p>
        {wizard && !data.request ? <LinkButton href="/setup" prefetch={false} variant="primary" size="sm">{t("checklist.goOn")}</LinkButton> : data.served && !data.request ? <LinkButton href="/admin/channels" variant="primary" size="sm">{t("checklist.test")}</LinkButton> : null}
      </div>
      <ol className="grid md:grid-cols-2">
        {STEPS.map(({ key, href }) => (
          <li key={key} className="border-t">
            <Link href={href} className="flex items-start gap-3 px-4 py-2.5 hover:bg-muted focus-visible:-outline-offset-2" aria-current={next?.key === key ? "step" : undefined}>
              {data[key] ? <CircleCheck className="mt-0.5 text-ok" size={16} strokeWidth={1.75} aria-hidden="true" /> : <Circle className="mt-0.5 text-fg-3" size={16} strokeWidth={1.75} aria-hidden="true" />}
              <span className="min-w-0 flex-1">
                <span className={cn("block", data[key] ? "text-fg-2" : "font-medium")}>{t(`checklist.${key}.title`)}<span className="sr-only"> {data[key] ? t("checklist.isDone") : t("checklist.isOpen")}</span></span>
                {data[key] ? null : <span className="block text-13 text-fg-3">{t(`checklist.${key}.text`)}</span>}
              </span>
              {data[key] ? null : <ArrowRight className="mt-0.5 text-fg-3" size={16} strokeWidth={1.75} aria-hidden="true" />}
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
