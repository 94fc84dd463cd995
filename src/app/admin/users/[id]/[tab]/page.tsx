import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound } from "next/navigation";
import { UserPage } from "#app/admin/users/[id]/user-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("users"))("user"), robots: { index: false } };
}

export default async function UserTabPage({ params }: { params: Promise<{ id: string; tab: string }> }) {
  const { id, tab } = await params;
  if (tab === "overview") notFound(); // it stands at the account's own address
  return <UserPage id={id} tab={tab} />;
}
