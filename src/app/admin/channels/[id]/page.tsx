import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { sellingRights } from "#app/admin/channels/rights.ts";
import { requireStaff } from "#app/guard.ts";
import { ChannelPage } from "#ui/channels/channel-page.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("channels"))("title"), robots: { index: false } };
}

export default async function ChannelOverviewPage({ params }: { params: Promise<{ id: string }> }) {
  const user = await requireStaff("channels:read");
  const { id } = await params;
  if (!z.uuid().safeParse(id).success) notFound();
  return <ChannelPage id={id} tab="overview" rights={sellingRights(user).channels} />;
}
