import { redirect } from "next/navigation";
import { settingAreas } from "#app/admin/settings/areas.ts";
import { requireStaff } from "#app/guard.ts";

/** The settings begin with the shop's own, or with the first that one may see. */
export default async function SettingsPage() {
  const user = await requireStaff("settings:read");
  redirect(`/admin/settings/${settingAreas(user.role)[0]}`);
}
