/** The tables behind a snapshot, as they stand at one instant. */
export type SnapshotRows = Readonly<{
  rev: bigint;
  settings: readonly Readonly<{ key: string; value: unknown }>[];
  models: readonly Readonly<{
    id: string; slug: string; vendor: string | null; context_tokens: number | null; max_output_tokens: number | null;
    endpoints: readonly string[]; created_at: Date; limits: unknown; list_price: unknown; fallbacks?: unknown; preset?: unknown; facts?: unknown;
  }>[];
  /** Names of models that are switched off. */
  off?: readonly string[];
  aliases: readonly Readonly<{ alias: string; slug: string }>[];
  /** Per model by ascending start: the version in force and all that follow. */
  prices: readonly Readonly<{ id: bigint; model_id: string; effective_from: Date; doc: unknown }>[];
  groups: readonly Readonly<{ id: string; name: string; ppm: number; limits: unknown; auto?: readonly string[] | null }>[];
  groupPrices: readonly Readonly<{ group_id: string; model_id: string; ppm: number | null; doc: unknown }>[];
  userPrices: readonly Readonly<{ user_id: string; model_id: string; ppm: number | null; doc: unknown }>[];
  channels: readonly Readonly<{
    id: string; number: number; name: string; provider: string; base_url: string | null; protocol: string | null; priority: number;
    weight: number; key_mode: string; cost_ppm: number; limits: unknown; timeouts: unknown; settings: unknown; proxy_sealed: Buffer | null; status: string; paused_until: Date | null;
  }>[];
  channelKeys: readonly Readonly<{ id: string; channel_id: string; sealed: Buffer; weight: number; limits: unknown; status: string }>[];
  channelModels: readonly Readonly<{ channel_id: string; public_name: string; upstream_name: string }>[];
  channelGroups: readonly Readonly<{ channel_id: string; group_id: string }>[];
  costs: readonly Readonly<{ id: bigint; channel_id: string; upstream_model: string; effective_from: Date; doc: unknown }>[];
}>;
