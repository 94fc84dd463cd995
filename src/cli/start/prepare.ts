import { fork } from "node:child_process";
import { chmod, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Env } from "#config/env.ts";
import { childEnv } from "#config/process-env.ts";
import { loadSecret } from "#platform/crypto/secret.ts";
import { buildClient, buildSite } from "#cli/start/build.ts";
import { openDatabase, prepareDatabase, type OpenDatabase } from "#cli/start/database.ts";
import { StartError } from "#cli/start/errors.ts";

/**
 * Everything between the environment and the first request: data folder, secret, database, build, store file.
 *
 * @param build whether the site is built here (`dev` compiles by itself)
 * @throws StartError, MigrationError and the errors of the secret, each with what to do
 */
export async function prepare(env: Env, { build }: Readonly<{ build: boolean }>): Promise<OpenDatabase> {
  await mkdir(env.dataDir, { recursive: true });
  await chmod(env.dataDir, 0o711); // the embedded database runs as another user below it when we are root
  await loadSecret(env);
  const database = await openDatabase(env);
  try {
    await prepareDatabase(database);
    await buildClient();
    if (build && env.role !== "relay") await buildSite();
    if (env.storeFile !== undefined) await applyStore(database.env, env.storeFile);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** In a process of its own, as an operator would run it. */
async function applyStore(env: Env, file: string): Promise<void> {
  const script = fileURLToPath(new URL("../run.mjs", import.meta.url));
  const code = await new Promise<number>((resolve, reject) => {
    const child = fork(script, ["store", "apply", file], {
      env: childEnv({ DATABASE_URL: env.databaseUrl }),
      stdio: ["ignore", 2, 2, "ipc"],
    });
    child.on("error", reject);
    child.on("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) throw new StartError(`The store file ${file} (MODELMART_STORE) could not be applied; what is wrong stands above.`);
}
