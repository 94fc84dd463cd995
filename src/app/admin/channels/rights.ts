import "server-only";
import { permissionsOfRole } from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";

/** What this person may do with what is sold: the pages show only acts that the procedures would take. */
export function sellingRights({ role }: SessionUser) {
  const permissions = permissionsOfRole(role);
  return {
    channels: { write: permissions.has("channels:write"), test: permissions.has("channels:test"), costs: permissions.has("costs:read") },
    catalog: { write: permissions.has("catalog:write"), costs: permissions.has("costs:read") },
  };
}
