import { notFound } from "next/navigation";
import { permissionsOfRole } from "#accounts/index.ts";
import { requireStaff } from "#app/guard.ts";
import { isUuid } from "#platform/ids.ts";
import { UserScreen, type UserTab } from "#ui/users/user-screen.client.tsx";

const ALL = ["overview", "wallet", "keys", "requests", "sessions", "audit"] as const;

/** One account, at one of its tabs; a tab that the viewer may not see does not exist for him. */
export async function UserPage({ id, tab }: { id: string; tab: string }) {
  const viewer = await requireStaff("users:read");
  const held = permissionsOfRole(viewer.role);
  const tabs = ALL.filter((name): boolean => (name === "wallet" ? held.has("wallet:read") : name === "requests" ? held.has("requests:read") : name === "audit" ? held.has("audit:read") : true));
  const shown = tabs.find((name) => name === tab) as UserTab | undefined;
  if (!isUuid(id) || !shown) notFound();
  return (
    <UserScreen
      id={id} tab={shown} tabs={tabs}
      rights={{
        adjust: held.has("wallet:adjust"), ask: held.has("approvals:request"), lift: held.has("refunds:write"), write: held.has("users:write"), disable: held.has("users:disable"), mail: held.has("users:mail"), revoke: held.has("keys:revoke"),
        ledger: held.has("ledger:read"), orders: held.has("orders:read"), staff: held.has("staff:write"), self: viewer.id,
      }}
    />
  );
}
