import { isUtf8 } from "node:buffer";
import type { Pool } from "pg";
import type { Sealer } from "#platform/crypto/seal.ts";

/** An answer as its sender got it. */
export type KeptReply = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: Buffer }>;

/** Which request a key stands for. @property scope 32 bytes of address and key @property id UUID of the request */
export type ReplyClaim = Readonly<{ userId: string; scope: Buffer; bodyHash: Buffer; id: string }>;

/**
 * What became of a claim: it is this request's now, or another's that runs, was another body's, or was answered under
 * the id `id`, with what can be repeated of the answer.
 */
export type ClaimResult = Readonly<
  | { state: "claimed" } | { state: "running" } | { state: "conflict" }
  | { state: "done"; id: string; reply?: KeptReply }
>;

export type ReplyStore = Readonly<{
  claim(claim: ReplyClaim): Promise<ClaimResult>;
  /** The request still runs. Left out for a minute, its key is free for others. */
  renew(id: string): Promise<void>;
  /** It was answered, and charged for what it cost. Without a reply it cannot be repeated, only not be done again. */
  keep(id: string, reply: KeptReply | undefined): Promise<void>;
  /** It gave nothing and cost nothing. */
  free(id: string): Promise<void>;
}>;

const RUNNING_SECONDS = 60;
const KEPT_HOURS = 24;

/** Where the sealed value stands. @param id of the row */
export const keptReplyAad = (id: string): string => `kept_replies|sealed|${id}|reply`;

type Row = Readonly<{ id: string; bodyHash: Buffer; running: boolean; head: Head | null; sealed: Buffer | null }>;
type Head = Readonly<{ status: number; headers: Readonly<Record<string, string>>; base64?: true }>;

export function createReplyStore(pool: Pool, sealer: Sealer): ReplyStore {
  return {
    async claim(claim) {
      const { userId, scope, bodyHash, id } = claim;
      // Who died in the middle of it may have charged for it: then it stays done.
      const { rowCount } = await pool.query(
        `INSERT INTO kept_replies AS k (id, user_id, scope, body_hash, running_until, expires_at)
         VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5), now() + make_interval(hours => $6))
         ON CONFLICT (user_id, scope) DO UPDATE
            SET id = excluded.id, body_hash = excluded.body_hash, running_until = excluded.running_until, expires_at = excluded.expires_at,
                head = NULL, sealed = NULL, created_at = now()
          WHERE k.expires_at <= now()
             OR (k.running_until <= now() AND NOT EXISTS (SELECT 1 FROM charges c WHERE c.id = k.id AND c.at = mm_uuid_ms(k.id) AND c.charge_nano > 0))`,
        [id, userId, scope, bodyHash, RUNNING_SECONDS, KEPT_HOURS]);
      if (rowCount === 1) return { state: "claimed" };
      const { rows: [row] } = await pool.query<Row>(
        `SELECT id, body_hash AS "bodyHash", coalesce(running_until > now(), false) AS running, head, sealed FROM kept_replies WHERE user_id = $1 AND scope = $2`, [userId, scope]);
      if (!row) return { state: "running" }; // it was given up just now: asking again will do
      if (!row.bodyHash.equals(bodyHash)) return { state: "conflict" };
      if (row.running) return { state: "running" };
      return { state: "done", id: row.id, ...(row.head && row.sealed && { reply: open(sealer, row.id, row.head, row.sealed) }) };
    },
    async renew(id) {
      await pool.query("UPDATE kept_replies SET running_until = now() + make_interval(secs => $2) WHERE id = $1 AND running_until IS NOT NULL", [id, RUNNING_SECONDS]);
    },
    async keep(id, reply) {
      const text = reply && (isUtf8(reply.body) ? reply.body.toString("utf8") : undefined);
      const head = reply && { status: reply.status, headers: reply.headers, ...(text === undefined && { base64: true }) };
      await pool.query("UPDATE kept_replies SET running_until = NULL, head = $2, sealed = $3 WHERE id = $1", [
        id, head ? JSON.stringify(head) : null, reply ? sealer.seal(text ?? reply.body.toString("base64"), keptReplyAad(id)) : null,
      ]);
    },
    async free(id) {
      await pool.query("DELETE FROM kept_replies WHERE id = $1", [id]);
    },
  };
}

function open(sealer: Sealer, id: string, { status, headers, base64 }: Head, sealed: Buffer): KeptReply {
  return { status, headers, body: Buffer.from(sealer.open(sealed, keptReplyAad(id)), base64 ? "base64" : "utf8") };
}

/** Removes what has been kept long enough. @returns how many */
export async function pruneReplies(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query("DELETE FROM kept_replies WHERE expires_at <= now()");
  return rowCount ?? 0;
}
