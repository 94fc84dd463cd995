import { Redis } from "ioredis";
import type { Log } from "#platform/log.ts";
import type { SharedScript } from "#platform/shared-script.ts";

/** A command later than this is given up: whoever waits answers a customer. Next door it takes less than one. */
const COMMAND_MS = 20;
/** A timer that rings so late tells that this process was held up, and with it what the store has answered. */
const HELD_UP_MS = 5;
const CONNECT_MS = 2_000;
const RETRY_MS = { first: 50, longest: 2_000 } as const;

/** A store that several nodes share. All of its data may be lost at any time without harm to money. */
export interface SharedStore {
  /**
   * Runs a Lua script. Commands of one turn of the event loop travel together.
   *
   * @param keys all in one hash slot
   * @throws Error when the store is away or answers too late; the script may have run all the same
   */
  run(script: SharedScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
  /** Ends the connection. */
  close(): void;
}

/**
 * Connects in the background and again whenever the connection is lost; until then every command fails at once.
 *
 * @param commandMs how long a command may take
 */
export function connectSharedStore(url: string, log: Log, commandMs = COMMAND_MS): SharedStore {
  const redis = new Redis(url, {
    connectionName: "modelmart", connectTimeout: CONNECT_MS, maxRetriesPerRequest: 0,
    enableOfflineQueue: false, enableAutoPipelining: true,
    retryStrategy: (times) => Math.min(RETRY_MS.first * 2 ** Math.min(times, 10), RETRY_MS.longest),
  });
  let told = false;
  redis.on("ready", () => {
    if (told) log.info({}, "the shared store is back");
    told = false;
  });
  redis.on("error", (err: unknown) => {
    if (!told) log.warn({ err }, "the shared store cannot be reached; until it is back limits are kept as relay.limiter_on_error says");
    told = true;
  });
  // Not the client's own scripts: one that is made known while commands of the same turn are gathered breaks them all.
  const evaluate = async ({ lua, sha }: SharedScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> => {
    try {
      return await redis.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return redis.eval(lua, keys.length, ...keys, ...args);
    }
  };

  return {
    run: (script, keys, args) => within(commandMs, evaluate(script, keys, args)),
    close: () => redis.disconnect(),
  };
}

/** @throws Error when the answer is late; what this process itself was held up for does not count, once */
function within(ms: number, answer: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let due = performance.now() + ms, again = true;
    // What has arrived by then is read before it is called late.
    const ring = (): void => {
      const now = performance.now();
      if (!again || now - due < HELD_UP_MS) {
        setImmediate(reject, new Error("the shared store answers too late"));
        return;
      }
      again = false;
      due = now + ms;
      timer = setTimeout(ring, ms);
    };
    let timer = setTimeout(ring, ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
