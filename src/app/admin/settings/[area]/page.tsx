import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { settingAreas } from "#app/admin/settings/areas.ts";
import { requireStaff } from "#app/guard.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings-admin"))("title"), robots: { index: false } };
}

/** Only says whether there is such an area; its settings stand in the layout. */
export default async function SettingsAreaPage({ params }: { params: Promise<{ area: string }> }) {
  const user = await requireStaff("settings:read");
  if (!settingAreas(user.role).includes((await params).area)) notFound();
  return null;
}
