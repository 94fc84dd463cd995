import type { LeftWhen, RequestContext } from "#relay/context.ts";
import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import { ContentWanted } from "#relay/content/fetch-contents.ts";
import { RelayError } from "#relay/errors.ts";
import { attemptRecord, unsentRecord } from "#relay/metering/attempt-record.ts";
import { lacksAddress } from "#relay/providers/kit/absent.ts";
import { isAddressedByCall } from "#relay/providers/kit/endpoint-url.ts";
import type { Circuit } from "#relay/routing/health.ts";
import { repair } from "#relay/routing/repair.ts";
import { ATTEMPTS_MAX, backoffMs, BLAMES_CHANNEL, goesElsewhere, RETRY } from "#relay/routing/retry-policy.ts";
import type { Choice, Router } from "#relay/routing/router.ts";
import type { AttemptResult } from "#relay/upstream/attempt.ts";
import { mostTelling, type Failure } from "#relay/upstream/failure.ts";
import { TokenRefused, TokenWanted } from "#relay/upstream/access-tokens.ts";
import { sendTo } from "#relay/upstream/tried.ts";
import type { CallInput, Tried } from "#relay/upstream/tried.ts";

/** After this long without an answer nothing is tried any more. */
const RETRY_WINDOW_MS = 120_000;
/** Whole answers are waited for longer than that: where the operator has said so, a silent vendor gives way to another until then. */
const RETRY_SLOW_WINDOW_MS = 15 * 60_000;
/** A timer may ring a moment before its time; what cools until then would still be cooling. */
const TIMER_SLACK_MS = 5;
/** How long a vendor's work is waited for after the client has left: streams and whole answers. */
const DRAIN_STREAM_MS = 30_000;
const DRAIN_BODY_MS = 60_000;

/** What came of all tries. A failure says the most useful of what was met, and the last try where the vendor had begun. */
export type Delivery =
  | Readonly<{ kind: "stream"; tried: Tried; held: readonly Buffer[]; empty: boolean }>
  | Readonly<{ kind: "body"; tried: Tried; facts: ReplyFacts; body: Buffer; empty: boolean }>
  | Readonly<{ kind: "failed"; failure: Failure; possibleCost: boolean; begun?: Tried }>;

type Answered = Exclude<Delivery, { kind: "failed" }>;

/**
 * Tries channel after channel until one answers: the only loop of its kind. Nothing has gone to the client before it
 * returns (but for pings), so a failure here is invisible.
 */
export async function deliver(input: CallInput, router: Router, first: Choice): Promise<Delivery> {
  const { state } = input;
  let choice: Choice | undefined = first;
  const failures: Failure[] = [];
  let empty: Answered | undefined;
  // A request that goes on to another model has been counted, and has paid for going on.
  if (input.attemptsMax === undefined) state.retryBudget.request();

  while (choice) {
    const sent = trySend(input, choice);
    const tried = sent instanceof ContentWanted || sent instanceof TokenWanted ? await fetchThenSend(input, choice, sent) : sent;
    if (tried === undefined) return { kind: "failed", failure: { class: "aborted" }, possibleCost: false };
    let failure: Failure;
    if ("class" in tried) {
      if (!tried.unfit) note(input, choice, choice.offer.circuits[0], tried);
      failure = tried;
    } else {
      watchLeaving(input, tried);
      const result = await tried.attempt.ready;
      input.context.onLeft = input.context.cutShort = undefined;
      if (result.kind !== "failed") {
        const answer = answered(tried, result, input.scanned.stream);
        const now = state.clock.monotonic(), { contentAt, startedAt } = tried.attempt;
        state.health.success(tried.circuit, now);
        state.routeBook.succeeded(choice.offer.route, contentAt === undefined ? undefined : contentAt - startedAt, now);
        router.served(choice);
        if (choice.key) state.keyRing.succeeded(choice.key.id);
        const another: Choice | undefined = answer.empty && !empty ? retryChoice(input, router) : undefined;
        if (!another) return answer;
        setAside(input, answer);
        empty = answer;
        choice = another;
        continue;
      }
      failure = result.failure;
      if (failure.class === "aborted" && input.context.left !== undefined) {
        state.health.neutral(tried.circuit);
        return { kind: "failed", failure, possibleCost: true, begun: tried };
      }
      const elsewhere = askedAtAbsent(input, router, tried, failure);
      if (elsewhere) {
        choice = elsewhere;
        continue;
      }
      closeFailed(input, tried, failure);
    }
    failures.push(failure);
    // Neither is a vendor's failure: names that nobody has must not use up what others are tried again with.
    choice = mayRetry(input, retriesSlow(input, choice, failure) ? RETRY_SLOW_WINDOW_MS : RETRY_WINDOW_MS) ? await after(input, router, choice, failure) : undefined;
    if (choice && !failure.unfit && failure.unknownModel === undefined && !state.retryBudget.retry()) choice = undefined;
  }
  // Whoever could have been asked tells more than whoever could not.
  const asked = failures.filter(({ unfit }) => !unfit);
  return empty ?? { kind: "failed", failure: mostTelling(asked) ?? failures[0]!, possibleCost: failures.some(({ possibleCost }) => possibleCost === true) };
}

/**
 * Undefined: nobody waits any more. One protocol after the other may want files; each file is fetched once, and the key's
 * token once, so this ends.
 */
async function fetchThenSend(input: CallInput, choice: Choice, wanted: ContentWanted | TokenWanted): Promise<Tried | Failure | undefined> {
  const { state, context, conversion } = input;
  for (let tried: ReturnType<typeof trySend> = wanted; ; tried = trySend(input, choice)) {
    if (!(tried instanceof ContentWanted || tried instanceof TokenWanted)) return tried;
    try {
      if (tried instanceof ContentWanted) await conversion.fetch(tried);
      else await state.accessTokens.fetch(tried.exchange, tried.secret, tried.way);
    } catch (cause) {
      if (cause instanceof RelayError) return { class: "client", unfit: cause };
      if (!(cause instanceof TokenRefused)) throw cause;
      context.attempts.push(unsentRecord(choice, cause.failure));
      return cause.failure;
    }
    if (context.left !== undefined || context.cut) return undefined;
  }
}

function trySend(input: CallInput, choice: Choice): Tried | Failure | ContentWanted | TokenWanted {
  try {
    return sendTo(input, choice);
  } catch (cause) {
    if (cause instanceof ContentWanted || cause instanceof TokenWanted) return cause;
    if (cause instanceof RelayError && cause.status < 500) return { class: "client", unfit: cause };
    input.state.log.error({ err: cause, channel: choice.offer.route.channel.name }, "the channel could not be called");
    return { class: "config", cause };
  }
}

/** A client that leaves while the attempt runs ends it as its vendor's billing demands. */
function watchLeaving({ state, context, scanned }: CallInput, tried: Tried): void {
  const { attempt, choice: { offer: { provider } } } = tried;
  const leave = (): void => {
    const begun: LeftWhen = scanned.stream ? "stream" : "body";
    context.left = attempt.begun ? begun : "before";
    if (provider.flags.stopsBillingOnAbort === true && context.left !== "body") {
      attempt.abort();
      return;
    }
    const drain = state.wheel.arm(scanned.stream ? DRAIN_STREAM_MS : DRAIN_BODY_MS, () => attempt.abort());
    void attempt.ready.then(() => drain.cancel());
  };
  const cut = (): void => attempt.abort();
  context.onLeft = leave;
  context.cutShort = cut;
  if (context.reply.gone) leave();
}

function answered(tried: Tried, result: Exclude<AttemptResult, { kind: "failed" }>, stream: boolean): Answered {
  const facts = result.kind === "body" ? result.facts : tried.attempt.facts!;
  const over = !stream || tried.attempt.over;
  const empty = over && !facts.content && (facts.finish === undefined || facts.finish === "stop");
  return result.kind === "body" ? { kind: "body", tried, facts: result.facts, body: result.body, empty } : { kind: "stream", tried, held: result.held, empty };
}

const retryChoice = (input: CallInput, router: Router): Choice | undefined =>
  mayRetry(input) && input.state.retryBudget.retry() ? router.next() : undefined;

/** An empty answer is kept in case nobody does better; its vendor is paid all the same. */
function setAside({ state, context, model }: CallInput, answer: Answered): void {
  const facts = answer.kind === "body" ? answer.facts : answer.tried.attempt.facts;
  context.attempts.push(attemptRecord({ tried: answer.tried, model, snapshot: context.snapshot, admittedAtMs: context.admittedAtMs, usage: facts?.usage, errorClass: "empty" }));
  answer.tried.release(0);
  state.meters.attempt(answer.tried.choice.offer.provider.id, "empty");
}

function closeFailed(input: CallInput, tried: Tried, failure: Failure): void {
  const { context, model } = input;
  const usage = tried.attempt.spent ?? failure.blocked?.usage;
  context.attempts.push(attemptRecord({ tried, model, snapshot: context.snapshot, admittedAtMs: context.admittedAtMs, usage, errorClass: failure.class, status: failure.fault?.status }));
  tried.release(0);
  note(input, tried.choice, tried.circuit, failure);
}

/**
 * The host has no such address, and another protocol of the channel can carry the request: it goes on there, and so do
 * all that follow. Nobody has failed.
 */
function askedAtAbsent({ state, context }: CallInput, router: Router, { choice, circuit, release }: Tried, { fault }: Failure): Choice | undefined {
  const { circuits, route } = choice.offer;
  if (circuits.length < 2 || !fault || !lacksAddress(fault)) return undefined;
  // Nor does an address that holds a name of the customer's choice.
  if (route.countsAs !== undefined && isAddressedByCall(choice.offer.endpoints[circuits.indexOf(circuit)]!)) return undefined;
  const now = state.clock.monotonic();
  const present = state.health.present(circuits, now);
  if (present.length < 2 || !present.includes(circuit)) return undefined;
  state.health.markAbsent(circuit, now);
  state.health.neutral(circuit);
  release(0);
  state.log.info({ request: context.idText, channel: route.channel.name, protocol: circuit.part.slice(route.channel.id.length + 1) }, "the channel's host lacks a protocol: another is spoken");
  return router.again(choice);
}

/** Tells health and keys what went wrong. */
export function note({ state, context, operation }: Pick<CallInput, "state" | "context"> & Readonly<{ operation: string }>, { offer: { route, provider }, key }: Choice, circuit: Circuit, failure: Failure): void {
  const now = state.clock.monotonic(), { rev } = context.snapshot;
  const { class: errorClass } = failure;
  state.meters.attempt(provider.id, errorClass);
  state.log.debug({ request: context.idText, operation, channel: route.channel.name, errorClass, status: failure.fault?.status, err: failure.cause }, "an attempt failed");
  // Below a wildcard what a vendor forbids may be the name's doing, which says nothing of the others.
  if (errorClass === "aborted" || (errorClass === "config" && failure.fault && route.countsAs !== undefined)) state.health.neutral(circuit);
  else state.health.failure(circuit, errorClass, now, context.snapshot);
  if (BLAMES_CHANNEL.has(errorClass)) state.routeBook.failed(route, now);
  if (!key) return;
  // Below a wildcard the limit may be the one model's: who asks for it alone must not take the key from the others.
  if (errorClass === "rate" && route.countsAs === undefined) state.keyRing.limited(key.id, now, failure.retryAfterMs);
  if (errorClass !== "auth" && errorClass !== "quota") return;
  state.keyRing.disabled(key.id, now, rev);
  state.snapshots.disableKey(route.channel.id, key.id, errorClass).then(
    () => state.keyRing.persisted(key.id),
    (err: unknown) => state.log.error({ err, channel: route.channel.name }, "a dead channel key could not be stored as disabled"),
  );
}

const mayRetry = ({ state, context, attemptsMax }: CallInput, windowMs = RETRY_WINDOW_MS): boolean =>
  context.left === undefined && !context.reply.gone && !context.cut && context.attempts.length < (attemptsMax ?? ATTEMPTS_MAX)
  && state.clock.monotonic() - context.startedAt < windowMs;

/** The vendor may have done and billed the work of a whole answer that did not come: its operator says whether others are asked. */
const retriesSlow = ({ scanned }: CallInput, { offer: { route } }: Choice, { class: errorClass, silent }: Failure): boolean =>
  errorClass === "slow" && silent === true && !scanned.stream && route.channel.settings.retry_slow === true;

/** Whom to ask after a failure; undefined = nobody. What the request alone is to blame for is mended in the request. */
async function after(input: CallInput, router: Router, choice: Choice, failure: Failure): Promise<Choice | undefined> {
  const { state, context, scanned } = input;
  const { class: errorClass } = failure;
  if (failure.unfit || failure.unknownModel !== undefined) return router.next();
  if (failure.fault && input.conversion.repair(failure.fault, choice.offer.route.channel.settings)) return router.again(choice);
  if (errorClass === "quirk") return repair(state.health, choice, failure) ? router.again(choice) : undefined;
  const otherKey = RETRY[errorClass].otherKey ? router.otherKey(choice) : undefined;
  if (otherKey) return otherKey;
  if (!goesElsewhere(errorClass, scanned.stream) && !retriesSlow(input, choice, failure)) return undefined;
  const next = router.next();
  if (next || !router.only) return next;
  const wait = backoffMs(errorClass, failure.retryAfterMs, context.attempts.length, state.random());
  if (wait === undefined) return undefined;
  await pause(context, wait + TIMER_SLACK_MS);
  return mayRetry(input) ? router.again(choice) : undefined;
}

/** Ends early when the client leaves or the node must stop. */
function pause(context: RequestContext, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      context.onLeft = context.cutShort = undefined;
      resolve();
    };
    const timer = setTimeout(done, ms);
    const leave = (): void => {
      context.left = "before";
      done();
    };
    context.onLeft = leave;
    context.cutShort = done;
  });
}
