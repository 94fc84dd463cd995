import "server-only";
import { headers } from "next/headers";
import { cache } from "react";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import type { Context } from "#trpc/init.ts";
import { callerOf } from "#trpc/root.ts";

/** What procedures get to know: who asks, and the database. */
export async function trpcContext(): Promise<Context> {
  const { pool, supply } = await shop();
  const ip = (await headers()).get("x-mm-client-ip");
  return { user: await currentUser(), pool, supply, ...(ip !== null && { ip }) };
}

/** The procedures without HTTP, for the signed-in session; for server components. Once per request. */
export const serverCaller = cache(async () => callerOf(await trpcContext()));
