import "server-only";
import { cache } from "react";
import { loadSettings } from "#accounts/index.ts";
import { readEnv } from "#config/env.ts";
import { fingerprint } from "#platform/crypto/hash.ts";
import { readyUrl } from "#platform/edge.ts";
import { createLog } from "#platform/log.ts";
import { webRuntime } from "#runtime.ts";

/** The web half's one runtime; built at the first request when Next was started without `npm start`. Once per request. */
export const shop = cache(async () => {
  const env = readEnv();
  const runtime = await webRuntime(env, createLog({ level: env.logLevel, format: env.logFormat }));
  const settings = cache(() => loadSettings(runtime.pool));
  return {
    ...runtime,
    env,
    settings,
    /** What staff's acts on channels, models and prices need. */
    supply: {
      auditKey: runtime.keys.auditKey, sealer: runtime.sealer, tests: runtime.channelTests,
      fingerprint: (secret: string) => fingerprint(runtime.keys.keyPepper, secret), nowMs: () => runtime.clock.now(),
    },
    /** Where customers reach the shop: the configured address, else that of the ready line. */
    baseUrl: async () => env.url ?? (await settings())["shop.url"] ?? readyUrl(env.host, env.port),
  };
});
