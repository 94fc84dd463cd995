import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { DB_CONNECT_TIMEOUT_MS, LISTEN_PING_MS, LISTEN_RETRY_MS } from "#config/defaults.ts";
import type { Log } from "#platform/log.ts";
import type { Queryable } from "./queryable.ts";

export type Listener = Readonly<{
  /** Handlers of one channel are called in the order they were added; one that throws is logged. */
  on(channel: string, handler: (payload: string) => void): void;
  /** Resolves when every channel added so far is listened to: what is sent from then on is heard, or `onReconnect` is called. */
  ready(): Promise<void>;
  close(): Promise<void>;
}>;

export type ListenerOptions = Readonly<{
  log: Log;
  /** Called after every new connection but the first: messages may have been missed, so load everything anew. */
  onReconnect: () => void;
}>;

/**
 * Listens for NOTIFY on one connection of its own, and connects again, with growing pauses, whenever it is lost.
 * The address must lead to PostgreSQL itself: a transaction pooler does not pass notifications on.
 *
 * @throws when the first connection fails
 */
export async function createListener(url: string, { log, onReconnect }: ListenerOptions): Promise<Listener> {
  const handlers = new Map<string, ((payload: string) => void)[]>();
  const stop = new AbortController();
  let listening: Promise<unknown> = Promise.resolve();

  const dispatch = ({ channel, payload = "" }: pg.Notification): void => {
    for (const handler of handlers.get(channel) ?? []) {
      try {
        handler(payload);
      } catch (error) {
        log.error({ err: error, channel }, "a NOTIFY handler failed");
      }
    }
  };

  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({
      connectionString: url, application_name: "modelmart:listen", keepAlive: true,
      connectionTimeoutMillis: DB_CONNECT_TIMEOUT_MS, query_timeout: DB_CONNECT_TIMEOUT_MS,
    });
    client.on("error", () => undefined); // Followed by "end", where it is handled.
    client.on("notification", dispatch);
    try {
      await client.connect();
      for (const channel of handlers.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  };

  let client: pg.Client | undefined = await connect();
  const running = keepConnected();

  async function keepConnected(): Promise<void> {
    while (client && !stop.signal.aborted) {
      await lost(client, stop.signal);
      await client.end().catch(() => undefined);
      client = undefined;
      if (stop.signal.aborted) return;
      log.warn({}, "lost the LISTEN connection");
      client = await reconnect();
      if (client) onReconnect();
    }
  }

  async function reconnect(): Promise<pg.Client | undefined> {
    for (let pauseMs: number = LISTEN_RETRY_MS.first; !stop.signal.aborted; pauseMs = Math.min(pauseMs * 2, LISTEN_RETRY_MS.longest)) {
      await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
      if (stop.signal.aborted) break;
      try {
        return await connect();
      } catch (error) {
        log.debug({ err: error }, "cannot LISTEN yet");
      }
    }
    return undefined;
  }

  return {
    on(channel, handler) {
      const known = handlers.get(channel);
      if (known) {
        known.push(handler);
        return;
      }
      handlers.set(channel, [handler]);
      // One after another, as the driver wants it. When one fails, the connection is lost and `connect` listens to all of them.
      listening = listening.then(() => client?.query(`LISTEN ${client.escapeIdentifier(channel)}`)).catch(() => undefined);
    },
    async ready() {
      await listening;
    },
    async close() {
      stop.abort();
      await running;
      await client?.end().catch(() => undefined);
    },
  };
}

/** Resolves when the connection is gone, does not answer a ping, or is no longer wanted. */
async function lost(client: pg.Client, stop: AbortSignal): Promise<void> {
  const gone = new AbortController();
  client.once("end", () => gone.abort());
  const either = AbortSignal.any([gone.signal, stop]);
  while (!either.aborted) {
    await sleep(LISTEN_PING_MS, undefined, { signal: either, ref: false }).catch(() => undefined);
    if (either.aborted) return;
    const answered = await client.query("SELECT 1").then(() => true, () => false);
    if (!answered) return;
  }
}

/** Sends a message; inside a transaction it goes out at the commit. At most 8,000 bytes. */
export async function notify(db: Queryable, channel: string, payload: string): Promise<void> {
  await db.query("SELECT pg_notify($1, $2)", [channel, payload]);
}
