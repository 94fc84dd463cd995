import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { IncidentScreen } from "#ui/incidents/incident-screen.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin-incidents"))("title"), robots: { index: false } };
}

/** What the status page says in the operator's words. */
export default async function IncidentsPage() {
  const user = await requireStaff("health:read");
  return <IncidentScreen mayWrite={permissionsOfRole(user.role).has("settings:write")} />;
}
