import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { UserPage } from "#app/admin/users/[id]/user-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("users"))("user"), robots: { index: false } };
}

export default async function UserOverviewPage({ params }: { params: Promise<{ id: string }> }) {
  return <UserPage id={(await params).id} tab="overview" />;
}
