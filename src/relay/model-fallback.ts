import type { CompiledPrice } from "#money/price.ts";
import type { Job, RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { takeRequest, takeTokens } from "#relay/limits/request-limits.ts";
import { queueMsOf } from "#relay/limits/wait.ts";
import { admitPlan, boundsFor, routerFor } from "#relay/metered.ts";
import type { Admitted, Queueing, ReadRequest, Wanted } from "#relay/metered.ts";
import type { Plan } from "#relay/plan.ts";
import { weigh } from "#relay/metering/weigh.ts";
import { pricedTier } from "#relay/policy/service-tier.ts";
import { notFound } from "#relay/policy/resolve-model.ts";
import { fallbackCause, listedModels, ModelLine } from "#relay/routing/model-line.ts";
import type { LineEntry } from "#relay/routing/model-line.ts";
import { ATTEMPTS_MAX, LINE_ATTEMPTS_MAX } from "#relay/routing/retry-policy.ts";
import { pinnedPlan } from "#relay/stored/pinned.ts";
import type { Caller, FallbackCause, Model } from "#snapshot/snapshot.ts";
import { soldModel } from "#snapshot/wildcards.ts";

/**
 * Stage 6 and 7 for the model that is asked for, or, where nobody can serve it, for the next in its line.
 * @throws RelayError
 */
export function admit(state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, request: ReadRequest): Promise<Admitted> {
  const plan = planFor(state, context, caller, wanted, request);
  if (context.turn?.pin) return admitPlan(state, context, caller, wanted, request, plan);
  const line = lineFor(state, context, caller, wanted, request, plan);
  return line ? admitLine(state, context, caller, wanted, request, plan, line) : admitPlan(state, context, caller, wanted, request, plan);
}

/**
 * Who may serve a request when its model cannot; undefined for the many that have nobody.
 * @throws RelayError when the list is none; models in it that the caller may not use are passed by
 */
function lineFor(state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, { body, scanned }: ReadRequest, plan: Plan): ModelLine | undefined {
  const { ranges } = scanned;
  const lists = ranges.has("models") || ranges.has("fallbacks");
  if (!lists && plan.model.fallbacks === undefined && plan.otherGroups === undefined) return undefined;
  const listed = lists ? listedModels(body, scanned) : [];
  return new ModelLine(plan.model, listed, plan.otherGroups ?? [], (name) => resolve(state, context, caller, wanted, name));
}

/** Who may answer first: of a turn that one channel alone can go on with, that one. @throws RelayError */
export function planFor(state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, { scanned }: Pick<ReadRequest, "scanned">): Plan {
  const plan = planOf(state, context, caller, wanted, scanned.model), pin = context.turn?.pin;
  return pin ? pinnedPlan(plansOf(state, context, caller, wanted, scanned.model, plan), pin) : plan;
}

/** One group after the other of those that may serve the model. */
function* plansOf(state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, name: string, first: Plan): Generator<Plan> {
  yield first;
  for (const groupId of first.otherGroups ?? []) yield planOf(state, context, caller, wanted, name, groupId);
}

const planOf = (state: RelayState, context: RequestContext, caller: Caller, { operation }: Wanted, name: string, groupId?: string): Plan =>
  state.plans.planFor(caller, context.snapshot, name, { operation, dialect: context.dialect.id }, groupId);

/** What stands behind a model may be out of this caller's reach. */
function resolve(state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, name: string): Model | undefined {
  try {
    return planOf(state, context, caller, wanted, name).model;
  } catch (error) {
    if (error instanceof RelayError) return undefined;
    throw error;
  }
}

/** Admits the first of the line that can be served and paid. @throws RelayError the last one's */
async function admitLine(
  state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, request: ReadRequest, plan: Plan, line: ModelLine,
): Promise<Admitted> {
  let current = plan, cause: FallbackCause | undefined, ceiling: CompiledPrice | undefined;
  let full: Readonly<{ plan: Plan; ceiling: CompiledPrice | undefined }> | undefined;
  let queueing: Queueing = "refused"; // as long as there are others to ask
  const counted = new Set<Model>();
  for (;;) {
    try {
      const admitted = await admitPlan(state, context, caller, wanted, request, current, { queueing, counted });
      return { ...admitted, line, ...(ceiling && { job: { ...admitted.job, ceiling } }) };
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      // Nobody goes on because his own limit or money is at its end; who has gone on already may pass by what is too dear.
      cause = fallbackCause(error, true) ?? cause;
      if (queueing === "waits-now") throw error;
      if (error.code === "upstream_rate_limited") full ??= { plan: current, ceiling };
      const entry = cause && line.next({ model: current.model, cause });
      if (!entry) {
        if (!full || queueMsOf(context) === 0) throw error;
        ({ plan: current, ceiling } = full);
        queueing = "waits-now";
        continue;
      }
      ceiling = ceilingOf(context, caller, current, entry);
      current = planOf(state, context, caller, wanted, entry.name, entry.groupId);
      if (entry.groupId === undefined) line.trying(current.otherGroups);
    }
  }
}

/** The operator's choice never costs the customer more than his own. */
function ceilingOf({ snapshot, admittedAtMs }: RequestContext, { userId }: Caller, { groupId }: Plan, { origin, insteadOf }: LineEntry): CompiledPrice | undefined {
  return origin === "operator" ? snapshot.price(insteadOf, groupId, userId, admittedAtMs) : undefined;
}

/**
 * Prepares an admitted request that has failed for the next in its line: limits, price and hold anew.
 * @returns undefined when nobody is left, or the failure is none that another model would be spared
 */
export async function fallBack(state: RelayState, { job, plan, line }: Admitted, wanted: Wanted, error: RelayError): Promise<Admitted | undefined> {
  const { context, caller, scanned } = job;
  const cause = fallbackCause(error, scanned.stream);
  if (!line || cause === undefined || !mayGoOn(context)) return undefined;
  for (let entry = line.next({ model: job.model, cause }); entry; entry = line.next({ model: job.model, cause })) {
    const next = planOf(state, context, caller, wanted, entry.name, entry.groupId);
    if (entry.groupId === undefined) line.trying(next.otherGroups);
    const moved = await move(state, job, plan, next, ceilingOf(context, caller, plan, entry));
    if (!moved) continue;
    if (!mayGoOn(context) || (error.code !== "model_not_found" && !state.retryBudget.retry())) return undefined;
    return { ...moved, line };
  }
  return undefined;
}

const mayGoOn = (context: RequestContext): boolean =>
  context.left === undefined && !context.reply.gone && !context.cut && context.attempts.length < LINE_ATTEMPTS_MAX;

async function move(state: RelayState, job: Job, from: Plan, to: Plan, ceiling: CompiledPrice | undefined): Promise<Admitted | undefined> {
  const { context, caller, scanned, body, hold, inputTokensRough, tokensTaken: tokens } = job;
  const { model, groupId } = to;
  const price = context.snapshot.price(model, groupId, caller.userId, context.admittedAtMs);
  if (!price || !(await takeLimits(state, job, from, to))) return undefined;
  try {
    const router = routerFor(state, context, caller, { plan: to, price, scanned, body, tokens, inputTokensRough });
    const first = router.first();
    const tier = to.tiers ? pricedTier(scanned, body, price) : undefined;
    // The dearer of two prices is never charged where there is a ceiling: covering it is enough.
    const { card, size } = boundsFor(model, ceiling ?? price, weigh(state, context, to, { operation: job.operation, scanned, body }), context.admittedAtMs, tier);
    if (!(await hold.raise(card, size))) throw notFound(model.name);
    const { ceiling: _before, tier: _asked, ...rest } = job;
    const attemptsMax = Math.min(LINE_ATTEMPTS_MAX, context.attempts.length + ATTEMPTS_MAX);
    if (soldModel(from.model) !== soldModel(model)) state.limiter.correct(from.ownScopes, "tokens", -tokens);
    return { plan: to, router, first, job: { ...rest, model, groupId, price, attemptsMax, scopes: to.allScopes, ...(ceiling && { ceiling }), ...(tier !== undefined && { tier }) } };
  } catch (error) {
    if (soldModel(from.model) !== soldModel(model)) state.limiter.correct(to.ownScopes, "tokens", -tokens);
    if (error instanceof RelayError) return undefined;
    throw error;
  }
}

/** The caller's own limits have been taken from already. @returns false when the model's are at their end */
async function takeLimits(state: RelayState, { context, tokensTaken }: Job, from: Plan, to: Plan): Promise<boolean> {
  if (soldModel(from.model) === soldModel(to.model)) return true;
  try {
    await takeRequest(state, context, to.ownScopes, false);
    await takeTokens(state, context, to.ownScopes, tokensTaken);
    return true;
  } catch (error) {
    if (error instanceof RelayError) return false;
    throw error;
  }
}
