import { notify } from "#platform/db/listen.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { uuidv7 } from "#platform/ids.ts";
import { keySuffix } from "#channels/key-suffix.ts";

/** Seals and opens secrets under the shop's master key. */
export type Sealer = Readonly<{ seal(plain: string, aad: string): Buffer; open(sealed: Buffer, aad: string): string }>;

/** Ties a sealed key to its row, so that it opens nowhere else. */
export const channelKeyAad = (keyId: string): string => `channel_keys|sealed|${keyId}|upstream`;

/** An upstream key to store, or one that the channel has already (by its fingerprint). */
export type ChannelKeyInput =
  | Readonly<{ secret: string; fingerprint: string; /** "env:NAME" when a variable was named. */ source?: string }>
  | Readonly<{ fingerprint: string; secret?: undefined }>;

/**
 * Makes `keys` the channel's keys, in that order: new ones are sealed, kept ones stay as they are (a key that
 * was switched off stays off), all others go.
 */
export async function setChannelKeys(tx: Queryable, sealer: Sealer, channelId: string, keys: readonly ChannelKeyInput[]): Promise<void> {
  const fingerprints = keys.map(({ fingerprint }) => fingerprint);
  await tx.query("DELETE FROM channel_keys WHERE channel_id = $1 AND fingerprint <> ALL($2)", [channelId, fingerprints]);
  for (const [position, key] of keys.entries()) {
    const source = key.secret === undefined ? undefined : (key.source ?? null);
    const { rowCount } = await tx.query(
      "UPDATE channel_keys SET position = $3, source = CASE WHEN $5 THEN $4 ELSE source END WHERE channel_id = $1 AND fingerprint = $2",
      [channelId, key.fingerprint, position, source ?? null, source !== undefined],
    );
    if (rowCount || key.secret === undefined) continue;
    const id = uuidv7();
    await tx.query(
      "INSERT INTO channel_keys (id, channel_id, position, sealed, fingerprint, suffix, source) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      [id, channelId, position, sealer.seal(key.secret, channelKeyAad(id)), key.fingerprint, keySuffix(key.secret), source ?? null],
    );
  }
}

/** Takes a key out of service because the vendor says it is dead. False when it was out already. */
export async function disableChannelKey(tx: Queryable, channelId: string, keyId: string, reason: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "UPDATE channel_keys SET status = 'disabled', reason = $3, disabled_at = now() WHERE id = $2 AND channel_id = $1 AND status = 'active'",
    [channelId, keyId, reason.slice(0, 500)],
  );
  if (rowCount === 0) return false;
  await notify(tx, "health", JSON.stringify({ channel: channelId, key: keyId, state: "disabled" }));
  return true;
}
