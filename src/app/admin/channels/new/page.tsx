import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireStaff } from "#app/guard.ts";
import { NewChannel } from "#ui/channels/new-channel.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("channels.wizard"))("title"), robots: { index: false } };
}

export default async function NewChannelPage() {
  await requireStaff("channels:write");
  return <NewChannel />;
}
