import { isRefusal } from "#money/billing.ts";
import type { Ask } from "#money/billing.ts";
import type { ChargeRecord } from "#money/charge.ts";
import { nano, pico } from "#money/amount.ts";
import type { CompiledPrice } from "#money/price.ts";
import { isInMemory } from "#platform/outbound/body-part.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import { createConversion } from "#relay/conversion/conversion.ts";
import { RelayError } from "#relay/errors.ts";
import { estimatedTokens, roughInputTokens, takeRequest, takeTokens } from "#relay/limits/request-limits.ts";
import { askFor, linedUp, routerFor } from "#relay/metered.ts";
import type { RouteParts, Wanted } from "#relay/metered.ts";
import type { Plan } from "#relay/plan.ts";
import { refusalError } from "#relay/policy/refusal.ts";
import { notFound } from "#relay/policy/resolve-model.ts";
import type { JsonObject } from "#relay/providers/provider.ts";
import { hopHeaders } from "#relay/routing/hops.ts";
import type { Choice, Router } from "#relay/routing/router.ts";
import { firstOrRefusal, waitForChannel } from "#relay/routing/wait-for-channel.ts";
import { inOurWords } from "#relay/stored/pinned.ts";
import type { ResponseStore, VendorPin } from "#relay/stored/response-store.ts";
import type { ReadBody, Turn } from "#relay/stored/turn.ts";
import { openaiResponsesTask } from "#relay/tasks/protocols/openai-responses.ts";
import { endTask, hasEnded } from "#relay/tasks/poll-tasks.ts";
import { sendCall } from "#relay/tasks/send-submission.ts";
import { after, ATTEMPTS_MAX, factsOf, giveUp, keep } from "#relay/tasks/submit-task.ts";
import type { TaskCall } from "#relay/tasks/task-protocol.ts";
import { deadlineMs, isEnd, pollDelayMs, SUBMITTING_MS, UNKNOWN_MS } from "#relay/tasks/task-states.ts";
import type { TaskStore } from "#relay/tasks/task-store.ts";
import { backgroundEndpoint } from "#relay/tasks/task-vendor.ts";
import type { Task } from "#relay/tasks/task.ts";
import { mostTelling, type Failure } from "#relay/upstream/failure.ts";
import { shapeHeaders, speak } from "#relay/upstream/speak.ts";
import type { Caller } from "#snapshot/snapshot.ts";

const CONTEXT_UNKNOWN_TOKENS = 131_072;

const refused = (why: string): RelayError => new RelayError("unsupported_parameter", `Unsupported parameter: 'background' ${why}`, { param: "background" });

/** The stores that long work needs. @throws RelayError unsupported_parameter where there is none, or for what cannot be done so */
function storesFor({ tasks, responses }: RelayState, { store }: Turn, stream: boolean): Readonly<{ tasks: TaskStore; responses: ResponseStore }> {
  if (!tasks || !responses) throw refused("is not offered. Use a stream for long answers.");
  if (!store) throw refused("needs 'store': what is not kept cannot be looked up.");
  if (stream) throw refused("cannot be streamed here: look the response up by its id.");
  return { tasks, responses };
}

type Parts = Readonly<{ request: ReadBody; plan: Plan; price: CompiledPrice; router: Router; first: Choice; ask: Ask; task: Task; maxTokens?: number }>;

/**
 * Has a vendor make an answer in the background: money first, where it outlives this process, then the row, then the
 * vendor. Whoever first sees that it has ended charges it: a look-up, or the rounds that look at all long work.
 *
 * @returns the response as it stands
 * @throws RelayError
 */
export async function makeInBackground(state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, request: ReadBody, plan: Plan): Promise<JsonObject> {
  const { body, scanned } = request;
  const stores = storesFor(state, request.turn!, scanned.stream);
  const { snapshot, admittedAtMs } = context;
  const price = snapshot.price(plan.model, plan.groupId, caller.userId, admittedAtMs);
  if (!price) throw notFound(scanned.model);
  // Which of its prices holds is known at the end, when the price book may be another.
  if (price.document.tiers !== undefined) throw refused("is not offered for a model whose price goes by the length of the prompt.");
  const taking = takeRequest(state, context, plan.ownScopes);
  if (taking) await taking;
  const inputTokensRough = roughInputTokens(scanned), tokens = estimatedTokens(scanned, inputTokensRough, plan.model, true);
  const takingTokens = takeTokens(state, context, plan.allScopes, tokens);
  if (takingTokens) await takingTokens;
  try {
    const routed = await routedFor(state, context, caller, wanted, { plan, price, scanned, body, tokens, inputTokensRough });
    const ask = askFor(state, context, caller, wanted, { plan, price, scanned, body, budgets: state.budgetWindows(caller, admittedAtMs), tier: undefined });
    const task = taskOf(context, request, plan, ask);
    const maxTokens = await setAside(state, stores.tasks, context, { ask, task, price, asked: scanned.model });
    return await deliver(state, stores, context, { request, plan, price, ...routed, ask, task, ...(maxTokens !== undefined && { maxTokens }) });
  } catch (error) {
    state.limiter.correct(plan.allScopes, "tokens", -tokens);
    throw error;
  }
}

/** Somebody to ask: now, or once a place is free, where the group lets requests wait. @throws RelayError */
async function routedFor(state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, parts: RouteParts): Promise<Pick<Parts, "router" | "first">> {
  const router = routerFor(state, context, caller, parts), found = firstOrRefusal(state, context, router, parts.plan.offers);
  return found instanceof RelayError ? waitForChannel(state, context, found, linedUp(state, context, caller, wanted, parts)) : { router, first: found };
}

/** Those of a plan that make answers in the background. @throws RelayError unsupported_parameter when there is none */
export function backgroundPlan(plan: Plan): Plan {
  const offers = plan.offers.flatMap((offer) => {
    const at = offer.endpoints.findIndex(({ dialect }) => dialect === "openai-responses"), task = backgroundEndpoint(offer.provider);
    return at < 0 || !task ? [] : [{ ...offer, endpoints: [offer.endpoints[at]!], circuits: [offer.circuits[at]!] as const, task }];
  });
  if (offers.length === 0 && plan.offers.length > 0) throw refused("is not offered by the vendors of this model.");
  // Who waits for one of these waits for no other.
  return { ...plan, offers, picky: true };
}

function taskOf({ id, admittedAtMs }: RequestContext, { turn }: ReadBody, { model }: Plan, ask: Ask): Task {
  const most = { input: ask.inputTokensMax, output: ask.maxOutputTokens ?? ask.modelMaxOutput ?? model.contextTokens ?? CONTEXT_UNKNOWN_TOKENS };
  return {
    id, publicId: turn!.responseId!, userId: ask.userId, model: model.name, form: "responses", kind: "text", action: "create", state: "queued", progress: 0, content: { count: 1, most },
    polls: 0, faults: 0, createdAtMs: admittedAtMs, deadlineAtMs: admittedAtMs + deadlineMs("text"),
  };
}

/** Sets the worst case aside and writes the row, both or neither. @returns the cap that the money puts, where the client gave none */
async function setAside(state: RelayState, tasks: TaskStore, { id, admittedAtMs }: RequestContext, { ask, task, price, asked }: Pick<Parts, "ask" | "task" | "price"> & Readonly<{ asked: string }>): Promise<number | undefined> {
  const { walletId, userId, keyId, modelId, groupId, endpoint } = ask;
  const admitted = await state.billing.admitDurable(ask, {
    kind: "task",
    expiresAtMs: task.deadlineAtMs + UNKNOWN_MS,
    write: (client, holdNano) => tasks.insert(client, { ...task, nextPollAtMs: admittedAtMs + SUBMITTING_MS, record: beginning(holdNano) }),
  });
  if (isRefusal(admitted)) throw refusalError(admitted);
  return admitted.maxTokens;

  function beginning(holdNano: ChargeRecord["holdNano"]): ChargeRecord {
    return {
      walletId, userId, keyId, modelId, groupId, endpoint, stream: false, id, card: price.card(0, admittedAtMs), outcome: "ok", usageSource: "none", quantities: {},
      sumPico: pico(0n), chargeNano: nano(0n), costPico: pico(0n), flags: 0, httpStatus: 200, modelAsked: asked, holdNano, detail: { dialect: "openai-responses", background: true }, attempts: [],
      budgets: ask.budgets.map(({ scope, period, startsAtMs }) => ({ scope, period, startsAtMs })),
    };
  }
}

/** Asks one channel after the other until one takes it; one that may have taken it is the last, and nobody pays for it. */
async function deliver(state: RelayState, { tasks, responses }: Readonly<{ tasks: TaskStore; responses: ResponseStore }>, context: RequestContext, parts: Parts): Promise<JsonObject> {
  const { task, plan, request: { turn }, router } = parts;
  const failures: Failure[] = [];
  for (let choice: Choice | undefined = parts.first; choice;) {
    const chosen: Choice = choice;
    const sent = await sendCall(state, context, chosen, plan.model, () => Promise.resolve(callFor(state, context, chosen, parts)));
    context.attempts.push(sent.attempt);
    if (sent.kind === "accepted") {
      const { upstreamId, told = {} } = sent.accepted;
      await keep(state, context, () => tasks.submitted(task.id, factsOf(context, plan.model, chosen, context.attempts), upstreamId, state.clock.now() + pollDelayMs(0, state.random())), upstreamId);
      const pin: VendorPin = {
        channelId: chosen.offer.route.channel.id, upstreamId, model: plan.model.name, background: true,
        ...(chosen.key && { keyId: chosen.key.id }), ...(turn!.previousResponseId !== undefined && { previousId: turn!.previousResponseId }),
      };
      await responses.savePin(context.id, task.userId, task.publicId, pin);
      await settleTold({ store: tasks, clock: state.clock }, task.publicId, task.userId, told);
      return inOurWords(context.snapshot, told, task.publicId, pin);
    }
    if (sent.kind === "unknown") {
      await tasks.finish(task.id, { state: "failed", attempts: context.attempts, errorCode: "upstream_timeout", flagged: true, httpStatus: 504, note: sent.why }, state.clock.now());
      throw new RelayError("upstream_timeout", "It is not known whether the model has begun. Nothing is charged.");
    }
    failures.push(sent.failure);
    choice = failures.length < ATTEMPTS_MAX && !context.cut ? after(router, chosen, sent.failure) : undefined;
  }
  return giveUp(state, tasks, context, task, [mostTelling(failures.filter(({ unfit }) => !unfit)) ?? failures[0]!]);
}

/** The request as one channel is told it. @throws RelayError where it cannot be said in the vendor's own format */
function callFor(state: RelayState, context: RequestContext, { offer, key }: Choice, { request: { body, scanned }, plan, maxTokens }: Parts): TaskCall {
  const { provider, policy, route } = offer;
  const { parts, forwarded } = speak(
    { state, context, model: plan.model, scanned, body, form: undefined, media: undefined, conversion: createConversion(context, scanned, body), ...(maxTokens !== undefined && { maxTokens }) },
    offer, state.health.flags(route.channel.id, provider.flags),
  );
  const own = { ...forwarded?.headers, ...(provider.isShop && hopHeaders(context.inbound, state.shopId)) };
  const headers = policy ? shapeHeaders(own, policy, context, key?.secret() ?? "") : own;
  return { method: "POST", path: "/responses", headers, json: JSON.parse(Buffer.concat(parts.filter(isInMemory)).toString("utf8")) as JsonObject };
}

/** Charges an answer that its vendor says has ended, if nobody has. @returns whether it has ended */
export async function settleTold(deps: Parameters<typeof endTask>[0], responseId: string, userId: string, told: JsonObject): Promise<boolean> {
  const report = openaiResponsesTask.report(told, { kind: "text", action: "create", upstreamId: "", upstreamModel: undefined });
  if (!report || !hasEnded(report)) return false;
  const task = await deps.store.find(responseId, userId);
  if (task && !isEnd(task.state)) await endTask(deps, task, report);
  return true;
}
