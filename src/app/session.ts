import "server-only";
import { getServerSession } from "next-auth";
import { cache } from "react";
import { readSession, type SessionUser } from "#accounts/sign-in.store.ts";
import { authOptions } from "#app/api/auth/options.ts";
import { shop } from "#app/shop.ts";

/** Who asks, or undefined. Read from the session's row once a request, so a log-out or a ban holds at once. */
export const currentUser = cache(async (): Promise<SessionUser | undefined> => {
  const session = await getServerSession(await authOptions());
  if (!session?.claims) return undefined;
  const { pool, clock } = await shop();
  return readSession(pool, session.claims, clock.now());
});
