"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AppRouter } from "#trpc/root.ts";
import { reasonOf } from "#ui/account/reason.ts";
import { StatusDot } from "#ui/kit/badge.tsx";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { ConfirmDialog } from "#ui/kit/confirm-dialog.client.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { Money } from "#ui/kit/money.tsx";
import { ErrorState, Skeleton } from "#ui/kit/states.tsx";
import { Time } from "#ui/kit/time.tsx";
import { Timeline } from "#ui/kit/timeline.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { ErrorText, NoteText } from "#ui/tasks/note-text.client.tsx";
import { isOpen, taskTone } from "#ui/tasks/task-words.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

type Task = inferRouterOutputs<AppRouter>["admin"]["tasks"]["get"];

/** One task: what it is, what happened to it, and what can be done about it. */
export function TaskDrawer({ id, mayAct, onClose }: { id: string | null; mayAct: boolean; onClose: () => void }) {
  const t = useTranslations("admin-tasks");
  const trpc = useTRPC();
  const task = useQuery({ ...trpc.admin.tasks.get.queryOptions({ id: id ?? "" }), enabled: id !== null });
  return (
    <Drawer open={id !== null} onOpenChange={(open) => open || onClose()} title={t("task")} footer={task.data && mayAct && isOpen(task.data.state) ? <Acts task={task.data} /> : undefined}>
      {task.data ? <Facts task={task.data} /> : task.isError ? <ErrorState text={t("problems.failed")} onRetry={() => void task.refetch()} /> : <Skeleton className="h-64" />}
    </Drawer>
  );
}

function Facts({ task }: { task: Task }) {
  const t = useTranslations("admin-tasks");
  const time = (at: Date | null) => at && <Time at={at} as="stamp" />;
  return (
    <div className="flex flex-col gap-6">
      <DefinitionList
        items={[
          { label: t("state"), value: <StatusDot tone={taskTone(task.state)}>{t(`states.${task.state}`)}</StatusDot> },
          { label: t("id"), value: <IdText id={task.publicId} /> },
          { label: t("user"), value: task.email ?? <IdText id={task.userId} /> },
          { label: t("model"), value: task.model },
          { label: t("form"), value: `${task.form} · ${task.action}` },
          { label: t("channel"), value: task.channel },
          { label: t("upstreamId"), value: task.upstreamId && <IdText id={task.upstreamId} /> },
          { label: t("held"), value: <Money nano={task.holdNano} as="exact" /> },
          ...(task.chargeNano === null ? [] : [{ label: t("charged"), value: <Money nano={task.chargeNano} as="exact" /> }]),
          { label: t("polls"), value: t("pollsTold", { polls: task.polls, faults: task.faults }) },
          ...(isOpen(task.state) ? [{ label: t("nextPoll"), value: time(task.nextPollAt) }, { label: t("deadline"), value: time(task.deadlineAt) }] : []),
          ...(task.errorMessage ?? task.errorCode ? [{ label: t("error"), value: <ErrorText code={task.errorCode} message={task.errorMessage} /> }] : []),
        ]}
      />
      <section>
        <h3 className="mb-3 font-medium">{t("timeline")}</h3>
        <Timeline items={task.events.map(({ id, at, state, note }) => ({ id: id.toString(), at, title: t(`states.${state}`), tone: taskTone(state), ...(note !== null && { text: <NoteText text={note} byVendor={state === "failed" && task.errorCode !== "released"} /> }) }))} />
      </section>
      {task.chargeNano === null ? null : <p><LinkButton href={`/admin/requests?open=${task.id}`} size="sm">{t("receipt")}</LinkButton></p>}
    </div>
  );
}

function Acts({ task }: { task: Task }) {
  const t = useTranslations("admin-tasks");
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const again = () => queries.invalidateQueries({ queryKey: trpc.admin.tasks.pathKey() });
  const fail = (error: unknown) => toast.error(t(`problems.${reasonOf(error) === "ended" ? "ended" : "failed"}`));
  const poll = async () => {
    setBusy(true);
    try {
      await client.admin.tasks.poll.mutate({ id: task.id });
      toast.success(t("polled"));
    } catch (error) {
      fail(error);
    } finally {
      await again();
      setBusy(false);
    }
  };
  const release = async (reason?: string) => {
    try {
      await client.admin.tasks.release.mutate({ id: task.id, reason: reason ?? "" });
      toast.success(t("released"));
    } catch (error) {
      fail(error);
      throw error;
    } finally {
      await again();
    }
  };
  return (
    <div className="flex justify-end gap-2">
      {task.state === "submitted" || task.state === "running" ? <Button busy={busy} onClick={() => void poll()}>{t("pollNow")}</Button> : null}
      <Button variant="danger" onClick={() => setAsking(true)}>{t("release")}</Button>
      <ConfirmDialog open={asking} onOpenChange={setAsking} danger reason title={t("releaseTitle")} description={t("releaseText")} confirmLabel={t("release")} onConfirm={release} />
    </div>
  );
}
