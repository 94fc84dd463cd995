import "server-only";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import type { Context } from "#trpc/init.ts";

/** What every procedure gets, over HTTP and from pages alike. */
export async function trpcContext(headers: Headers): Promise<Context> {
  const { pool, keys, sealer, clock, passwords, throttle, baseUrl } = await shop();
  return {
    user: await currentUser(),
    pool, keys, sealer, clock, passwords, throttle, baseUrl,
    ip: headers.get("x-mm-client-ip") ?? undefined,
    userAgent: headers.get("user-agent") ?? undefined,
  };
}
