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
export async function createChannel(tx: Queryable, name: string, provider: string, fields: ChannelFields): Promise<string> {
  const id = uuidv7();
  await tx.query("INSERT INTO channels (id, name, provider) VALUES ($1, $2, $3)", [id, name, provider]);
  await updateChannel(tx, id, fields);
  return id;
}

export async function updateChannel(tx: Queryable, id: string, fields: ChannelFields): Promise<void> {
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
    settings: fields.settings && JSON.stringify(fields.settings),
    status: fields.status,
    reason: fields.reason,
  });
  await tx.query("UPDATE channels SET updated_at = now() WHERE id = $1", [id]);
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
