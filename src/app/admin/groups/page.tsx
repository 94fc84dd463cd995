import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { sellingRights } from "#app/admin/channels/rights.ts";
import { requireStaff } from "#app/guard.ts";
import { GroupList } from "#ui/groups/group-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("groups"))("title"), robots: { index: false } };
}

export default async function GroupsPage() {
  const user = await requireStaff("catalog:read");
  return <GroupList rights={sellingRights(user).catalog} />;
}
