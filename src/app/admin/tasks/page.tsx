import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { PageHeader } from "#ui/layout/page-header.tsx";
import { TaskList } from "#ui/tasks/task-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin-tasks"))("title"), robots: { index: false } };
}

/** Work that takes minutes: what is under way, what has come of it, and what hangs. */
export default async function TasksPage() {
  const viewer = await requireStaff("requests:read");
  const t = await getTranslations("admin-tasks");
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <TaskList mayAct={permissionsOfRole(viewer.role).has("channels:write")} />
    </>
  );
}
