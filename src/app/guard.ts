import "server-only";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { isStaff, type Permission, permissionsOfRole } from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { currentUser } from "#app/session.ts";

/** Who is signed in; whoever is not goes to sign in, and comes back to this address. */
export async function requireUser(): Promise<SessionUser> {
  const user = await currentUser();
  if (user) return user;
  redirect(`/sign-in?next=${encodeURIComponent((await currentAddress()) ?? "/console")}`);
}

/** Path and query of this request, for layouts. */
export const currentAddress = async (): Promise<string | undefined> => (await headers()).get("x-mm-path") ?? undefined;

/** One of the staff, with the permission where one is named; for everybody else there is no such page. */
export async function requireStaff(permission?: Permission): Promise<SessionUser> {
  const user = await requireUser();
  if (!isStaff(user.role) || (permission && !permissionsOfRole(user.role).has(permission))) notFound();
  return user;
}
