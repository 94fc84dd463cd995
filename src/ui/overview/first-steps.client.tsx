"use client";
import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { Card } from "#ui/kit/card.tsx";
import { cn } from "#ui/kit/cn.ts";
import { LinkButton } from "#ui/kit/button.tsx";
import type { OverviewData } from "#ui/overview/overview-screen.client.tsx";

/** What is still to be done before the first request; it goes green by itself and then goes away. */
export function FirstSteps({ data: { steps } }: { data: OverviewData }) {
  const t = useTranslations("console.steps");
  const list = [
    { id: "key", done: steps.keys > 0, href: "/onboarding" },
    { id: "credit", done: steps.hasCredit, href: "/console/wallet" },
    { id: "call", done: steps.hasRequest, href: "/onboarding" },
  ] as const;
  if (list.every(({ done }) => done)) return null;
  const next = list.find(({ done }) => !done)?.id;
  return (
    <Card title={t("title")} note={t("text")}>
      <ol className="grid gap-3 lg:grid-cols-3">
        {list.map(({ id, done, href }, at) => (
          <li key={id} className={cn("flex min-h-20 flex-col rounded-control border p-4", done && "border-transparent bg-ok-soft")} data-step={id} data-done={done}>
            <p className="flex items-center gap-2 font-medium">
              <span className={cn("grid size-5 flex-none place-items-center rounded-full text-12", done ? "bg-ok text-surface" : "bg-muted text-fg-2")}>{done ? <Check size={12} strokeWidth={2.5} aria-hidden="true" /> : at + 1}</span>
              {t(`${id}.title`)}
              {done ? <span className="sr-only">{t("done")}</span> : null}
            </p>
            <p className="mt-1 flex-1 text-13 text-fg-2">{t(`${id}.${done ? "done" : "text"}`)}</p>
            {done ? null : <p className="mt-3"><LinkButton size="sm" variant={id === next ? "primary" : "secondary"} href={href}>{t(`${id}.action`)}</LinkButton></p>}
          </li>
        ))}
      </ol>
    </Card>
  );
}
