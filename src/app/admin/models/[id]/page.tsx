import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { sellingRights } from "#app/admin/channels/rights.ts";
import { requireStaff } from "#app/guard.ts";
import { ModelPage } from "#ui/models-admin/model-page.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("models-admin"))("title"), robots: { index: false } };
}

export default async function ModelDetailPage({ params }: { params: Promise<{ id: string }> }) {
  const user = await requireStaff("catalog:read");
  const { id } = await params;
  if (!z.uuid().safeParse(id).success) notFound();
  return <ModelPage id={id} write={sellingRights(user).catalog.write} />;
}
