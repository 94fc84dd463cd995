import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireUser } from "#app/guard.ts";
import { serverCaller } from "#app/trpc.ts";
import { ProfileForm } from "#ui/account/profile-form.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("tabs.profile"), robots: { index: false } };
}

export default async function ProfilePage() {
  await requireUser();
  const profile = await (await serverCaller()).console.profile.get();
  const zones = Intl.supportedValuesOf("timeZone");
  return <ProfileForm profile={profile} zones={zones.includes(profile.timeZone) ? zones : [profile.timeZone, ...zones]} />;
}
