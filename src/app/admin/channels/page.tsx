import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { sellingRights } from "#app/admin/channels/rights.ts";
import { requireStaff } from "#app/guard.ts";
import { ChannelList } from "#ui/channels/channel-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("channels"))("title"), robots: { index: false } };
}

export default async function ChannelsPage() {
  const user = await requireStaff("channels:read");
  return <ChannelList rights={sellingRights(user).channels} />;
}
