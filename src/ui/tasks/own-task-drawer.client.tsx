"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import type { AppRouter } from "#trpc/root.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { LinkButton } from "#ui/kit/button.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState, Skeleton } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { Timeline } from "#ui/kit/timeline.tsx";
import { ErrorText } from "#ui/tasks/note-text.client.tsx";
import { isOpen, taskTone } from "#ui/tasks/task-words.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Task = inferRouterOutputs<AppRouter>["console"]["tasks"]["get"];

/** While it is under way. */
const LOOK_MS = 5_000;

/** One of the customer's tasks: what he asked for, how far it is, what it costs, and where its files are. */
export function OwnTaskDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const t = useTranslations("tasks");
  const trpc = useTRPC();
  const task = useQuery({ ...trpc.console.tasks.get.queryOptions({ id: id ?? "" }), enabled: id !== null, refetchInterval: ({ state: { data } }) => (data && isOpen(data.state) ? LOOK_MS : false) });
  return (
    <Drawer open={id !== null} onOpenChange={(open) => open || onClose()} title={t("task")}>
      {task.data ? <Facts task={task.data} /> : task.isError ? <ErrorState text={t("failed")} onRetry={() => void task.refetch()} /> : <Skeleton className="h-64" />}
    </Drawer>
  );
}

function Facts({ task }: { task: Task }) {
  const t = useTranslations("tasks");
  const { files } = task;
  return (
    <div className="flex min-w-0 flex-col gap-6">
      {files.length > 0 ? (
        <p className="flex flex-wrap gap-2">
          {files.map(({ href, kind }, i) => <LinkButton key={href} href={href} size="sm" target="_blank" rel="noreferrer">{t("file", { kind: t(`files.${kind}`), at: files.length > 1 ? ` ${i + 1}` : "" })}</LinkButton>)}
        </p>
      ) : null}
      <DefinitionList
        items={[
          { label: t("state"), value: <StatusDot tone={taskTone(task.state)}>{t(`states.${task.state}`)}</StatusDot> },
          { label: t("id"), value: <IdText id={task.publicId} /> },
          { label: t("model"), value: task.model },
          { label: t("prompt"), value: task.prompt && <span className="break-words whitespace-pre-wrap">{task.prompt}</span> },
          { label: t("key"), value: task.keyName },
          { label: task.chargeNano === null ? t("held") : t("charged"), value: <Money nano={task.chargeNano ?? task.holdNano} as="exact" /> },
          { label: t("deadline"), value: isOpen(task.state) ? <Time at={task.deadlineAt} as="stamp" /> : null },
          { label: t("notified"), value: task.notified && <span className="break-all">{task.notified}</span> },
          { label: t("error"), value: task.errorMessage ?? task.errorCode ? <ErrorText code={task.errorCode} message={task.errorMessage} /> : null },
        ]}
      />
      <section>
        <h3 className="mb-3 font-medium">{t("timeline")}</h3>
        <Timeline items={task.events.map(({ id, at, state }) => ({ id: id.toString(), at, title: t(`states.${state}`), tone: taskTone(state) }))} />
      </section>
      {task.chargeNano === null ? null : <p><LinkButton href={`/console/requests/${task.requestId}`} size="sm">{t("receipt")}</LinkButton></p>}
    </div>
  );
}
