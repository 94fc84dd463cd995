import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { SessionList } from "#ui/account/session-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("tabs.sessions"), robots: { index: false } };
}

export default async function SessionsPage() {
  await requireUser();
  return <SessionList />;
}
