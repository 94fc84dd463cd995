import { channelProxyAad, createChannel, dropCost, publishCost, setChannelGroups, setChannelKeys, setChannelModels, updateChannel, withoutProxyPassword, type ChannelKeyInput } from "#channels/index.ts";
import { DEFAULT_GROUP, isWildcard, restOf, upstreamOf } from "#catalog/index.ts";
import type { PriceDocument } from "#money/price.ts";
import { differences, picked, type Change, type Ids, type PlanTools } from "#store/change.ts";
import type { ParsedStoreFile } from "#store/parse-store-file.ts";
import { sorted } from "#store/plan-catalog.ts";
import type { FileCost } from "#store/price-fields.ts";
import type { ChannelState, ShopState } from "#store/shop-state.ts";
import type { FileChannel } from "#store/store-file.ts";
import type { Path } from "#store/yaml-source.ts";
import type { PoolClient } from "pg";

export function planChannels({ file, costs }: ParsedStoreFile, shop: ShopState, tools: PlanTools): Change[] {
  return (file.channels ?? []).flatMap((channel, index): Change[] => {
    const current = shop.channels.get(channel.name);
    const change = planChannel(channel, costs.get(index), current, tools, ["channels", index]);
    return current && change.fields.length === 0 ? [] : [change];
  });
}

function planChannel(channel: FileChannel, cost: FileCost | undefined, current: ChannelState | undefined, tools: PlanTools, at: Path): Change {
  const keys = channel.keys && keyInputs(channel.keys, current, tools, [...at, "keys"]);
  const groups = channel.groups ?? (current ? undefined : [DEFAULT_GROUP]);
  const models = channel.models ?? (current ? undefined : new Map<string, string>());
  const prices = costChanges(cost, channel.models ?? current?.models ?? new Map(), current, tools, [...at, "cost"]);
  const { settings, password } = channel.settings ? withoutProxyPassword(channel.settings) : {};
  const columns = {
    provider: channel.provider, baseUrl: channel.base_url, protocol: channel.protocol, priority: channel.priority, weight: channel.weight,
    keyMode: channel.key_mode, costPpm: cost?.ppm, limits: channel.limits, timeouts: channel.timeouts, settings,
    status: channel.enabled === undefined ? undefined : channel.enabled ? "active" as const : "disabled" as const,
  };
  const lists = {
    keys: keys?.map(({ fingerprint }) => fingerprint),
    [PASSWORD]: password === undefined ? undefined : tools.fingerprint(password),
    models: models && Object.fromEntries(models),
    groups: groups && sorted(groups),
    ...Object.fromEntries([...prices].map(([name, document]) => [`cost of ${name}`, document])),
  };
  const fields = differences(current ? comparable(current, tools) : {}, { ...columns, ...lists });
  const changed = (name: string): boolean => fields.some((field) => field.name === name);

  const run = async (tx: PoolClient, ids: Ids): Promise<void> => {
    const id = current?.id ?? (await createChannel(tx, channel.name, channel.provider, { ...columns, settings: channel.settings }, tools.sealer));
    const withPassword = changed("settings") || changed(PASSWORD) ? { settings: channel.settings } : {};
    if (current) await updateChannel(tx, id, { ...picked(columns, fields), ...withPassword, ...(changed("status") && { reason: columns.status === "active" ? null : "store file" }) }, tools.sealer);
    if (keys && changed("keys")) await setChannelKeys(tx, tools.sealer, id, keys);
    if (models && changed("models")) await setChannelModels(tx, id, models);
    if (groups && changed("groups")) await setChannelGroups(tx, id, groups.map((name) => ids.groups.get(name)!));
    for (const [name, document] of prices) if (changed(`cost of ${name}`)) await (document ? publishCost(tx, id, name, document) : dropCost(tx, id, name));
  };
  return { op: current ? "update" : "create", kind: "channel", name: channel.name, fields, run };
}

/** Told by its fingerprint, as keys are. */
const PASSWORD = "proxy password";

const comparable = ({ proxySealed, ...channel }: ChannelState, tools: PlanTools): Record<string, unknown> => ({
  ...channel,
  ...(proxySealed && { [PASSWORD]: tools.fingerprint(tools.sealer.open(proxySealed, channelProxyAad(channel.id))) }),
  keys: channel.keys.map(({ fingerprint }) => fingerprint),
  models: Object.fromEntries(channel.models),
  groups: sorted(channel.groups),
  ...Object.fromEntries([...channel.costs].map(([name, document]) => [`cost of ${name}`, document])),
});

/** Keys of the file with their fingerprints; a fingerprint alone must belong to a key that the channel has. */
function keyInputs(keys: NonNullable<FileChannel["keys"]>, current: ChannelState | undefined, tools: PlanTools, at: Path): ChannelKeyInput[] {
  const inputs = keys.flatMap((key, index): ChannelKeyInput[] => {
    if ("fingerprint" in key) {
      if (current?.keys.some(({ fingerprint }) => fingerprint === key.fingerprint)) return [key];
      tools.fail([...at, index], "the channel has no key with this fingerprint: give the key itself or { env: NAME }");
      return [];
    }
    const secret = "env" in key ? tools.variables[key.env] ?? "" : key.secret; // an absent variable was found by the check
    return [{ secret, fingerprint: tools.fingerprint(secret), ...("env" in key && { source: `env:${key.env}` }) }];
  });
  return [...new Map(inputs.map((input) => [input.fingerprint, input])).values()];
}

/** Costs by upstream name, null = no own cost any more. The file may name the shop's model or the upstream one. */
function costChanges(
  cost: FileCost | undefined, models: ReadonlyMap<string, string>, current: ChannelState | undefined, tools: PlanTools, at: Path,
): Map<string, PriceDocument | null> {
  const byUpstream = new Map<string, PriceDocument | null>();
  if (cost) for (const name of current?.costs.keys() ?? []) byUpstream.set(name, null);
  const upstreams = new Set([...models.values(), ...(current?.costs.keys() ?? [])]);
  for (const [name, document] of cost?.prices ?? []) {
    const upstream = models.get(name) ?? upstreamBelow(models, name) ?? (upstreams.has(name) || isPassedOn(models, name) ? name : undefined);
    if (upstream === undefined) tools.fail([...at, name], "the channel does not serve this model");
    else byUpstream.set(upstream, document);
  }
  return byUpstream;
}

const wildcardsOf = (models: ReadonlyMap<string, string>): (readonly [string, string])[] =>
  [...models].filter(([name]) => isWildcard(name)).sort(([a], [b]) => b.length - a.length);

/** The vendor's name of a model that stands below one of the channel's wildcards. */
function upstreamBelow(models: ReadonlyMap<string, string>, name: string): string | undefined {
  for (const [wildcard, upstream] of wildcardsOf(models)) {
    const rest = restOf(wildcard, name);
    if (rest !== undefined) return upstreamOf(upstream, rest);
  }
  return undefined;
}

/** May a customer ask for this name of the vendor's? */
const isPassedOn = (models: ReadonlyMap<string, string>, upstream: string): boolean =>
  wildcardsOf(models).some(([, own]) => restOf(own, upstream) !== undefined);

export function pruneChannels(channels: readonly FileChannel[], shop: ShopState): Change[] {
  const named = new Set(channels.map(({ name }) => name));
  return [...shop.channels.values()].filter(({ name, status }) => status !== "disabled" && !named.has(name)).map((channel): Change => ({
    op: "remove", kind: "channel", name: channel.name, fields: [],
    run: (tx) => updateChannel(tx, channel.id, { status: "disabled", reason: "not in the store file" }),
  }));
}
