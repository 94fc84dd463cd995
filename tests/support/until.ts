import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks until the answer is not undefined, false or null, and gives it back.
 *
 * @param what named in the error when time is up
 * @throws Error after `timeoutMs`; an error thrown by `ask` counts as "not yet" and is told at the end
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  { timeoutMs = 5_000, everyMs = 20 }: Readonly<{ timeoutMs?: number; everyMs?: number }> = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await ask();
      if (value !== undefined && value !== null && value !== false) return value as NonNullable<Exclude<T, false>>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: last });
    await sleep(everyMs);
  }
}
