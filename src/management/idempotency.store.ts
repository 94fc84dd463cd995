import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { canonicalJson } from "#accounts/index.ts";
import { ManagementError } from "#management/errors.ts";
import { withTransaction } from "#platform/db/tx.ts";

/**
 * Does something once per (actor, key): a repeated call gets the first one's result, parallel ones wait for it, and
 * the same key with another input is refused. The record is written in the transaction of the work itself.
 *
 * @throws ManagementError idempotency_conflict, and whatever `work` throws (nothing is recorded then)
 */
export function runOnce(
  pool: Pool,
  call: Readonly<{ actorId: string; key: string; input: unknown }>,
  work: (tx: PoolClient) => Promise<string>,
): Promise<string> {
  const requestHash = createHash("sha256").update(canonicalJson(call.input)).digest();
  return withTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query(
      `INSERT INTO idempotent_requests (actor_id, key, request_hash, expires_at) VALUES ($1, $2, $3, now() + interval '10 years')
       ON CONFLICT (actor_id, key) DO NOTHING`,
      [call.actorId, call.key, requestHash],
    );
    if (rowCount === 0) {
      const { rows } = await tx.query<{ request_hash: Buffer; response: string }>(
        "SELECT request_hash, response #>> '{}' AS response FROM idempotent_requests WHERE actor_id = $1 AND key = $2",
        [call.actorId, call.key],
      );
      if (rows[0]?.request_hash.equals(requestHash)) return rows[0].response;
      throw new ManagementError("idempotency_conflict", "This idempotency key was used for another call.");
    }
    const result = await work(tx);
    await tx.query("UPDATE idempotent_requests SET response = $3 WHERE actor_id = $1 AND key = $2", [call.actorId, call.key, JSON.stringify(result)]);
    return result;
  });
}
