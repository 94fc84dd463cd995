import type { Sealer } from "#channels/channel-keys.store.ts";
import { channelProxyAad, withoutProxyPassword } from "#channels/channel-proxy.ts";
import { readChannelSettings, type ChannelSettings } from "#channels/channel-settings.ts";
import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { updateRow } from "#platform/db/update-row.ts";
import { uuidv7 } from "#platform/ids.ts";

export type ChannelFields = Readonly<{
  provider?: string;
  baseUrl?: string | null;
  protocol?: string | null;
  priority?: number;
  weight?: number;
  keyMode?: string;
  /** What the operator pays, against the list price, in parts per million. */
  costPpm?: number;
  limits?: Readonly<Record<string, number>>;
  timeouts?: Readonly<Record<string, number>>;
  settings?: Readonly<Record<string, unknown>>;
  status?: "active" | "disabled" | "down";
  reason?: string | null;
}>;

/** Makes a channel, without keys, models and groups. Throws on a taken name (23505). */
export async function createChannel(tx: Queryable, name: string, provider: string, fields: ChannelFields, sealer?: Pick<Sealer, "seal">): Promise<string> {
  const id = uuidv7();
  await tx.query("INSERT INTO channels (id, name, provider) VALUES ($1, $2, $3)", [id, name, provider]);
  await updateChannel(tx, id, fields, sealer);
  return id;
}

/** @param sealer needed where the settings hold the password of a proxy */
export async function updateChannel(tx: Queryable, id: string, fields: ChannelFields, sealer?: Pick<Sealer, "seal">): Promise<void> {
  const kept = fields.settings && withoutProxyPassword(fields.settings);
  if (kept) await keepProxyPassword(tx, id, kept, sealer);
  await updateRow(tx, "channels", id, {
    provider: fields.provider,
    base_url: fields.baseUrl,
    protocol: fields.protocol,
    priority: fields.priority,
    weight: fields.weight,
    key_mode: fields.keyMode,
    cost_ppm: fields.costPpm,
    limits: fields.limits && JSON.stringify(fields.limits),
    timeouts: fields.timeouts && JSON.stringify(fields.timeouts),
    settings: kept && JSON.stringify(kept.settings),
    status: fields.status,
    reason: fields.reason,
  });
  await tx.query("UPDATE channels SET updated_at = now() WHERE id = $1", [id]);
}

/** The password of a proxy stays as long as its address and user do. */
async function keepProxyPassword(tx: Queryable, id: string, { settings, password }: ReturnType<typeof withoutProxyPassword>, sealer: Pick<Sealer, "seal"> | undefined): Promise<void> {
  if (password === undefined) {
    await tx.query("UPDATE channels SET proxy_sealed = NULL WHERE id = $1 AND proxy_sealed IS NOT NULL AND settings->>'proxy' IS DISTINCT FROM $2", [id, settings.proxy ?? null]);
    return;
  }
  if (!sealer) throw new Error("The password of a proxy cannot be kept without the shop's seal.");
  await tx.query("UPDATE channels SET proxy_sealed = $2 WHERE id = $1", [id, sealer.seal(password, channelProxyAad(id))]);
}

/** A channel's settings by its name; undefined = there is none of this name. */
export async function findChannelSettings(db: Queryable, name: string): Promise<Readonly<{ id: string; settings: ChannelSettings }> | undefined> {
  const { rows } = await db.query<{ id: string; settings: unknown }>("SELECT id, settings FROM channels WHERE name = $1 AND deleted_at IS NULL", [name]);
  return rows[0] && { id: rows[0].id, settings: readChannelSettings(rows[0].settings) ?? {} };
}

/** Makes `models` (public name -> upstream name) what the channel serves. */
export async function setChannelModels(tx: Queryable, channelId: string, models: ReadonlyMap<string, string>): Promise<void> {
  await tx.query("DELETE FROM channel_models WHERE channel_id = $1 AND public_name <> ALL($2)", [channelId, [...models.keys()]]);
  await tx.query(
    `INSERT INTO channel_models (channel_id, public_name, upstream_name) SELECT $1, * FROM unnest($2::text[], $3::text[])
     ON CONFLICT (channel_id, public_name) DO UPDATE SET upstream_name = excluded.upstream_name`,
    [channelId, [...models.keys()], [...models.values()]],
  );
}

/** Makes `groupIds` the groups whose users the channel serves. */
export async function setChannelGroups(tx: Queryable, channelId: string, groupIds: readonly string[]): Promise<void> {
  await tx.query("DELETE FROM channel_groups WHERE channel_id = $1 AND group_id <> ALL($2)", [channelId, groupIds]);
  await tx.query(
    "INSERT INTO channel_groups (channel_id, group_id) SELECT $1, * FROM unnest($2::uuid[]) ON CONFLICT DO NOTHING",
    [channelId, groupIds],
  );
}

/** Publishes what the vendor takes for one upstream model on this channel, in USD, from now on. */
export async function publishCost(tx: Queryable, channelId: string, upstreamModel: string, document: PriceDocument): Promise<void> {
  await tx.query(
    "INSERT INTO cost_versions (channel_id, upstream_model, effective_from, doc) VALUES ($1, $2, clock_timestamp(), $3)",
    [channelId, upstreamModel, JSON.stringify(document)],
  );
}

/** Forgets a channel's own cost of a model: its factor on the list price holds again. What was used is recorded with its cost. */
export async function dropCost(tx: Queryable, channelId: string, upstreamModel: string): Promise<void> {
  await tx.query("DELETE FROM cost_versions WHERE channel_id = $1 AND upstream_model = $2", [channelId, upstreamModel]);
}
