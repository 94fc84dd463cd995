import { isRefusal, type Ask } from "#money/billing.ts";
import type { AttemptRecord, ChargeRecord } from "#money/charge.ts";
import { nano, pico } from "#money/amount.ts";
import type { CompiledPrice } from "#money/price.ts";
import type { Quantities } from "#money/usage.ts";
import { groupsFor } from "#relay/plan.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import { takeRequest } from "#relay/limits/request-limits.ts";
import { pinnedTo } from "#relay/policy/channel-pin.ts";
import { refusalError } from "#relay/policy/refusal.ts";
import { notFound, resolveModel } from "#relay/policy/resolve-model.ts";
import type { JsonObject } from "#relay/providers/provider.ts";
import { goesElsewhere, RETRY } from "#relay/routing/retry-policy.ts";
import type { Offer } from "#relay/routing/candidates.ts";
import { createRouter, type Choice, type Router } from "#relay/routing/router.ts";
import { firstInTime, type Routed } from "#relay/routing/wait-for-channel.ts";
import { taskForms } from "#relay/tasks/forms/index.ts";
import { dearestSound, mostTokens, resolutionOf, SECONDS_UNSAID } from "#relay/tasks/quantities.ts";
import { refusePriced } from "#relay/tasks/priced-members.ts";
import { soundOf } from "#relay/tasks/sound.ts";
import { sendSubmission } from "#relay/tasks/send-submission.ts";
import { readTaskBody } from "#relay/tasks/task-body.ts";
import { deadlineMs, pollDelayMs, SUBMITTING_MS, UNKNOWN_MS } from "#relay/tasks/task-states.ts";
import { readHook } from "#relay/tasks/tell-hooks.ts";
import type { SubmitFacts, TaskStore } from "#relay/tasks/task-store.ts";
import { taskOffers } from "#relay/tasks/task-vendor.ts";
import type { Task, TaskContent, TaskForm, TaskOrigin, TaskWish } from "#relay/tasks/task.ts";
import { mostTelling, toRelayError, type Failure } from "#relay/upstream/failure.ts";
import type { Caller, Model } from "#snapshot/snapshot.ts";

/** Pictures come along as files or base64. */
const TASK_BYTES_MAX = 100 * 1024 * 1024;
export const ATTEMPTS_MAX = 4;

export type Submission = Readonly<{ form: TaskForm; action: string; /** Of the task that this one goes on from. */ originId?: string | undefined; /** Of Midjourney's addresses. */ speed?: string | undefined }>;

type Asked = Readonly<{ wish: TaskWish; model: Model; groupId: string; price: CompiledPrice; worst: Quantities; task: Task }>;

/**
 * Takes long work on: money first, then the row, then the vendor. @returns what the client is answered with
 * @throws RelayError
 */
export async function submitTask(state: RelayState, tasks: TaskStore, context: RequestContext, caller: Caller, submission: Submission): Promise<JsonObject> {
  const { snapshot, admittedAtMs } = context;
  await takeRequest(state, context, state.plans.scopesOf(caller, snapshot));
  const wish = await readWish(tasks, context, caller, submission);
  const model = resolveModel(snapshot, caller, wish.model, "tasks");
  const [groupId] = groupsFor(snapshot, caller, model);
  const price = snapshot.price(model, groupId, caller.userId, admittedAtMs);
  if (!price) throw notFound(wish.model);
  await takeRequest(state, context, state.plans.modelScopesOf(caller, snapshot, model));
  const { router, first } = await routed(state, context, caller, model, groupId, wish);
  const asked: Asked = { wish, model, groupId, price, worst: worstOf(wish, price, admittedAtMs), task: taskOf(context, caller, wish, model) };
  await setAside(state, tasks, context, caller, asked);
  return deliver(state, tasks, context, asked, router, first);
}

async function readWish(tasks: TaskStore, context: RequestContext, caller: Caller, { form, action, originId, speed }: Submission): Promise<TaskWish> {
  const { inbound, snapshot } = context;
  const body = await readTaskBody(await inbound.body(TASK_BYTES_MAX), inbound.headers["content-type"]);
  const { wish: said, originId: named = originId } = taskForms[form].read(body, action);
  refusePriced(said.extra);
  const origin = named === undefined ? undefined : await originOf(tasks, named, caller);
  const wish = { ...said, sound: said.kind === "video" ? soundOf(said) : undefined, ...(origin && { origin }) };
  if (wish.notifyHook !== undefined && !readHook(wish.notifyHook)) {
    throw new RelayError("invalid_value", "The address to be notified must begin with https:// and hold no user name or password.", { param: form === "suno" ? "notify_hook" : "notifyHook" });
  }
  if (origin && form === "openai-videos") {
    const { seconds, size, resolution, sound } = origin.content;
    return { ...wish, model: origin.model, seconds, size, resolution, sound };
  }
  if (speed === undefined) return wish;
  // A speed may have a price of its own.
  const fast = wish.model.replace("mj_", `mj_${speed}_`);
  return { ...wish, extra: { ...wish.extra, speed }, model: snapshot.models.has(fast) || snapshot.aliases.has(fast) ? fast : wish.model };
}

async function originOf(tasks: TaskStore, publicId: string, caller: Caller): Promise<TaskOrigin & Readonly<{ model: string }>> {
  const found = await tasks.find(publicId, caller.userId);
  if (!found) throw new RelayError("not_found", `No task with the id '${publicId.slice(0, 100)}' was found.`);
  const { upstreamId, channelId, credential, content, model, state } = found;
  if (upstreamId === undefined || channelId === undefined || state !== "succeeded" && state !== "running") throw new RelayError("invalid_value", "The task that this one goes on from is not ready.");
  return { publicId: found.publicId, upstreamId, channelId, credential, content, model };
}

/** Who is to make it; waited for where all who could are at their limits and the group lets its requests wait. @throws RelayError */
function routed(state: RelayState, context: RequestContext, caller: Caller, model: Model, groupId: string, wish: TaskWish): Promise<Routed> {
  const { snapshot } = context;
  const offers = pinnedTo(caller, taskOffers(snapshot, groupId, model, wish.form, wish.origin));
  const make = (among: readonly Offer[]): Router => createRouter({
    state, snapshot, model, tokens: 0, offers: among, affinity: caller.keyId, strategy: snapshot.settings.strategy, cost: () => undefined,
  });
  // What goes on from a task has its maker's channel alone.
  const line = `${groupId} ${model.id} ${wish.form} ${caller.channelNumber ?? wish.origin?.channelId ?? ""}`;
  return firstInTime(state, context, make(offers), { line, offers, tokens: 0, make });
}

const resolutionOfWish = ({ resolution, size }: TaskWish): string | undefined => resolutionOf(resolution, size);

function worstOf(wish: TaskWish, price: CompiledPrice, atMs: number): Quantities {
  const { kind, count } = wish;
  const seconds = wish.seconds ?? SECONDS_UNSAID;
  const byTokens = (price.worst(0, atMs).prices.output ?? 0n) > 0n;
  return dearestSound(price.worst(0, atMs, "default").prices, { kind, count, seconds, resolution: resolutionOfWish(wish), ...(byTokens && { tokens: mostTokens({ count, seconds }, wish.size) }) });
}

function taskOf({ id, admittedAtMs }: RequestContext, caller: Caller, wish: TaskWish, model: Model): Task {
  const { form, kind, action, prompt, seconds, size, sound, count, origin, notifyHook } = wish;
  const content: TaskContent = { prompt, seconds, size, resolution: resolutionOfWish(wish), sound, count, originId: origin?.publicId, notifyHook };
  return {
    id, publicId: taskForms[form].publicId(id), userId: caller.userId, model: model.name, form, kind, action, state: "queued", progress: 0, content, polls: 0, faults: 0,
    createdAtMs: admittedAtMs, deadlineAtMs: admittedAtMs + deadlineMs(kind),
  };
}

/** Sets the worst case aside and writes the task down, both or neither. @throws RelayError */
async function setAside(state: RelayState, tasks: TaskStore, context: RequestContext, caller: Caller, { model, groupId, price, worst, task, wish }: Asked): Promise<void> {
  const { admittedAtMs } = context;
  const budgets = state.budgetWindows(caller, admittedAtMs);
  const { request: _request, ...items } = worst;
  const shared = { walletId: caller.walletId, userId: caller.userId, keyId: caller.keyId, modelId: model.id, groupId, endpoint: "tasks", stream: false, budgets };
  const ask: Ask = {
    ...shared, requestId: context.id, admittedAtMs, card: price.worst(0, admittedAtMs, "default"), inputTokensMax: 0, candidates: 1, producesTokens: false, items,
  };
  const admitted = await state.billing.admitDurable(ask, {
    kind: "task",
    expiresAtMs: task.deadlineAtMs + UNKNOWN_MS,
    write: (client, holdNano) => tasks.insert(client, { ...task, nextPollAtMs: admittedAtMs + SUBMITTING_MS, record: beginning(holdNano) }),
  });
  if (isRefusal(admitted)) throw refusalError(admitted);

  function beginning(holdNano: ChargeRecord["holdNano"]): ChargeRecord {
    return {
      ...shared, id: context.id, card: price.card(0, admittedAtMs), outcome: "ok", usageSource: "none", quantities: worst, sumPico: pico(0n), chargeNano: nano(0n), costPico: pico(0n),
      flags: 0, httpStatus: 200, modelAsked: wish.model, holdNano, detail: { dialect: task.form, task: task.publicId }, attempts: [],
      budgets: budgets.map(({ scope, period, startsAtMs }) => ({ scope, period, startsAtMs })),
    };
  }
}

/** Asks one channel after the other until one takes it; a channel that may have taken it is the last. */
async function deliver(state: RelayState, tasks: TaskStore, context: RequestContext, asked: Asked, router: Router, first: Choice): Promise<JsonObject> {
  const { task } = asked;
  const form = taskForms[task.form];
  const failures: Failure[] = [];
  for (let choice: Choice | undefined = first; choice;) {
    const sent = await sendSubmission(state, context, choice, asked.wish, asked.model);
    context.attempts.push(sent.attempt);
    const facts = factsOf(context, asked.model, choice, context.attempts);
    if (sent.kind === "accepted") {
      if (sent.accepted.existed) {
        const existing = await tasks.findUpstream(facts.channelId, sent.accepted.upstreamId, task.userId);
        if (existing) return giveExisting(state, tasks, task, existing, sent.accepted.told);
      }
      await keep(state, context, () => tasks.submitted(task.id, facts, sent.accepted.upstreamId, state.clock.now() + pollDelayMs(0, state.random())), sent.accepted.upstreamId);
      return form.submitted({ ...task, state: "submitted" }, sent.accepted.told);
    }
    if (sent.kind === "unknown") {
      await keep(state, context, () => tasks.unknown(task.id, facts, state.clock.now() + UNKNOWN_MS, sent.why), undefined);
      return form.submitted({ ...task, state: "submitted_unknown" }, undefined);
    }
    failures.push(sent.failure);
    choice = failures.length < ATTEMPTS_MAX && !context.cut ? after(router, choice, sent.failure) : undefined;
  }
  return giveUp(state, tasks, context, task, failures);
}

export function after(router: Router, choice: Choice, { class: errorClass, unknownModel }: Failure): Choice | undefined {
  if (unknownModel !== undefined) return router.next();
  const otherKey = RETRY[errorClass].otherKey ? router.otherKey(choice) : undefined;
  return otherKey ?? (goesElsewhere(errorClass, false) ? router.next() : undefined);
}

export function factsOf({ snapshot, admittedAtMs }: RequestContext, model: Model, { offer: { route, task }, key }: Choice, attempts: readonly AttemptRecord[]): SubmitFacts {
  const { channel, upstreamModel } = route;
  return {
    protocol: task!.protocol, channelId: channel.id, credential: key?.id, upstreamModel, attempts,
    costCard: snapshot.cost(route, model, admittedAtMs)?.card(0, admittedAtMs),
  };
}

/** The vendor has it: whatever our database says now, the client gets its id. What is lost is found by the sweep. */
export async function keep(state: RelayState, { idText }: RequestContext, write: () => Promise<boolean>, upstreamId: string | undefined): Promise<void> {
  try {
    if (!(await write())) state.log.error({ request: idText, upstreamId }, "a task had ended before its submission was written down");
  } catch (err) {
    state.log.error({ err, request: idText, upstreamId }, "a task's submission could not be written down");
  }
}

/** The vendor has made this before for the same customer: he gets that, and pays nothing again. */
async function giveExisting(state: RelayState, tasks: TaskStore, task: Task, existing: Task, told: JsonObject | undefined): Promise<JsonObject> {
  await tasks.finish(task.id, { state: "cancelled", note: `the vendor has it as ${existing.publicId}` }, state.clock.now());
  await tasks.remove(task.publicId, task.userId);
  return taskForms[task.form].submitted(existing, told);
}

/** Nobody took it: the money is free again. @throws RelayError always */
export async function giveUp(state: RelayState, tasks: TaskStore, context: RequestContext, task: Task, failures: readonly Failure[]): Promise<never> {
  const error = context.cut ?? toRelayError(mostTelling(failures)!);
  await tasks.finish(task.id, {
    state: "failed", attempts: context.attempts, errorCode: error.code, errorMessage: error.message, httpStatus: context.form.errorStatus(error), note: "nobody took it",
  }, state.clock.now());
  throw error;
}
