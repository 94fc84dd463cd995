import { ActRefused, type Trace } from "#catalog/index.ts";
import { setChannelKeys, type ChannelKeyInput, type Sealer } from "#channels/channel-keys.store.ts";
import { withoutProxyPassword } from "#channels/channel-proxy.ts";
import { CAPABILITIES, readChannelSettings, type Capability, type ChannelSettings } from "#channels/channel-settings.ts";
import { createChannel, dropCost, publishCost, setChannelGroups, setChannelModels, updateChannel, type ChannelFields } from "#channels/channels.store.ts";
import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

export type ChannelPatch = ChannelFields & Readonly<{
  name?: string;
  /** Public name -> upstream name: all that it serves. */
  models?: ReadonlyMap<string, string>;
  groupIds?: readonly string[];
}>;

export type NewChannel = ChannelPatch & Readonly<{ name: string; provider: string; keys: readonly ChannelKeyInput[] }>;

/** @throws ActRefused name_taken */
export async function addChannel(tx: Queryable, sealer: Sealer, { name, keys, models, groupIds, ...fields }: NewChannel): Promise<Readonly<{ id: string; trace: Trace }>> {
  await refuseTakenName(tx, name, undefined);
  const id = await createChannel(tx, name, fields.provider, fields, sealer);
  await setChannelKeys(tx, sealer, id, keys);
  if (models) await setChannelModels(tx, id, models);
  if (groupIds) await setChannelGroups(tx, id, groupIds);
  const after = { ...shown(fields), keys: keys.map(({ fingerprint }) => fingerprint), models: models && Object.fromEntries(models), groups: groupIds };
  return { id, trace: { action: "channel.create", target: { type: "channel", id: name }, after } };
}

/** What a log may tell of the fields. */
const shown = (fields: ChannelFields): ChannelFields => (fields.settings ? { ...fields, settings: withoutProxyPassword(fields.settings).settings } : fields);

/** @param sealer needed where the settings hold the password of a proxy; @throws ActRefused not_found, changed_meanwhile, name_taken */
export async function editChannel(tx: Queryable, id: string, seen: Date | undefined, { name, models, groupIds, ...fields }: ChannelPatch, sealer?: Pick<Sealer, "seal">): Promise<Trace> {
  const before = await lockChannel(tx, id, seen);
  if (name !== undefined && name !== before.name) {
    await refuseTakenName(tx, name, id);
    await tx.query("UPDATE channels SET name = $2 WHERE id = $1", [id, name]);
  }
  await updateChannel(tx, id, fields, sealer);
  if (models) await setChannelModels(tx, id, models);
  if (groupIds) await setChannelGroups(tx, id, groupIds);
  const named = Object.entries({ name, ...shown(fields) }).filter(([, value]) => value !== undefined);
  const old = Object.fromEntries(named.map(([field]) => [field, before[field as keyof Locked]]));
  return {
    action: "channel.update", target: { type: "channel", id: before.name },
    before: { ...old, ...(models && { models: before.models }), ...(groupIds && { groups: before.groupIds }) },
    after: { ...Object.fromEntries(named), ...(models && { models: Object.fromEntries(models) }), ...(groupIds && { groups: groupIds }) },
  };
}

/**
 * Writes down what a test found out: protocols that the host has or has not, and what its copy of a model cannot do.
 * What somebody has struck out by hand stays so.
 *
 * @returns no trace where it was known already
 * @throws ActRefused not_found
 */
export async function noteLearnt(tx: Queryable, id: string, { model, lacks, without }: Readonly<{ model: string; lacks: readonly Capability[]; without: NonNullable<ChannelSettings["without"]> }>): Promise<Trace | undefined> {
  const { settings: stored } = await lockChannel(tx, id);
  const { lacks: known = {}, without: was = [], ...others } = readChannelSettings(stored) ?? {};
  const missing = CAPABILITIES.filter((one) => known[model]?.includes(one) || lacks.includes(one));
  const all = { ...known, ...(missing.length > 0 && { [model]: missing }) };
  if (missing.length === (known[model]?.length ?? 0) && without.length === was.length && without.every((one) => was.includes(one))) return undefined;
  return editChannel(tx, id, undefined, { settings: { ...others, ...(Object.keys(all).length > 0 && { lacks: all }), ...(without.length > 0 && { without }) } });
}

/** Takes a channel into routing or out of it. By hand: no machine switches it on again. @throws ActRefused not_found */
export async function switchChannel(tx: Queryable, id: string, on: boolean): Promise<Trace> {
  const { name, status } = await lockChannel(tx, id);
  await updateChannel(tx, id, { status: on ? "active" : "disabled", reason: on ? null : "off by hand" });
  if (on) await tx.query("UPDATE channels SET paused_until = NULL WHERE id = $1", [id]);
  return { action: on ? "channel.enable" : "channel.disable", target: { type: "channel", id: name }, before: { status }, after: { status: on ? "active" : "disabled" } };
}

/** Gives a channel a rest; 0 minutes ends it. @throws ActRefused not_found */
export async function pauseChannel(tx: Queryable, id: string, minutes: number): Promise<Readonly<{ until: Date | null; trace: Trace }>> {
  const { name } = await lockChannel(tx, id);
  const { rows } = await tx.query<{ until: Date | null }>(
    "UPDATE channels SET paused_until = CASE WHEN $2 > 0 THEN clock_timestamp() + make_interval(mins => $2) END WHERE id = $1 RETURNING paused_until AS until", [id, minutes]);
  const until = rows[0]?.until ?? null;
  return { until, trace: { action: "channel.pause", target: { type: "channel", id: name }, after: { until: until?.toISOString() ?? null } } };
}

/** The keys go for good; the name stays for receipts, and is free for another channel. @throws ActRefused not_found */
export async function removeChannel(tx: Queryable, id: string): Promise<Trace> {
  const { name } = await lockChannel(tx, id);
  for (const table of ["channel_keys", "channel_models", "channel_groups"]) await tx.query(`DELETE FROM ${table} WHERE channel_id = $1`, [id]);
  await tx.query("UPDATE channels SET name = left(name, 80) || ' (deleted ' || number || ')', status = 'disabled', reason = 'deleted', proxy_sealed = NULL, deleted_at = now(), updated_at = now() WHERE id = $1", [id]);
  return { action: "channel.delete", target: { type: "channel", id: name }, before: { name } };
}

/** Sets what the vendor takes for one upstream model; null = the channel's factor again. @throws ActRefused not_found */
export async function setChannelCost(tx: Queryable, id: string, upstreamName: string, document: PriceDocument | null): Promise<Trace> {
  const { name } = await lockChannel(tx, id);
  await (document ? publishCost(tx, id, upstreamName, document) : dropCost(tx, id, upstreamName));
  return { action: "channel.cost", target: { type: "channel", id: name }, after: { model: upstreamName, cost: document } };
}

type Locked = Readonly<{
  name: string; provider: string; baseUrl: string | null; protocol: string | null; priority: number; weight: number; keyMode: string; costPpm: number;
  limits: unknown; timeouts: unknown; settings: unknown; status: string; reason: string | null; models: unknown; groupIds: unknown;
}>;

/** @throws ActRefused not_found, changed_meanwhile */
export async function lockChannel(tx: Queryable, id: string, seen?: Date): Promise<Locked> {
  const { rows } = await tx.query<Locked & { at: Date }>(
    `SELECT name, provider, base_url AS "baseUrl", protocol, priority, weight, key_mode AS "keyMode", cost_ppm AS "costPpm", limits, timeouts, settings, status, reason, updated_at AS at,
            (SELECT json_object_agg(public_name, upstream_name) FROM channel_models m WHERE m.channel_id = c.id) AS models,
            (SELECT json_agg(group_id) FROM channel_groups g WHERE g.channel_id = c.id) AS "groupIds"
       FROM channels c WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`, [id]);
  const row = rows[0];
  if (!row) throw new ActRefused("not_found");
  if (seen && row.at.getTime() !== seen.getTime()) throw new ActRefused("changed_meanwhile", row.at.toISOString());
  return row;
}

async function refuseTakenName(tx: Queryable, name: string, ownId: string | undefined): Promise<void> {
  const { rowCount } = await tx.query("SELECT 1 FROM channels WHERE name = $1 AND ($2::uuid IS NULL OR id <> $2)", [name, ownId ?? null]);
  if (rowCount) throw new ActRefused("name_taken", name);
}
