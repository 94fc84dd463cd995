import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readEnv } from "#config/env.ts";
import { childEnv, defaultNodeEnv } from "#config/process-env.ts";
import { createLog } from "#platform/log.ts";
import { prepare } from "#cli/start/prepare.ts";

/** `npm run dev`: as start, but the relay restarts when its files change and Next compiles pages as they are asked for. */
export default async function run(): Promise<number> {
  defaultNodeEnv("development");
  const env = readEnv();
  const database = await prepare(env, createLog({ level: env.logLevel, format: env.logFormat }), { build: false });
  try {
    const server = fileURLToPath(new URL("../server.ts", import.meta.url));
    const child = spawn(process.execPath, ["--watch", "--watch-preserve-output", server, "--dev"], {
      env: childEnv({ DATABASE_URL: database.env.databaseUrl, DRAIN_SECONDS: String(Math.min(env.drainSeconds, 2)) }),
      stdio: "inherit",
    });
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
    return await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("exit", (code) => resolve(code ?? 0));
    });
  } finally {
    await database.close();
  }
}
