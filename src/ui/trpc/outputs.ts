import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#trpc/root.ts";

/** What the console's procedures answer, as the browser gets it. */
export type ConsoleOutputs = inferRouterOutputs<AppRouter>["console"];
