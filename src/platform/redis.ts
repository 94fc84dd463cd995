import { Redis } from "ioredis";
import type { Log } from "#platform/log.ts";

/** A command later than this is given up: whoever waits answers a customer. */
const COMMAND_MS = 50;
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

/** `name` is the command under which the script is known to the connection. */
export type SharedScript = Readonly<{ name: string; lua: string }>;

/**
 * Connects in the background and again whenever the connection is lost; until then every command fails at once.
 *
 * @param commandMs how long a command may take
 */
export function connectSharedStore(url: string, log: Log, commandMs = COMMAND_MS): SharedStore {
  const redis = new Redis(url, {
    connectionName: "modelmart", connectTimeout: CONNECT_MS, commandTimeout: commandMs, maxRetriesPerRequest: 0,
    enableOfflineQueue: false, enableAutoPipelining: true,
    retryStrategy: (times) => Math.min(RETRY_MS.first * 2 ** Math.min(times, 10), RETRY_MS.longest),
  });
  let told = false;
  redis.on("ready", () => {
    if (told) log.info({}, "the shared store is back");
    told = false;
  });
  redis.on("error", (err: unknown) => {
    if (!told) log.warn({ err }, "the shared store cannot be reached; every node keeps its own part of the limits");
    told = true;
  });
  const known = new Map<string, (...args: (string | number)[]) => Promise<unknown>>();

  return {
    async run({ name, lua }, keys, args) {
      let command = known.get(name);
      if (!command) {
        // Sent by its hash; the source goes along once where the store has forgotten it.
        redis.defineCommand(name, { lua });
        command = (redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>)[name]!.bind(redis);
        known.set(name, command);
      }
      return command(keys.length, ...keys, ...args);
    },
    close: () => redis.disconnect(),
  };
}
