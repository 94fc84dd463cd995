import "server-only";
import { cache } from "react";
import { readEnv } from "#config/env.ts";
import { createLog } from "#platform/log.ts";
import { webRuntime } from "#runtime.ts";

/** The web half's one runtime; built at the first request when Next was started without `npm start`. */
export const shop = cache(() => {
  const env = readEnv();
  return webRuntime(env, createLog({ level: env.logLevel, format: env.logFormat }));
});
