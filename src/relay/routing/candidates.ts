import type { DialectId, Operation } from "#relay/dialects/dialect.ts";
import { endpointName } from "#relay/policy/access.ts";
import { compileRoutePolicy, withChannelFlags } from "#relay/policy/route-policy.ts";
import type { RoutePolicy } from "#relay/policy/route-policy.ts";
import type { Provider, ProviderEndpoint, TaskEndpoint } from "#relay/providers/provider.ts";
import type { Candidate } from "#relay/routing/choose.ts";
import { circuitOf } from "#relay/routing/health.ts";
import type { Circuit, Health } from "#relay/routing/health.ts";
import type { KeyRing } from "#relay/routing/keys.ts";
import { protocolsFor } from "#relay/routing/protocols.ts";
import type { UpstreamLimits } from "#relay/limits/window.ts";
import { soldModel, tiersFor } from "#snapshot/wildcards.ts";
import type { Model, Route, Snapshot } from "#snapshot/snapshot.ts";

/** A channel that serves the request's model and can answer its dialect, by the endpoints in their order of preference. */
export type Offer = Readonly<{
  route: Route; provider: Provider; priority: number; endpoints: readonly ProviderEndpoint[];
  /** One of each endpoint, in their order; one alone where the call has no endpoint of an operation. */
  circuits: readonly [Circuit, ...Circuit[]];
  /** What changes its requests; absent = nothing. */
  policy?: RoutePolicy;
  /** Where long work is asked for; no other request has any use for it. */
  task?: TaskEndpoint;
}>;
export type OutReason = "paused" | "breaker" | "limits" | "keys";
export type OfferNow = Candidate & Readonly<{
  offer: Offer;
  /** Milliseconds until it may be used; Infinity = not by itself. */
  waitMs: number;
  /** What stands in the way the longest. */
  reason: OutReason | undefined;
}>;

export type Asked = Readonly<{ operation: Operation; dialect: DialectId }>;

/** Everything that could answer the request, whatever its health: what does not depend on the moment. */
export function offersFor(snapshot: Snapshot, providers: ReadonlyMap<string, Provider>, groupId: string, model: Model, { operation, dialect }: Asked): readonly Offer[] {
  const offers: Offer[] = [];
  const facts = { model: model.name, endpoint: endpointName(operation, dialect), group: snapshot.groups.get(groupId)?.name ?? "" };
  for (const { priority, routes } of tiersFor(snapshot, groupId, model)) {
    for (const route of routes) {
      const known = providers.get(route.channel.provider), { settings } = route.channel;
      const provider = known && withChannelFlags(known, settings);
      if (!provider || (route.channel.keys.length === 0 && provider.keyless !== true)) continue;
      const [endpoint, ...others] = protocolsFor(provider, route.channel.protocol, operation, dialect, route.upstreamModel, settings.without);
      if (!endpoint) continue;
      const endpoints = [endpoint, ...others] as const;
      const policy = compileRoutePolicy({ settings, provider, upstreamModel: route.upstreamModel, endpoints, facts, soldAs: soldModel(model).name, operation, preset: model.preset });
      const [circuit, ...otherCircuits] = [endpoint, ...others].map(({ dialect: protocol }) => circuitOf(route, protocol));
      offers.push({ route, provider, endpoints, circuits: [circuit!, ...otherCircuits], priority, ...(policy && { policy }) });
    }
  }
  return offers;
}

/** Has any vendor of the model a call of this kind, with a key or without? Where there is no vendor at all nobody can say. */
export function isServed(snapshot: Snapshot, providers: ReadonlyMap<string, Provider>, groupIds: readonly string[], model: Model, { operation, dialect }: Asked): boolean {
  const routes = groupIds.flatMap((groupId) => tiersFor(snapshot, groupId, model)).flatMap((tier) => tier.routes);
  return routes.length === 0 || routes.some(({ channel, upstreamModel }) => {
    const provider = providers.get(channel.provider);
    return provider !== undefined && protocolsFor(provider, channel.protocol, operation, dialect, upstreamModel).length > 0;
  });
}

/**
 * Everything that could hold a conversation over a WebSocket about this model. Its address is no endpoint of an
 * operation, so the offer stands without one.
 */
export function realtimeOffers(snapshot: Snapshot, providers: ReadonlyMap<string, Provider>, groupId: string, model: Model, writesDown: boolean): readonly Offer[] {
  return tiersFor(snapshot, groupId, model).flatMap(({ priority, routes }) => routes.flatMap((route) => {
    const provider = providers.get(route.channel.provider);
    if (!provider?.realtime || (writesDown && provider.realtime.transcription === undefined) || (route.channel.keys.length === 0 && provider.keyless !== true)) return [];
    return [{ route, provider, endpoints: [], circuits: [circuitOf(route, "realtime")], priority }];
  }));
}

export type Conditions = Readonly<{ health: Health; keys: KeyRing; limits: UpstreamLimits; now: number; /** By the clock on the wall, for what a person has set. */ wallMs: number; rev: bigint; tokens: number }>;

/** The same offers as they stand at this moment. */
export const judge = (offers: readonly Offer[], conditions: Conditions): readonly OfferNow[] =>
  offers.map((offer) => {
    const { channel, weight } = offer.route;
    const { waitMs, reason } = waitFor(offer, conditions);
    return { offer, channelId: channel.id, priority: offer.priority, weight, out: waitMs > 0, waitMs, reason };
  });

function waitFor({ route, circuits }: Offer, { health, keys, limits, now, wallMs, rev, tokens }: Conditions): Readonly<{ waitMs: number; reason: OutReason | undefined }> {
  const { channel } = route;
  const pauseWait = channel.pausedUntilMs === undefined ? 0 : channel.pausedUntilMs - wallMs;
  if (pauseWait > 0) return { waitMs: pauseWait, reason: "paused" };
  const keyWait = channel.keys.length === 0 ? 0 : keys.waitMs(channel, now, rev) ?? Infinity;
  const healthWait = health.waitMs(health.present(circuits, now)[0]!, now);
  const limitWait = limits.waitMs(channel.id, channel.limits, tokens);
  const waitMs = Math.max(keyWait, healthWait, limitWait);
  if (waitMs <= 0) return NO_WAIT;
  return { waitMs, reason: waitMs === keyWait ? "keys" : waitMs === limitWait ? "limits" : "breaker" };
}

const NO_WAIT = { waitMs: 0, reason: undefined } as const;
