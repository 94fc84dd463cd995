import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { z } from "zod";
import { sellingRights } from "#app/admin/channels/rights.ts";
import { requireStaff } from "#app/guard.ts";
import { ChannelPage } from "#ui/channels/channel-page.client.tsx";

const address = z.strictObject({ id: z.uuid(), tab: z.enum(["keys", "models", "overrides", "settings"]) });

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("channels"))("title"), robots: { index: false } };
}

export default async function ChannelTabPage({ params }: { params: Promise<{ id: string; tab: string }> }) {
  const user = await requireStaff("channels:read");
  const parsed = address.safeParse(await params);
  if (!parsed.success) notFound();
  return <ChannelPage {...parsed.data} rights={sellingRights(user).channels} />;
}
