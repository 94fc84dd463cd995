import { fork } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Env } from "#config/env.ts";
import { buildClient, buildSite } from "#cli/start/build.ts";
import { openDatabase, type OpenDatabase } from "#cli/start/database.ts";
import { StartError } from "#cli/start/errors.ts";
import type { Log } from "#platform/log.ts";

/**
 * Everything between the environment and the first request: data folder, secret, database, build, store file.
 *
 * @param build whether the site is built here (`dev` compiles by itself)
 * @throws StartError and the errors of `openDatabase`, each with what to do
 */
export async function prepare(env: Env, log: Log, { build }: Readonly<{ build: boolean }>): Promise<OpenDatabase> {
  await mkdir(env.dataDir, { recursive: true, mode: 0o700 });
  const database = await openDatabase(env, log);
  try {
    if (env.role !== "relay") await buildClient();
    if (build && env.role !== "relay") await buildSite();
    if (env.storeFile !== undefined) await applyStore(env.storeFile);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** In a process of its own, as an operator would run it. */
async function applyStore(file: string): Promise<void> {
  const script = fileURLToPath(new URL("../run.mjs", import.meta.url));
  const code = await new Promise<number>((resolve, reject) => {
    const child = fork(script, ["store", "apply", file], { stdio: ["ignore", 2, 2, "ipc"] });
    child.on("error", reject);
    child.on("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) throw new StartError(`The store file ${file} (MODELMART_STORE) could not be applied; what is wrong stands above.`);
}
