import { redirect } from "next/navigation";
import { requireStaff } from "#app/guard.ts";

/** The settings begin with the shop's own. */
export default async function SettingsPage() {
  await requireStaff("settings:read");
  redirect("/admin/settings/shop");
}
