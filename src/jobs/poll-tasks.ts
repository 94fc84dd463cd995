import type { Log } from "#platform/log.ts";

/** Vendors are asked after two seconds at the earliest; the table is looked at as often as that is worth. */
const ROUND_MS = 1_000;
/** A round that found so many is followed by the next at once. */
const FULL = 20;
const TROUBLE_MS = 5_000;

/**
 * Looks after long work for as long as this process lives: no job of the engine, whose clock knows minutes only. Every
 * node may run it, since what one looks at the others leave alone.
 *
 * @param round looks at what is due; says how many these were
 */
export function startTaskRounds(round: () => Promise<number>, log: Log): Readonly<{ stop(): Promise<void> }> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const next = (ms: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = round().then((found) => next(found >= FULL ? 0 : ROUND_MS), (err: unknown) => {
        log.error({ err }, "tasks could not be looked after");
        next(TROUBLE_MS);
      });
    }, ms).unref();
  };
  next(ROUND_MS);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
