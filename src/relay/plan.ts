import { createLimitScopes } from "#relay/limits/request-limits.ts";
import type { ScopedLimits } from "#relay/limits/limiter.ts";
import { endpointName } from "#relay/policy/access.ts";
import { pinnedTo } from "#relay/policy/channel-pin.ts";
import { resolveModel } from "#relay/policy/resolve-model.ts";
import { providers } from "#relay/providers/index.ts";
import type { SessionKind } from "#relay/realtime/session-kind.ts";
import { isServed, offersFor, realtimeOffers } from "#relay/routing/candidates.ts";
import type { Asked, Offer } from "#relay/routing/candidates.ts";
import { isRouted } from "#snapshot/wildcards.ts";
import type { Caller, Model, Snapshot } from "#snapshot/snapshot.ts";

/** What all requests of one caller for one model have in common, as long as neither he nor the snapshot changes. */
export type Plan = Readonly<{
  model: Model;
  /** Whose channels and price they are: the caller's group, or the first of those that serve its members. */
  groupId: string;
  /** Further groups that may serve, in order; absent = none. */
  otherGroups?: readonly string[];
  /** Limits of the model itself, and of caller and model together. */
  ownScopes: readonly ScopedLimits[];
  allScopes: readonly ScopedLimits[];
  /** Everybody who could answer, in good health or not. */
  offers: readonly Offer[];
  /** It is sold, but none of its vendors has a call of this kind. */
  unsupported?: boolean;
  /** Some of them change how much an answer can cost. */
  weighs: boolean;
  /** Some of them may pass a service tier on. */
  tiers: boolean;
  /** Some of them lack a capability. */
  picky: boolean;
  /** Some of them may have the line of a whole answer kept alive. */
  keepsAlive: boolean;
  /** Some of them bill characters for tokens. */
  characters: boolean;
}>;

export type Plans = Readonly<{
  /** Limits of the caller alone: they are taken before the body is read. */
  scopesOf(caller: Caller, snapshot: Snapshot): readonly ScopedLimits[];
  /** Limits of the model itself, for requests that need no plan. */
  modelScopesOf(caller: Caller, snapshot: Snapshot, model: Model): readonly ScopedLimits[];
  /** @param groupId one of those that serve the caller's; left out = the first; @throws RelayError as `resolveModel` */
  planFor(caller: Caller, snapshot: Snapshot, name: string, asked: Asked, groupId?: string): Plan;
  /** The same for conversations over a WebSocket: made anew each time, as they are few. */
  realtimePlan(caller: Caller, snapshot: Snapshot, name: string, kind: SessionKind): Plan;
}>;

/** Names under which one caller asks for models; a name may be spelled in several ways, so there could be many. */
const NAMES_MAX = 1_000;
/** As many as customers like stand below a wildcard: no key keeps more of them. */
const NAMES_BELOW_MAX = 100;

/** Makes each plan once: looking all this up costs more than the rest of an admission. */
export function createPlans(): Plans {
  const scopes = createLimitScopes();
  const callers = new WeakMap<Caller, { snapshot: Snapshot; plans: Map<string, Map<string, Plan>> }>();

  const plansOf = (caller: Caller, snapshot: Snapshot, { operation, dialect }: Asked): Map<string, Plan> => {
    let known = callers.get(caller);
    if (known?.snapshot !== snapshot) callers.set(caller, (known = { snapshot, plans: new Map() }));
    const way = operation === "chat" ? dialect : operation;
    let plans = known.plans.get(way);
    if (!plans) known.plans.set(way, (plans = new Map()));
    return plans;
  };

  return {
    scopesOf: (caller, snapshot) => scopes.ofCaller(caller, snapshot),
    modelScopesOf: (caller, snapshot, model) => scopes.ofModel(caller, snapshot, model).own,
    planFor(caller, snapshot, name, asked, groupId) {
      const plans = plansOf(caller, snapshot, asked);
      const key = groupId === undefined ? name : `${groupId}\0${name}`;
      const known = plans.get(key);
      if (known) return known;
      const model = resolveModel(snapshot, caller, name, endpointName(asked.operation, asked.dialect));
      const { own, all } = scopes.ofModel(caller, snapshot, model);
      const [first, ...others] = groupId === undefined ? groupsFor(snapshot, caller, model) : [groupId];
      const offers = pinnedTo(caller, offersFor(snapshot, providers, first, model, asked));
      const plan: Plan = {
        model, ownScopes: own, allScopes: all, groupId: first, offers,
        weighs: offers.some(({ policy }) => policy?.override?.money || policy?.system !== undefined || policy?.preset?.maxTokens !== undefined),
        tiers: offers.some(({ provider }) => provider.flags.serviceTier === true),
        keepsAlive: offers.some(({ route }) => route.channel.settings.keepalive_json === true),
        picky: offers.some(({ policy }) => policy?.lacks !== undefined),
        characters: offers.some(({ provider }) => provider.flags.billsCharacters === true),
        ...(others.length > 0 && { otherGroups: others }),
        ...(offers.length === 0 && !isServed(snapshot, providers, [first, ...others], model, asked) && { unsupported: true }),
      };
      if (plans.size >= (model.wildcard ? NAMES_BELOW_MAX : NAMES_MAX)) plans.clear();
      plans.set(key, plan);
      return plan;
    },
    realtimePlan(caller, snapshot, name, kind) {
      const model = resolveModel(snapshot, caller, name, "realtime");
      const { own, all } = scopes.ofModel(caller, snapshot, model);
      const groups = groupsFor(snapshot, caller, model).map((groupId) => ({ groupId, offers: pinnedTo(caller, realtimeOffers(snapshot, providers, groupId, model, kind === "transcription")) }));
      const { groupId, offers } = groups.find((group) => group.offers.length > 0) ?? groups[0]!;
      const unsupported = offers.length === 0 && groups.some((group) => isRouted(snapshot, group.groupId, model));
      return { model, ownScopes: own, allScopes: all, groupId, offers, weighs: false, tiers: false, picky: false, keepsAlive: false, characters: false, ...(unsupported && { unsupported }) };
    },
  };
}

/** The groups that may serve a caller's call of a model, the preferred one first. */
export function groupsFor(snapshot: Snapshot, { groupId }: Caller, model: Model): readonly [string, ...string[]] {
  const serving = snapshot.groups.get(groupId)?.auto;
  if (serving === undefined) return [groupId];
  const [first = serving[0] ?? groupId, ...others] = serving.filter((id) => isRouted(snapshot, id, model));
  return [first, ...others];
}
