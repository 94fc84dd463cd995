import type { ErrorClass, ProviderFlags } from "#relay/providers/provider.ts";
import { createBreaker } from "#relay/routing/breaker.ts";
import type { Breaker } from "#relay/routing/breaker.ts";
import type { Route, Snapshot } from "#snapshot/snapshot.ts";

/** A route whose vendor says "no such model" or "not allowed" is left alone this long. */
const MISCONFIGURED_MS = 120_000;
const OVERLOADED_MS = 10_000;
const PANIC_EVERY_MS = 1_000;
/** A channel whose parts fail together is down itself. */
const OPEN_PARTS = 3;

/** How well every channel and every model on it did lately, as this node saw it. */
export interface Health {
  /** Milliseconds until the route may be tried; 0 = now. */
  waitMs(route: Route, now: number): number;
  begin(route: Route, now: number): void;
  success(route: Route, now: number): void;
  failure(route: Route, errorClass: ErrorClass, now: number, snapshot: Snapshot): void;
  /** The attempt said nothing about the vendor: the client left. */
  neutral(route: Route): void;
  /** May a request be sent though every candidate is out? At most one a second and model. */
  panic(publicModel: string, now: number): boolean;
  /** How a channel turned out to leave the wire format, learnt from its refusals. */
  flags(channelId: string, preset: ProviderFlags): ProviderFlags;
  learn(channelId: string, flags: Partial<ProviderFlags>): void;
}

export function createHealth(random: () => number): Health {
  const channels = new Map<string, Breaker>();
  const parts = new Map<string, Map<string, Breaker>>();
  const outUntil = new Map<string, number>();
  const panics = new Map<string, number>();
  const learnt = new Map<string, Partial<ProviderFlags>>();

  const channelOf = (route: Route): Breaker => getOrMake(channels, route.channel.id, () => createBreaker(random));
  const partOf = (route: Route): Breaker =>
    getOrMake(getOrMake(parts, route.channel.id, () => new Map<string, Breaker>()), route.upstreamModel, () => createBreaker(random));
  const putOut = (name: string, until: number): void => void outUntil.set(name, Math.max(until, outUntil.get(name) ?? 0));

  const tripChannel = (route: Route, now: number, snapshot: Snapshot): void => {
    let open = 0;
    for (const breaker of parts.get(route.channel.id)!.values()) if (breaker.state(now) !== "closed") open += 1;
    const served = modelsServed(snapshot, route.channel.id);
    // With one model its own circuit says all there is to say.
    if (served > 1 && open >= Math.min(OPEN_PARTS, served)) channelOf(route).trip(now);
  };

  return {
    waitMs(route, now) {
      const channel = channels.get(route.channel.id), part = parts.get(route.channel.id)?.get(route.upstreamModel);
      const breakers = Math.max(blockedMs(channel, now), blockedMs(part, now));
      if (outUntil.size === 0) return breakers;
      return Math.max(breakers, (outUntil.get(route.channel.id) ?? 0) - now, (outUntil.get(nameOf(route)) ?? 0) - now);
    },
    begin(route, now) {
      channels.get(route.channel.id)?.begin(now);
      partOf(route).begin(now);
    },
    success(route, now) {
      channels.get(route.channel.id)?.success(now);
      partOf(route).success(now);
    },
    failure(route, errorClass, now, snapshot) {
      if (errorClass === "config") putOut(nameOf(route), now + MISCONFIGURED_MS);
      if (errorClass === "overload") putOut(route.channel.id, now + OVERLOADED_MS);
      channels.get(route.channel.id)?.failure(errorClass, now);
      if (partOf(route).failure(errorClass, now)) tripChannel(route, now, snapshot);
    },
    neutral(route) {
      channels.get(route.channel.id)?.neutral();
      partOf(route).neutral();
    },
    panic(publicModel, now) {
      if (now - (panics.get(publicModel) ?? -Infinity) < PANIC_EVERY_MS) return false;
      panics.set(publicModel, now);
      return true;
    },
    flags(channelId, preset) {
      const known = learnt.get(channelId);
      return known === undefined ? preset : { ...preset, ...known };
    },
    learn(channelId, flags) {
      learnt.set(channelId, { ...learnt.get(channelId), ...flags });
    },
  };
}

const nameOf = (route: Route): string => `${route.channel.id}\0${route.upstreamModel}`;

/** Not less than a moment while a probe is under way: the place is taken. */
const blockedMs = (breaker: Breaker | undefined, now: number): number =>
  breaker === undefined || breaker.allows(now) ? 0 : Math.max(1, breaker.waitMs(now));

/** Only asked when a circuit opens. */
function modelsServed(snapshot: Snapshot, channelId: string): number {
  const models = new Set<string>();
  for (const tiers of snapshot.routes.values()) {
    for (const { routes } of tiers) for (const { channel, upstreamModel } of routes) if (channel.id === channelId) models.add(upstreamModel);
  }
  return models.size;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
