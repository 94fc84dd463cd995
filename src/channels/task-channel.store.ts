import { readChannelSettings, type ChannelSettings } from "#channels/channel-settings.ts";
import { withProxyPassword } from "#channels/channel-proxy.ts";
import { channelKeyAad, type Sealer } from "#channels/channel-keys.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";

type Row = Readonly<{ provider: string; base_url: string | null; timeouts: Record<string, number>; settings: unknown; proxy_sealed: Buffer | null }>;
type KeyRow = Readonly<{ id: string; sealed: Buffer; status: string; weight: number }>;

/** What is needed of a channel to ask after work that it took on, deleted ones included: what they make is still theirs. */
export type TaskChannel = Readonly<{
  provider: string;
  baseUrl?: string;
  timeouts: Readonly<{ connectMs?: number }>;
  settings: ChannelSettings;
  keys: readonly Readonly<{ id: string; active: boolean; weight: number; limits: Readonly<Record<never, never>>; secret(): string }>[];
}>;

export async function readTaskChannel(db: Queryable, sealer: Pick<Sealer, "open">, id: string): Promise<TaskChannel | undefined> {
  const { rows: [channel] } = await db.query<Row>("SELECT provider, base_url, timeouts, settings, proxy_sealed FROM channels WHERE id = $1", [id]);
  if (!channel) return undefined;
  const { rows: keys } = await db.query<KeyRow>("SELECT id, sealed, status, weight FROM channel_keys WHERE channel_id = $1 ORDER BY position, id", [id]);
  const { connect_ms: connectMs } = channel.timeouts;
  return {
    provider: channel.provider,
    ...(channel.base_url !== null && { baseUrl: channel.base_url }),
    settings: withProxyPassword(readChannelSettings(channel.settings) ?? {}, channel.proxy_sealed, id, sealer.open),
    timeouts: connectMs === undefined ? {} : { connectMs },
    keys: keys.map(({ id: keyId, sealed, status, weight }) => ({ id: keyId, active: status === "active", weight, limits: {}, secret: () => sealer.open(sealed, channelKeyAad(keyId)) })),
  };
}
