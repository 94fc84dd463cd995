import "server-only";
import { headers } from "next/headers";
import { cache } from "react";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import type { Context } from "#trpc/init.ts";
import { callerOf } from "#trpc/root.ts";

/** What procedures get to know: who asks, from where, and the parts of the shop's runtime. */
export async function trpcContext(): Promise<Context> {
  const { pool, keys, sealer, clock, passwords, throttle, payments, supply, baseUrl } = await shop();
  const asked = await headers();
  return {
    user: await currentUser(),
    pool, keys, sealer, clock, passwords, throttle, payments, supply, baseUrl,
    ip: asked.get("x-mm-client-ip") ?? undefined,
    userAgent: asked.get("user-agent") ?? undefined,
  };
}

/** The procedures without HTTP, for the signed-in session; for server components. Once per request. */
export const serverCaller = cache(async () => callerOf(await trpcContext()));
