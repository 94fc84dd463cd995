import type { ErrorClass, ProviderFlags } from "#relay/providers/provider.ts";
import { createBreaker } from "#relay/routing/breaker.ts";
import type { Breaker } from "#relay/routing/breaker.ts";
import { countedName } from "#snapshot/wildcards.ts";
import type { Route, Snapshot } from "#snapshot/snapshot.ts";

/** A route whose vendor says "no such model" or "not allowed" is left alone this long. */
const MISCONFIGURED_MS = 120_000;
const OVERLOADED_MS = 10_000;
const PANIC_EVERY_MS = 1_000;
/** A channel whose parts fail together is down itself. */
const OPEN_PARTS = 3;
/** A host that lacks a protocol's address is asked again after this long: it may have been given one. */
const ABSENT_MS = 3_600_000;

/**
 * What fails together: a channel's model as it is asked by one protocol. A vendor's address for one of them may be
 * broken while the others work.
 */
export type Circuit = Readonly<{
  route: Route;
  /** The channel by this protocol. */
  part: string;
  /** The model, as it is remembered. */
  model: string;
  /** The model on it. */
  name: string;
}>;

/** Made with the plan, so that no request has to put names together. */
export const circuitOf = (route: Route, protocol: string): Circuit => {
  const part = `${route.channel.id}\0${protocol}`, model = countedName(route);
  return { route, part, model, name: `${part}\0${model}` };
};

/** How well every channel and every model on it did lately by each protocol, as this node saw it. */
export interface Health {
  /** Milliseconds until it may be tried; 0 = now. */
  waitMs(circuit: Circuit, now: number): number;
  begin(circuit: Circuit, now: number): void;
  success(circuit: Circuit, now: number): void;
  failure(circuit: Circuit, errorClass: ErrorClass, now: number, snapshot: Snapshot): void;
  /** The attempt said nothing about the vendor: the client left. */
  neutral(circuit: Circuit): void;
  /** The channel's host has no such address. */
  markAbsent(circuit: Circuit, now: number): void;
  /** Those that are not known to be absent; the same list where nothing is known of them. */
  present(circuits: readonly Circuit[], now: number): readonly Circuit[];
  /** May a request be sent though every candidate is out? At most one a second and model. */
  panic(publicModel: string, now: number): boolean;
  /** How a channel turned out to leave the wire format, learnt from its refusals. */
  flags(channelId: string, preset: ProviderFlags): ProviderFlags;
  learn(channelId: string, flags: Partial<ProviderFlags>): void;
  /** Another node's circuit has opened: this node's own opens sooner for a while. */
  heed(opened: Omit<Opened, "ms">, now: number): void;
}

/** A circuit that opened here, for so long. `model` as it is remembered; absent = the whole channel as it is asked by this protocol. */
export type Opened = Readonly<{ channelId: string; protocol: string; model?: string | undefined; ms: number }>;

const NOBODY = (): void => undefined;

/** @param tell is told of each circuit that opens */
export function createHealth(random: () => number, tell: (opened: Opened) => void = NOBODY): Health {
  const channels = new Map<string, Breaker>();
  const parts = new Map<string, Map<string, Breaker>>();
  const outUntil = new Map<string, number>();
  const panics = new Map<string, number>();
  const learnt = new Map<string, Partial<ProviderFlags>>();

  const absentUntil = new Map<string, number>();

  const channelOf = ({ part }: Circuit): Breaker => getOrMake(channels, part, () => createBreaker(random));
  const partOf = ({ part, model }: Circuit): Breaker =>
    getOrMake(getOrMake(parts, part, () => new Map<string, Breaker>()), model, () => createBreaker(random));
  const putOut = (name: string, until: number): void => void outUntil.set(name, Math.max(until, outUntil.get(name) ?? 0));

  const told = (circuit: Circuit, breaker: Breaker, now: number, model?: string): void =>
    tell({ channelId: circuit.route.channel.id, protocol: circuit.part.slice(circuit.route.channel.id.length + 1), model, ms: breaker.waitMs(now) });

  const tripChannel = (circuit: Circuit, now: number, snapshot: Snapshot): void => {
    let open = 0;
    for (const breaker of parts.get(circuit.part)!.values()) if (breaker.state(now) !== "closed") open += 1;
    const served = modelsServed(snapshot, circuit.route.channel.id);
    // With one model its own circuit says all there is to say.
    if (served > 1 && open >= Math.min(OPEN_PARTS, served) && channelOf(circuit).trip(now)) told(circuit, channelOf(circuit), now);
  };

  return {
    waitMs({ route, part: of, model, name }, now) {
      const channel = channels.get(of), part = parts.get(of)?.get(model);
      const breakers = Math.max(blockedMs(channel, now), blockedMs(part, now));
      if (outUntil.size === 0) return breakers;
      return Math.max(breakers, (outUntil.get(route.channel.id) ?? 0) - now, (outUntil.get(name) ?? 0) - now);
    },
    begin(circuit, now) {
      channels.get(circuit.part)?.begin(now);
      partOf(circuit).begin(now);
    },
    success(circuit, now) {
      channels.get(circuit.part)?.success(now);
      partOf(circuit).success(now);
    },
    failure(circuit, errorClass, now, snapshot) {
      if (errorClass === "config") putOut(circuit.name, now + MISCONFIGURED_MS);
      if (errorClass === "overload") putOut(circuit.route.channel.id, now + OVERLOADED_MS);
      channels.get(circuit.part)?.failure(errorClass, now);
      const part = partOf(circuit);
      if (!part.failure(errorClass, now)) return;
      told(circuit, part, now, circuit.model);
      tripChannel(circuit, now, snapshot);
    },
    neutral(circuit) {
      channels.get(circuit.part)?.neutral();
      partOf(circuit).neutral();
    },
    markAbsent: ({ part }, now) => void absentUntil.set(part, now + ABSENT_MS),
    present(circuits, now) {
      if (absentUntil.size === 0) return circuits;
      const left = circuits.filter(({ part }) => (absentUntil.get(part) ?? 0) <= now);
      return left.length === 0 ? circuits : left;
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
    heed({ channelId, protocol, model }, now) {
      const part = `${channelId}\0${protocol}`;
      if (model !== undefined) getOrMake(getOrMake(parts, part, () => new Map<string, Breaker>()), model, () => createBreaker(random)).warn(now);
      else for (const breaker of parts.get(part)?.values() ?? []) breaker.warn(now);
    },
  };
}

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
