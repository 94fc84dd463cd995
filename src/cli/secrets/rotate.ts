import { mailAad, writeAudit } from "#accounts/index.ts";
import { channelKeyAad, channelProxyAad } from "#channels/index.ts";
import { replaceCanary } from "#platform/crypto/canary.store.ts";
import { saveCarried } from "#platform/crypto/carried.store.ts";
import { createSealer, rewrapSealed } from "#platform/crypto/seal.ts";
import type { DerivedKeys } from "#platform/crypto/secret.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { taskAad } from "#relay/index.ts";
import { keptReplyAad, storedResponseAad } from "#reports/index.ts";
import type { Pool, PoolClient } from "pg";

/** Every column that holds sealed values, with the place that each value is tied to. */
const SEALED: readonly Readonly<{ table: string; column: string; aad(id: string): string }>[] = [
  { table: "channel_keys", column: "sealed", aad: channelKeyAad },
  { table: "channels", column: "proxy_sealed", aad: channelProxyAad },
  { table: "mails", column: "sealed", aad: mailAad },
  { table: "stored_responses", column: "sealed", aad: storedResponseAad },
  { table: "kept_replies", column: "sealed", aad: keptReplyAad },
  { table: "tasks", column: "sealed", aad: taskAad },
];

/** Another process of the shop holds the old secret in memory and could not read what is sealed under the new one. */
export class ShopRuns extends Error {
  override readonly name = "ShopRuns";
}

/**
 * Seals everything under the new secret, in one transaction: after a crash either all of it is done or nothing.
 *
 * @param from the keys in force, carried ones included
 * @param to what the new master secret gives
 * @returns how many values were sealed anew
 * @throws ShopRuns, SealError when a value does not open: nothing is changed then
 */
export function rotateSecrets(pool: Pool, from: DerivedKeys, to: DerivedKeys, now: Date): Promise<number> {
  return withTransaction(pool, async (tx) => {
    await refuseWhileRunning(tx);
    let count = 0;
    for (const column of SEALED) count += await rewrapColumn(tx, column, from, to);
    const sealer = createSealer(to);
    await replaceCanary(tx, sealer);
    await saveCarried(tx, sealer, from);
    await writeAudit(tx, from.auditKey, now, [{
      actor: { type: "system", id: "secrets" }, action: "secrets.rotate", before: { kek: from.kekId }, after: { kek: to.kekId, values: count },
    }]);
    return count;
  });
}

async function refuseWhileRunning(tx: PoolClient): Promise<void> {
  const { rows } = await tx.query<{ name: string }>(
    `SELECT DISTINCT application_name AS name FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'modelmart:%' AND application_name <> 'modelmart:secrets' ORDER BY 1`,
  );
  if (rows.length > 0) throw new ShopRuns(`the shop runs (${rows.map(({ name }) => name).join(", ")}): stop every node first`);
}

async function rewrapColumn(tx: PoolClient, { table, column, aad }: (typeof SEALED)[number], from: DerivedKeys, to: DerivedKeys): Promise<number> {
  const opener = createSealer(to);
  const { rows } = await tx.query<{ id: string; sealed: Buffer }>(`SELECT id, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL FOR UPDATE`);
  for (const { id, sealed } of rows) {
    const next = rewrapSealed(sealed, from, to);
    opener.open(next, aad(id)); // each is tried before the old secret goes
    await tx.query(`UPDATE ${table} SET ${column} = $2 WHERE id = $1`, [id, next]);
  }
  return rows.length;
}
