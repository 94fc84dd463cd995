import "server-only";
import { headers } from "next/headers";
import { cache } from "react";
import { trpcContext } from "#app/trpc-context.ts";
import { callerOf } from "#trpc/root.ts";

/** The procedures without HTTP, for the signed-in session; for server components. Once per request. */
export const serverCaller = cache(async () => callerOf(await trpcContext(await headers())));
