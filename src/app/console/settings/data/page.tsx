import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { isStaff } from "#accounts/index.ts";
import { requireUser } from "#app/guard.ts";
import { serverCaller } from "#app/trpc.ts";
import { DataSettings } from "#ui/account/data-settings.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("tabs.data"), robots: { index: false } };
}

export default async function DataPage() {
  const user = await requireUser();
  const { closingAt } = await (await serverCaller()).console.profile.get();
  return <DataSettings email={user.email} staff={isStaff(user.role)} closingOn={closingAt?.toISOString().slice(0, 10)} />;
}
