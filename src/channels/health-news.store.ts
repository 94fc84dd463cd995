import { randomUUID } from "node:crypto";
import { readNews, writeNews, type HealthNews, type HealthWire } from "#channels/health-news.ts";
import { notify, type Listener } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import type { Log } from "#platform/log.ts";

const CHANNEL = "health";
/** PostgreSQL takes 8,000. No model is named so, but names are the operator's. */
const PAYLOAD_BYTES_MAX = 7_900;

/** Tells other nodes by NOTIFY. */
export function createHealthWire({ db, listener, log }: Readonly<{ db: Queryable; listener: Listener; log: Log }>): HealthWire {
  const self = randomUUID();
  return {
    tell(news) {
      const payload = writeNews(news, self);
      if (Buffer.byteLength(payload) > PAYLOAD_BYTES_MAX) return;
      notify(db, CHANNEL, payload).catch((err: unknown) => log.debug({ err }, "a channel's health could not be told to the other nodes"));
    },
    listen(heed) {
      listener.on(CHANNEL, (payload) => {
        const news: HealthNews | undefined = readNews(payload, self);
        if (news) heed(news);
      });
    },
  };
}
