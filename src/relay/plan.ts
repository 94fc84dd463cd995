import { createLimitScopes } from "#relay/limits/request-limits.ts";
import type { ScopedLimits } from "#relay/limits/limiter.ts";
import { endpointName } from "#relay/policy/access.ts";
import { resolveModel } from "#relay/policy/resolve-model.ts";
import { providers } from "#relay/providers/index.ts";
import { offersFor, realtimeOffers } from "#relay/routing/candidates.ts";
import type { Asked, Offer } from "#relay/routing/candidates.ts";
import type { Caller, Model, Snapshot } from "#snapshot/snapshot.ts";

/** What all requests of one caller for one model have in common, as long as neither he nor the snapshot changes. */
export type Plan = Readonly<{
  model: Model;
  /** Limits of the model itself, and of caller and model together. */
  ownScopes: readonly ScopedLimits[];
  allScopes: readonly ScopedLimits[];
  /** Everybody who could answer, in good health or not. */
  offers: readonly Offer[];
}>;

export type Plans = Readonly<{
  /** Limits of the caller alone: they are taken before the body is read. */
  scopesOf(caller: Caller, snapshot: Snapshot): readonly ScopedLimits[];
  /** @throws RelayError as `resolveModel` */
  planFor(caller: Caller, snapshot: Snapshot, name: string, asked: Asked): Plan;
  /** The same for conversations over a WebSocket: made anew each time, as they are few. */
  realtimePlan(caller: Caller, snapshot: Snapshot, name: string): Plan;
}>;

/** Names under which one caller asks for models; a name may be spelled in several ways, so there could be many. */
const NAMES_MAX = 1_000;

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
    planFor(caller, snapshot, name, asked) {
      const plans = plansOf(caller, snapshot, asked);
      const known = plans.get(name);
      if (known) return known;
      const model = resolveModel(snapshot, caller, name, endpointName(asked.operation, asked.dialect));
      const { own, all } = scopes.ofModel(caller, snapshot, model);
      const plan: Plan = { model, ownScopes: own, allScopes: all, offers: offersFor(snapshot, providers, caller.groupId, model, asked) };
      if (plans.size >= NAMES_MAX) plans.clear();
      plans.set(name, plan);
      return plan;
    },
    realtimePlan(caller, snapshot, name) {
      const model = resolveModel(snapshot, caller, name, "realtime");
      const { own, all } = scopes.ofModel(caller, snapshot, model);
      return { model, ownScopes: own, allScopes: all, offers: realtimeOffers(snapshot, providers, caller.groupId, model) };
    },
  };
}
