import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { RequestsScreen } from "#ui/requests/requests-screen.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("requests"))("title"), robots: { index: false } };
}

export default async function RequestsPage() {
  await requireUser();
  return <RequestsScreen />;
}
