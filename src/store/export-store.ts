import { stringify } from "yaml";
import { isSettingPath, type GroupLimitSet, type StoredBudget } from "#accounts/index.ts";
import { nano } from "#money/amount.ts";
import { formatUsd } from "#money/parse-amount.ts";
import type { Queryable } from "#platform/db/queryable.ts";
import { readShop } from "#store/read-shop.store.ts";
import { ownUpstream, wordsFromPrice } from "#catalog/index.ts";
import type { ChannelState, KeyState, ModelState, ShopState, UserState } from "#store/shop-state.ts";

/**
 * The shop as a store file that `apply` takes back without a change. Secrets stand as references only: keys of
 * channels by variable or fingerprint, codes by id, keys and tokens of people by name alone.
 */
export async function exportStore(db: Queryable): Promise<string> {
  const shop = await readShop(db, undefined);
  const { shop: ofShop, ...settings } = settingsTree(shop);
  return stringify(clean({
    shop: ofShop,
    settings: Object.keys(settings).length > 0 ? settings : undefined,
    groups: Object.fromEntries([...shop.groups.values()].map((group) => [group.name, {
      ratio: ratio(group.ppm), top_up_ratio: group.topUpPpm === 1_000_000 ? undefined : ratio(group.topUpPpm), limits: limits(group.limits), auto: list(group.auto),
    }])),
    models: [...shop.models.values()].map(exportModel),
    channels: [...shop.channels.values()].map(exportChannel),
    users: [...shop.users.values()].map(exportUser),
    codes: shop.codes.map((code) => ({
      code: { id: code.id }, amount: decimal(formatUsd(code.amountNano)), uses: code.uses, per_user: code.perUser,
      expires: code.expiresAt?.toISOString(), enabled: code.status === "active" ? undefined : false,
    })),
    management_tokens: [...shop.tokens.values()].map((token) => ({
      name: token.name, role: token.role, cidrs: list(token.cidrs), expires: token.expiresAt?.toISOString(), enabled: token.status === "active" ? undefined : false,
    })),
  }), { lineWidth: 0 });
}

function exportModel(model: ModelState): object {
  const price = model.ratioInput ? { ratio: model.ratioInput } : model.price ? { price: wordsFromPrice(model.price) } : {};
  return {
    id: model.slug, name: model.name, vendor: model.vendor, context: model.contextTokens, max_output: model.maxOutputTokens,
    endpoints: list(model.endpoints), aliases: list(model.aliases), fallbacks: list(model.fallbacks), preset: model.preset ?? undefined, limits: limits(model.limits), enabled: model.enabled ? undefined : false, ...price,
  };
}

function exportChannel(channel: ChannelState): object {
  const sameNames = [...channel.models].every(([name, upstream]) => ownUpstream(name) === upstream);
  const prices = Object.fromEntries([...channel.costs].map(([name, document]) => [name, wordsFromPrice(document)]));
  return {
    name: channel.name, provider: channel.provider, base_url: channel.baseUrl, protocol: channel.protocol,
    keys: list(channel.keys.map(({ source, fingerprint }) => (source?.startsWith("env:") ? { env: source.slice(4) } : { fingerprint }))),
    key_mode: channel.keyMode === "round_robin" ? undefined : channel.keyMode,
    models: sameNames ? [...channel.models.keys()] : Object.fromEntries(channel.models),
    groups: channel.groups, priority: channel.priority, weight: channel.weight,
    cost: channel.costPpm === 1_000_000 && channel.costs.size === 0 ? undefined : { ratio: ratio(channel.costPpm), ...prices },
    limits: limits(channel.limits), timeouts: Object.keys(channel.timeouts).length > 0 ? channel.timeouts : undefined,
    settings: Object.keys(channel.settings).length > 0 ? channel.settings : undefined,
    enabled: channel.status === "disabled" ? false : undefined, // what the machine took out for a while is not off
  };
}

function exportUser(user: UserState): object {
  const grants = [...user.grants].map(([id, { amountNano, expiresAt }]) => ({ amount: decimal(formatUsd(nano(amountNano))), id, expires: expiresAt?.toISOString() }));
  return {
    email: user.email, name: user.name, role: user.role, group: user.group, enabled: user.status === "active" ? undefined : false,
    limits: limits(user.limits), budget: budgets(user.budgets), credit: grants.length === 1 ? grants[0] : list(grants),
    keys: list([...user.keys.values()].filter(({ status }) => status === "active" || status === "disabled").map(exportKey)),
  };
}

const exportKey = (key: KeyState): object => ({
  name: key.name, models: list(key.models), endpoints: list(key.endpoints), scopes: list(key.scopes), group: key.group, cidrs: list(key.cidrs),
  budget: budgets(key.budgets), limits: limits(key.limits), expires: key.expiresAt?.toISOString(), enabled: key.status === "active" ? undefined : false,
});

/** `money.overdraft` as `{money: {overdraft}}`; what is stored under other keys is no setting. */
function settingsTree(shop: ShopState): Record<string, Record<string, unknown>> {
  const tree: Record<string, Record<string, unknown>> = {};
  for (const [path, value] of shop.settings) {
    if (!isSettingPath(path)) continue;
    const [area = "", name = ""] = path.split(".");
    (tree[area] ??= {})[name] = value;
  }
  return tree;
}

/** Text such as 0.8: exact, and read back by its digits. */
const ratio = (ppm: number): number => ppm / 1_000_000; // at most six decimals: the shortest digits of the double are those
const decimal = (text: string): number | string => (text.length <= 15 ? Number(text) : text);
const list = <T>(items: readonly T[]): readonly T[] | undefined => (items.length > 0 ? items : undefined);
const limits = (set: GroupLimitSet): GroupLimitSet | undefined => (Object.keys(set).length > 0 ? set : undefined);
const budgets = (stored: readonly StoredBudget[]): object[] | undefined =>
  (stored.length > 0 ? stored.map(({ amount_nano, per }) => ({ amount: decimal(formatUsd(nano(BigInt(amount_nano)))), per })) : undefined);

/** Without what is not set and lists that hold nothing at the top. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined && member !== null).map(([name, member]) => [name, clean(member)]));
}
