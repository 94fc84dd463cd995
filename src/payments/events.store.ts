import type { ProviderNotice } from "#payments/provider.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type EventStatus = "received" | "done" | "ignored" | "failed";

/** Keeps a notification, once. @returns what became of it before; undefined = it is new */
export async function keepNotice(db: Queryable, provider: string, notice: ProviderNotice): Promise<EventStatus | undefined> {
  const { rowCount } = await db.query(
    `INSERT INTO provider_events (provider, event_id, type, object_id, livemode, payload) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
    [provider, notice.id, notice.type, notice.objectId ?? null, notice.livemode, JSON.stringify(notice.payload)]);
  if (rowCount === 1) return undefined;
  const { rows } = await db.query<{ status: EventStatus }>("SELECT status FROM provider_events WHERE provider = $1 AND event_id = $2", [provider, notice.id]);
  return rows[0]?.status;
}

export async function closeNotice(db: Queryable, provider: string, eventId: string, status: Exclude<EventStatus, "received">, error?: string): Promise<void> {
  await db.query(
    `UPDATE provider_events SET status = $3, attempts = attempts + 1, last_error = $4, done_at = CASE WHEN $3 = 'failed' THEN NULL ELSE now() END
      WHERE provider = $1 AND event_id = $2 AND status <> 'done'`,
    [provider, eventId, status, error?.slice(0, 500) ?? null]);
}

/** Notifications that were not dealt with: the third net, after the provider's own repetitions and the poller. */
export async function openNotices(db: Queryable, provider: string, before: Date, limit: number): Promise<{ payload: unknown }[]> {
  const { rows } = await db.query<{ payload: unknown }>(
    "SELECT payload FROM provider_events WHERE provider = $1 AND status IN ('received', 'failed') AND received_at < $2 AND attempts < 20 ORDER BY received_at LIMIT $3",
    [provider, before, limit]);
  return rows;
}
