import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { UserList } from "#ui/users/user-list.client.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("users"))("title"), robots: { index: false } };
}

/** Everybody who has an account. */
export default async function UsersPage() {
  const user = await requireStaff("users:read");
  return <UserList mayCreate={permissionsOfRole(user.role).has("users:write")} />;
}
