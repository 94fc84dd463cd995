import { ensureSetupToken } from "#accounts/index.ts";
import { isLoopback } from "#platform/cidr.ts";
import type { Env } from "#config/env.ts";
import { createPool } from "#platform/db/pool.ts";
import type { Log } from "#platform/log.ts";

/** The ready line, the one-time set-up link while the shop has no owner, and what an operator should know about his address. */
export async function announce(env: Env, url: string, log: Log): Promise<void> {
  process.stdout.write(`Modelmart is ready at ${url}\n`);
  if (!isLoopback(env.host) && env.host !== "localhost" && !env.url?.startsWith("https://")) {
    log.warn({ host: env.host }, "serving on a public address without https: cookies and keys travel in the clear; put a TLS proxy in front and set MODELMART_URL");
  }
  // A relay node serves no pages, the set-up one included.
  if (env.databaseUrl === undefined || env.role === "relay") return;
  const pool = createPool(env.databaseUrl, { name: "setup", max: 1 });
  try {
    const token = await ensureSetupToken(pool, { dataDir: env.dataDir, given: env.setupToken });
    if (token !== undefined) process.stdout.write(`First run: make the shop owner at ${new URL(`/setup?token=${encodeURIComponent(token)}`, env.url ?? url).href}\n`);
  } catch (error) {
    log.warn({ err: error }, "the set-up link could not be made");
  } finally {
    await pool.end();
  }
}
