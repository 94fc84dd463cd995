import { ActRefused, type Trace } from "#catalog/index.ts";
import { lockChannel } from "#channels/channel-acts.store.ts";
import { channelKeyAad, type Sealer } from "#channels/channel-keys.store.ts";
import { uuidv7 } from "#platform/ids.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { keySuffix } from "#channels/key-suffix.ts";

export type FreshKey = Readonly<{ secret: string; fingerprint: string }>;

/** Adds keys to those that the channel has; known ones stay as they are. @throws ActRefused not_found */
export async function addChannelKeys(tx: Queryable, sealer: Sealer, channelId: string, keys: readonly FreshKey[]): Promise<Readonly<{ added: number; known: number; trace: Trace }>> {
  const { name } = await lockChannel(tx, channelId);
  const { rows } = await tx.query<{ next: number; known: string[] }>(
    "SELECT coalesce(max(position) + 1, 0)::int AS next, coalesce(array_agg(fingerprint), '{}') AS known FROM channel_keys WHERE channel_id = $1", [channelId]);
  const { next, known } = rows[0]!;
  const fresh = keys.filter(({ fingerprint }) => !known.includes(fingerprint));
  for (const [index, key] of fresh.entries()) await insertKey(tx, sealer, channelId, next + index, key);
  return {
    added: fresh.length, known: keys.length - fresh.length,
    trace: { action: "channel.keys.add", target: { type: "channel", id: name }, after: { fingerprints: fresh.map(({ fingerprint }) => fingerprint) } },
  };
}

/** @throws ActRefused not_found */
export async function switchKey(tx: Queryable, channelId: string, keyId: string, on: boolean): Promise<Trace> {
  const { name } = await lockChannel(tx, channelId);
  const { rows } = await tx.query<{ fingerprint: string }>(
    `UPDATE channel_keys SET status = $3, reason = $4, disabled_at = CASE WHEN $3 = 'disabled' THEN now() END WHERE channel_id = $1 AND id = $2 RETURNING fingerprint`,
    [channelId, keyId, on ? "active" : "disabled", on ? null : "off by hand"]);
  if (!rows[0]) throw new ActRefused("not_found");
  return { action: on ? "channel.key.enable" : "channel.key.disable", target: { type: "channel", id: name }, after: { fingerprint: rows[0].fingerprint } };
}

/** Puts a new secret in a key's place; it keeps its turn and is live. @throws ActRefused not_found, name_taken (the channel has that key already) */
export async function replaceKey(tx: Queryable, sealer: Sealer, channelId: string, keyId: string, key: FreshKey): Promise<Trace> {
  const { name } = await lockChannel(tx, channelId);
  const { rowCount: taken } = await tx.query("SELECT 1 FROM channel_keys WHERE channel_id = $1 AND fingerprint = $2 AND id <> $3", [channelId, key.fingerprint, keyId]);
  if (taken) throw new ActRefused("name_taken", key.fingerprint);
  const { rows } = await tx.query<{ fingerprint: string; position: number }>("DELETE FROM channel_keys WHERE channel_id = $1 AND id = $2 RETURNING fingerprint, position", [channelId, keyId]);
  const old = rows[0];
  if (!old) throw new ActRefused("not_found");
  await insertKey(tx, sealer, channelId, old.position, key);
  return { action: "channel.key.replace", target: { type: "channel", id: name }, before: { fingerprint: old.fingerprint }, after: { fingerprint: key.fingerprint } };
}

/** @throws ActRefused not_found */
export async function removeKeys(tx: Queryable, channelId: string, keyIds: readonly string[]): Promise<Trace> {
  const { name } = await lockChannel(tx, channelId);
  const { rows } = await tx.query<{ fingerprint: string }>("DELETE FROM channel_keys WHERE channel_id = $1 AND id = ANY($2) RETURNING fingerprint", [channelId, keyIds]);
  if (rows.length === 0) throw new ActRefused("not_found");
  return { action: "channel.keys.remove", target: { type: "channel", id: name }, before: { fingerprints: rows.map(({ fingerprint }) => fingerprint) } };
}

/** A new id for every secret: what a node has learnt about the old one must not stick to it. */
async function insertKey(tx: Queryable, sealer: Sealer, channelId: string, position: number, { secret, fingerprint }: FreshKey): Promise<void> {
  const id = uuidv7();
  await tx.query("INSERT INTO channel_keys (id, channel_id, position, sealed, fingerprint, suffix) VALUES ($1, $2, $3, $4, $5, $6)",
    [id, channelId, position, sealer.seal(secret, channelKeyAad(id)), fingerprint, keySuffix(secret)]);
}
