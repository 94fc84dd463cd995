import type { QueryResultRow } from "pg";
import { sealedForm, storedSettings } from "#accounts/index.ts";
import type { PriceDocument } from "#money/price.ts";
import { listSingleCodes } from "#payments/index.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { readUsers } from "#store/read-users.store.ts";
import type { StoreFile } from "#store/store-file.ts";
import type { Path } from "#store/yaml-source.ts";
import type { ChannelState, GroupState, ModelState, ShopState, TokenState } from "#store/shop-state.ts";

/**
 * Reads the shop.
 *
 * @param emails the users to read; undefined = all of them
 */
export async function readShop(db: Queryable, emails: readonly string[] | undefined): Promise<ShopState> {
  const all = async <R extends QueryResultRow>(sql: string): Promise<R[]> => (await db.query<R>(sql)).rows;
  const groups = await all<GroupState>(`SELECT id, name, ppm, top_up_ppm AS "topUpPpm", limits, auto FROM groups ORDER BY name`);
  const models = await all<ModelState>(`
    SELECT m.id, m.slug, m.name, v.slug AS vendor, m.context_tokens AS "contextTokens", m.max_output_tokens AS "maxOutputTokens",
           m.endpoints, m.enabled, m.limits, m.fallbacks, m.preset, p.doc AS price, p.ratio_input AS "ratioInput",
           ARRAY(SELECT a.alias FROM model_aliases a WHERE a.model_id = m.id ORDER BY a.alias) AS aliases
      FROM models m LEFT JOIN vendors v ON v.id = m.vendor_id
      LEFT JOIN LATERAL (SELECT doc, ratio_input FROM price_versions p WHERE p.model_id = m.id
                            AND p.effective_from <= clock_timestamp() + interval '5 seconds'
                          ORDER BY p.effective_from DESC LIMIT 1) p ON true
     ORDER BY m.slug`);
  const tokens = await all<TokenState>(`SELECT id, name, hash, role, status, cidrs, expires_at AS "expiresAt" FROM management_tokens ORDER BY name`);
  return {
    settings: await storedSettings(db),
    groups: byName(groups, ({ name }) => name),
    models: byName(models, ({ slug }) => slug),
    channels: byName(await readChannels(all), ({ name }) => name),
    users: byName(await readUsers(db, emails), ({ email }) => email),
    codes: await listSingleCodes(db),
    tokens: byName(tokens, ({ name }) => name),
  };
}

type ChannelRow = Omit<ChannelState, "keys" | "models" | "groups" | "costs">;

async function readChannels(all: <R extends QueryResultRow>(sql: string) => Promise<R[]>): Promise<ChannelState[]> {
  const rows = await all<ChannelRow>(`
    SELECT id, name, provider, base_url AS "baseUrl", protocol, priority, weight, key_mode AS "keyMode", cost_ppm AS "costPpm",
           limits, timeouts, settings, proxy_sealed AS "proxySealed", status, reason FROM channels WHERE deleted_at IS NULL ORDER BY number`);
  const keys = Map.groupBy(await all<{ channel: string; fingerprint: string; source: string | null }>(
    "SELECT channel_id AS channel, fingerprint, source FROM channel_keys ORDER BY position, id"), ({ channel }) => channel);
  const models = Map.groupBy(await all<{ channel: string; public: string; upstream: string }>(
    "SELECT channel_id AS channel, public_name AS public, upstream_name AS upstream FROM channel_models ORDER BY public_name"), ({ channel }) => channel);
  const groups = Map.groupBy(await all<{ channel: string; name: string }>(
    "SELECT cg.channel_id AS channel, g.name FROM channel_groups cg JOIN groups g ON g.id = cg.group_id ORDER BY g.name"), ({ channel }) => channel);
  const costs = Map.groupBy(await all<{ channel: string; model: string; doc: PriceDocument }>(`
    SELECT DISTINCT ON (channel_id, upstream_model) channel_id AS channel, upstream_model AS model, doc FROM cost_versions
     ORDER BY channel_id, upstream_model, effective_from DESC`), ({ channel }) => channel);
  return rows.map((row) => ({
    ...row,
    keys: (keys.get(row.id) ?? []).map(({ fingerprint, source }) => ({ fingerprint, source })),
    models: new Map((models.get(row.id) ?? []).map((model) => [model.public, model.upstream])),
    groups: (groups.get(row.id) ?? []).map(({ name }) => name),
    costs: new Map((costs.get(row.id) ?? []).map(({ model, doc }) => [model, doc])),
  }));
}

const byName = <T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T> => new Map(items.map((item) => [nameOf(item), item]));

export async function readGroupNames(db: Queryable): Promise<Set<string>> {
  const { rows } = await db.query<{ name: string }>("SELECT name FROM groups");
  return new Set(rows.map(({ name }) => name));
}

/** Secrets of the file that belong to another key or token already. */
export async function takenSecrets(db: Queryable, file: StoreFile, shop: ShopState, keyPepper: Buffer): Promise<{ path: Path; message: string }[]> {
  const keys = (file.users ?? []).flatMap((user, index) => (user.keys ?? []).flatMap((key, at) => (key.secret === undefined ? [] : [{
    path: ["users", index, "keys", at, "secret"], hash: sealedForm(keyPepper, key.secret).hash, id: shop.users.get(user.email)?.keys.get(key.name)?.id,
  }])));
  const tokens = (file.management_tokens ?? []).flatMap((token, index) => (token.secret === undefined ? [] : [{
    path: ["management_tokens", index, "secret"], hash: sealedForm(keyPepper, token.secret).hash, id: shop.tokens.get(token.name)?.id,
  }]));
  const { rows } = await db.query<{ id: string; hash: Buffer }>(
    "SELECT id, hash FROM api_keys WHERE hash = ANY($1) UNION ALL SELECT id, hash FROM management_tokens WHERE hash = ANY($2)",
    [keys.map(({ hash }) => hash), tokens.map(({ hash }) => hash)],
  );
  const owners = new Map(rows.map(({ id, hash }) => [hash.toString("hex"), id]));
  return [...keys, ...tokens].flatMap(({ path, hash, id }) => {
    const owner = owners.get(hash.toString("hex"));
    return owner === undefined || owner === id ? [] : [{ path, message: "this secret belongs to another key" }];
  });
}
