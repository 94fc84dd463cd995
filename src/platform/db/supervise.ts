import type { Log } from "#platform/log.ts";
import { ensurePostgres, postgresRuns, type EmbeddedOptions } from "./embedded.ts";

export type SuperviseOptions = EmbeddedOptions & Readonly<{ log: Log; everyMs?: number }>;

/**
 * Starts the embedded PostgreSQL again when it was killed. It keeps its port, so pools find it again by themselves.
 * @returns ends the watch; resolves when a start under way is through
 */
export function superviseEmbedded(dataDir: string, { log, everyMs = 500, ...options }: SuperviseOptions): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const look = async (): Promise<void> => {
    try {
      if (!(await postgresRuns(dataDir)) && !stopped) {
        log.warn({}, "the embedded database is gone; starting it again");
        await ensurePostgres(dataDir, options);
      }
    } catch (error) {
      log.error({ err: error }, "the embedded database could not be started again");
    }
    if (!stopped) timer = setTimeout(next, everyMs).unref();
  };
  const next = (): void => {
    running = look();
  };
  timer = setTimeout(next, everyMs).unref();

  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
