import "server-only";
import { cache } from "react";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import type { Context } from "#trpc/init.ts";
import { callerOf } from "#trpc/root.ts";

/** What procedures get to know: who asks, and the database. */
export async function trpcContext(): Promise<Context> {
  const { pool } = await shop();
  return { user: await currentUser(), pool };
}

/** The procedures without HTTP, for the signed-in session; for server components. Once per request. */
export const serverCaller = cache(async () => callerOf(await trpcContext()));
