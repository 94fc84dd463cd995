import { readChannelSettings, type ChannelSettings } from "#channels/channel-settings.ts";
import { withProxyPassword } from "#channels/channel-proxy.ts";
import { channelKeyAad, type Sealer } from "#channels/channel-keys.store.ts";
import { isWildcard, restOf, upstreamOf } from "#catalog/index.ts";
import type { PriceDocument } from "#money/price.ts";
import type { Queryable } from "#platform/db/queryable.ts";

/** What a test needs of a channel: its address, one key in plain text, one model, and what that costs. */
export type ProbeSubject = Readonly<{
  channelId: string;
  name: string;
  provider: string;
  baseUrl: string | null;
  /** The operator's choice among what the vendor speaks. */
  protocol: "chat" | "responses" | "messages" | "gemini" | null;
  connectMs: number | undefined;
  costPpm: number;
  /** A test speaks as the channel does. */
  settings: ChannelSettings;
  key: Readonly<{ id: string; suffix: string; secret: string }> | undefined;
  model: Readonly<{
    publicName: string; upstreamName: string; endpoints: readonly string[];
    /** Present when the shop has a price for it: without one there is nothing that the cost could be booked under. */
    sold: Readonly<{ modelId: string; versionId: bigint; document: PriceDocument; listPrice: PriceDocument | null }> | undefined;
    ownCost: PriceDocument | null;
  }> | undefined;
}>;

type ChannelRow = { id: string; name: string; provider: string; base_url: string | null; protocol: ProbeSubject["protocol"]; timeouts: Record<string, number>; settings: unknown; proxy_sealed: Buffer | null; cost_ppm: number };
type KeyRow = { id: string; suffix: string; sealed: Buffer };
type ModelRow = {
  public_name: string; upstream_name: string; endpoints: string[] | null; model_id: string | null; version_id: bigint | null; doc: PriceDocument | null;
  list_price: PriceDocument | null; own_cost: PriceDocument | null;
};

/**
 * Reads the channel for a test, by name or id. Without wishes: its first live key, its first model that has a price and a
 * name of its own. What a wildcard stands for must be named.
 *
 * @returns undefined when there is no such channel
 */
export async function readProbeSubject(
  db: Queryable, sealer: Pick<Sealer, "open">, which: Readonly<{ id: string } | { name: string }>, wish: Readonly<{ keyId?: string; model?: string }> = {},
): Promise<ProbeSubject | undefined> {
  const { rows: channels } = await db.query<ChannelRow>(
    `SELECT id, name, provider, base_url, protocol, timeouts, settings, proxy_sealed, cost_ppm FROM channels WHERE deleted_at IS NULL AND ${"id" in which ? "id" : "name"} = $1`, ["id" in which ? which.id : which.name]);
  const channel = channels[0];
  if (!channel) return undefined;
  const { rows: keys } = await db.query<KeyRow>(
    `SELECT id, suffix, sealed FROM channel_keys WHERE channel_id = $1 AND (CASE WHEN $2::uuid IS NULL THEN status = 'active' ELSE id = $2 END) ORDER BY position, id LIMIT 1`,
    [channel.id, wish.keyId ?? null]);
  const { rows: models } = await db.query<ModelRow>(
    `SELECT cm.public_name, cm.upstream_name, m.endpoints, m.id AS model_id, p.id AS version_id, p.doc, m.list_price, k.doc AS own_cost
       FROM channel_models cm
       LEFT JOIN models m ON m.slug = cm.public_name
       LEFT JOIN LATERAL (SELECT id, doc FROM price_versions WHERE model_id = m.id AND effective_from <= now() ORDER BY effective_from DESC LIMIT 1) p ON true
       LEFT JOIN LATERAL (SELECT doc FROM cost_versions WHERE channel_id = cm.channel_id AND upstream_model = cm.upstream_name AND currency = 'USD' AND effective_from <= now()
                           ORDER BY effective_from DESC LIMIT 1) k ON true
      WHERE cm.channel_id = $1 AND CASE WHEN right(cm.public_name, 1) = '*' THEN starts_with($2, left(cm.public_name, -1)) ELSE $2::text IS NULL OR cm.public_name = $2 END
      ORDER BY right(cm.public_name, 1) = '*', (p.id IS NULL), CASE WHEN $2::text IS NULL THEN 0 ELSE -length(cm.public_name) END, cm.public_name LIMIT 1`,
    [channel.id, wish.model ?? null]);
  const key = keys[0], model = models[0] && named(models[0], wish.model);
  return {
    channelId: channel.id, name: channel.name, provider: channel.provider, baseUrl: channel.base_url, protocol: channel.protocol, connectMs: channel.timeouts.connect_ms, costPpm: channel.cost_ppm, settings: withProxyPassword(readChannelSettings(channel.settings) ?? {}, channel.proxy_sealed, channel.id, sealer.open),
    key: key && { id: key.id, suffix: key.suffix, secret: sealer.open(key.sealed, channelKeyAad(key.id)) },
    model: model && {
      publicName: model.public_name, upstreamName: model.upstream_name, endpoints: model.endpoints ?? [], ownCost: model.own_cost,
      sold: model.model_id !== null && model.version_id !== null && model.doc !== null
        ? { modelId: model.model_id, versionId: BigInt(model.version_id), document: model.doc, listPrice: model.list_price } : undefined,
    },
  };
}

/** The name that is to be tried below a wildcard; undefined where it is none that would be passed on. */
function named(row: ModelRow, wish: string | undefined): ModelRow | undefined {
  if (!isWildcard(row.public_name)) return row;
  const rest = wish === undefined ? undefined : restOf(row.public_name, wish);
  return rest === undefined ? undefined : { ...row, public_name: wish!, upstream_name: upstreamOf(row.upstream_name, rest) };
}

/** Keeps how the last test went, for the list of channels. */
export async function saveLastTest(db: Queryable, channelId: string, test: Readonly<Record<string, unknown>>): Promise<void> {
  await db.query("UPDATE channels SET last_test = $2 WHERE id = $1", [channelId, JSON.stringify(test)]);
}
