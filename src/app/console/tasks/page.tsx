import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { HookSecret } from "#ui/tasks/hook-secret.client.tsx";
import { OwnTaskList } from "#ui/tasks/own-task-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("tasks"))("title"), robots: { index: false } };
}

/** A customer's videos, songs and pictures that take minutes. */
export default async function OwnTasksPage() {
  await requireUser();
  const t = await getTranslations("tasks");
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <OwnTaskList />
      <HookSecret />
    </>
  );
}
