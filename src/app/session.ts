import "server-only";
import { getServerSession } from "next-auth";
import { cache } from "react";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { authOptions } from "#app/api/auth/options.ts";
import { shop } from "#app/shop.ts";

/** Who asks, or undefined. Believed for a few seconds; a log-out or a ban is told to every node and holds at once. */
export const currentUser = cache(async (): Promise<SessionUser | undefined> => {
  const session = await getServerSession(await authOptions());
  if (!session?.claims) return undefined;
  const { sessions } = await shop();
  return sessions.read(session.claims);
});
