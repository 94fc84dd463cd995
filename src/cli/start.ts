import { readEnv } from "#config/env.ts";
import { defaultNodeEnv } from "#config/process-env.ts";
import { createLog } from "#platform/log.ts";
import { prepare } from "#cli/start/prepare.ts";
import { whyNotListening } from "#cli/start/listen-error.ts";
import { announce } from "#cli/start/announce.ts";

/** `npm start`: from a clone to a serving shop. Ends with 0 after SIGTERM or SIGINT, when everything is settled and closed. */
export default async function run(): Promise<number> {
  defaultNodeEnv("production");
  const env = readEnv();
  const log = createLog({ level: env.logLevel, format: env.logFormat });
  const database = await prepare(env, log, { build: true });
  try {
    // The server reaches for modules that only exist after the build, so it is loaded late.
    const { serveUntilSignal } = await import("#server.ts");
    await serveUntilSignal(database.env, log, false, (url) => void announce(database.env, url, log));
  } catch (error) {
    throw whyNotListening(error, env) ?? error;
  } finally {
    await database.close();
  }
  return Number(process.exitCode ?? 0);
}
