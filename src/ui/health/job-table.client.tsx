"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { formatLatency } from "#ui/format/index.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Time } from "#ui/kit/time.tsx";
import { Part } from "#ui/health/part.tsx";
import { rhythmOf } from "#ui/health/rhythm.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const TONES: Readonly<Record<string, "ok" | "warn" | "bad" | "neutral">> = { completed: "ok", active: "ok", retry: "warn", failed: "bad" };

/** Work that runs by itself: when it ran last, how it ended, what failed within a week. */
export function JobTable() {
  const trpc = useTRPC();
  const t = useTranslations("health");
  const query = useQuery({ ...trpc.admin.health.jobs.queryOptions(), refetchInterval: 30_000 });
  return (
    <Part id="jobs-title" title={t("jobs")} query={query}>
      {query.data?.length === 0 ? <p className="border-t p-4 text-fg-2">{t("noJobs")}</p> : (
        <ul>
          {query.data?.map((job) => (
            <li key={job.name} className="border-t px-4 py-2.5">
              <p className="flex items-baseline gap-3">
                <span className="min-w-0 flex-1 font-medium">{t.has(`jobNames.${job.name}`) ? t(`jobNames.${job.name}`) : job.name}</span>
                <span className="text-13"><StatusDot tone={job.failures > 0 ? "bad" : TONES[job.lastState ?? ""] ?? "neutral"}>{job.failures > 0 ? t("jobFailures", { count: job.failures }) : job.lastState ? t(`jobStates.${job.lastState}`) : t("jobStates.never")}</StatusDot></span>
              </p>
              <p className="mt-0.5 flex flex-wrap gap-x-3 text-13 text-fg-2">
                {job.cron ? <Rhythm cron={job.cron} /> : null}
                {job.lastStartedAt ? <span>{t.rich("lastRun", { time: () => <Time at={job.lastStartedAt} /> })}</span> : null}
                {job.seconds === null ? null : <span>{t("took", { duration: formatLatency(job.seconds * 1000) })}</span>}
                {job.nextAt ? <span>{t.rich("nextRun", { time: () => <Time at={job.nextAt} as="clock" /> })}</span> : null}
              </p>
              {job.error ? <p className="mt-1 text-13 break-words text-bad">{job.error}</p> : null}
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

/** How often, in words; a schedule that has none is shown as it is written. */
function Rhythm({ cron }: { cron: string }) {
  const t = useTranslations("health.rhythm");
  const rhythm = rhythmOf(cron);
  if (!rhythm) return <code className="text-12">{cron}</code>;
  return <span title={cron}>{rhythm.kind === "minutes" ? t("minutes", { count: rhythm.count }) : rhythm.kind === "hourly" ? t("hourly", { minute: rhythm.minute }) : t("daily", { time: rhythm.time })}</span>;
}
