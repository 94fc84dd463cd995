import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { ConcurrencyAnswer } from "#relay/limits/concurrency.ts";
import type { LimitAnswer, LimitRefusal, Scope, ScopedLimits } from "#relay/limits/limiter.ts";
import { queueMsOf, waitFor } from "#relay/limits/wait.ts";
import type { TryResult } from "#relay/limits/waiting-room.ts";
import { soldModel } from "#snapshot/wildcards.ts";
import type { Caller, Limits, Model, Snapshot } from "#snapshot/snapshot.ts";

const LATIN_BYTES_PER_TOKEN = 3.2;
const CJK_TOKENS = 1.1;
const CJK_BYTES = 3;
const IMAGE_TOKENS = 800;
const MESSAGE_TOKENS = 4;
/** What an answer without a cap is taken for until its usage is known. */
const OUTPUT_TOKENS = 500;
/** Cached input costs vendors little and counts little. */
const CACHED_WEIGHT = 0.1;

const NAMES: Readonly<Record<Scope, string>> = { key: "this API key", user: "your account", group: "your account", model: "this model" };

/**
 * The scopes of a caller, and of a model he calls, that have any limit at all. The same arrays as long as caller,
 * model and snapshot are the same: limits are bound to them once.
 */
export function createLimitScopes(): LimitScopes {
  const callers = new WeakMap<Caller, Known>();
  const known = (caller: Caller, snapshot: Snapshot): Known => {
    let found = callers.get(caller);
    if (found?.snapshot !== snapshot) callers.set(caller, (found = { snapshot, scopes: ofCaller(caller, snapshot), withModel: new Map() }));
    return found;
  };
  return {
    ofCaller: (caller, snapshot) => known(caller, snapshot).scopes,
    ofModel(caller, snapshot, asked) {
      const model = soldModel(asked);
      const { scopes, withModel } = known(caller, snapshot);
      let found = withModel.get(model);
      if (!found) {
        const own = add([], "model", model.id, model.limits, undefined);
        withModel.set(model, (found = { own, all: own.length === 0 ? scopes : [...scopes, ...own] }));
      }
      return found;
    },
  };
}

export type LimitScopes = Readonly<{
  ofCaller(caller: Caller, snapshot: Snapshot): readonly ScopedLimits[];
  /** `own` = the model's, `all` = the caller's and the model's. */
  ofModel(caller: Caller, snapshot: Snapshot, model: Model): ModelScopes;
}>;

type ModelScopes = Readonly<{ own: readonly ScopedLimits[]; all: readonly ScopedLimits[] }>;
type Known = Readonly<{ snapshot: Snapshot; scopes: readonly ScopedLimits[]; withModel: Map<Model, ModelScopes> }>;

function ofCaller(caller: Caller, snapshot: Snapshot): readonly ScopedLimits[] {
  const scopes: ScopedLimits[] = [];
  add(scopes, "key", caller.keyId, caller.keyLimits, caller.userId);
  add(scopes, "user", caller.userId, caller.userLimits, caller.userId);
  const group = snapshot.groups.get(caller.groupId);
  // A group's limits bind each of its members apart.
  if (group) add(scopes, "group", `${group.id}:${caller.userId}`, group.limits, caller.userId);
  return scopes;
}

function add(scopes: ScopedLimits[], scope: Scope, id: string, limits: Limits, owner: string | undefined): ScopedLimits[] {
  for (const name in limits) {
    if (name === "burst_ratio") continue;
    scopes.push({ scope, id, limits, ...(owner !== undefined && { owner }) });
    break;
  }
  return scopes;
}

/**
 * One request and one place in every scope; the places are given back at the request's end.
 * @param waits may it wait for a place where its group lets requests wait?
 * @throws RelayError rate_limit_requests, concurrency_limit_exceeded
 */
export function takeRequest(state: RelayState, context: RequestContext, scopes: readonly ScopedLimits[], waits = true): void | Promise<void> {
  if (scopes.length === 0) return undefined;
  const answer = state.limiter.take(scopes, "requests", 1);
  return answer instanceof Promise ? answer.then((known) => takePlace(state, context, scopes, known, waits)) : takePlace(state, context, scopes, answer, waits);
}

function takePlace(state: RelayState, context: RequestContext, scopes: readonly ScopedLimits[], answer: LimitAnswer, waits: boolean): void | Promise<void> {
  context.requestLimit = tighter(context.requestLimit, answer);
  if (answer.refused) throw rateRefusal(answer.refused);
  const places = state.concurrency.acquire(scopes);
  return places instanceof Promise ? places.then((known) => keepPlace(state, context, scopes, known, waits)) : keepPlace(state, context, scopes, places, waits);
}

/** @throws RelayError concurrency_limit_exceeded */
function keepPlace(state: RelayState, context: RequestContext, scopes: readonly ScopedLimits[], places: ConcurrencyAnswer, waits: boolean): void | Promise<void> {
  if ("release" in places) {
    context.releases.push(places.release);
    return undefined;
  }
  const { scope, limit } = places.refused;
  const refusal = new RelayError("concurrency_limit_exceeded", `Too many requests at once for ${NAMES[scope]}: ${limit} may run at the same time.`, { retryAfterMs: 1_000 });
  if (!waits || queueMsOf(context) === 0) throw refusal;
  return waitForPlace(state, context, scopes, refusal);
}

async function waitForPlace(state: RelayState, context: RequestContext, scopes: readonly ScopedLimits[], refusal: RelayError): Promise<void> {
  const told = (answer: ConcurrencyAnswer): TryResult<() => void> => ("refused" in answer ? "full" : { got: answer.release });
  const release = await waitFor(state, context, refusal, {
    line: scopes, wants: [], giveBack: (got) => got(),
    attempt: () => {
      const answer = state.concurrency.acquire(scopes);
      return answer instanceof Promise ? answer.then(told) : told(answer);
    },
  });
  context.releases.push(release);
}

/**
 * The estimated tokens of a request; corrected once they are known.
 * @throws RelayError rate_limit_tokens
 */
export function takeTokens(state: RelayState, context: RequestContext, scopes: readonly ScopedLimits[], tokens: number): void | Promise<void> {
  if (scopes.length === 0) return undefined;
  const answer = state.limiter.take(scopes, "tokens", tokens);
  return answer instanceof Promise ? answer.then((known) => keepTokens(context, known)) : keepTokens(context, answer);
}

function keepTokens(context: RequestContext, answer: LimitAnswer): void {
  context.tokenLimit = tighter(context.tokenLimit, answer);
  if (answer.refused) throw rateRefusal(answer.refused);
}

const tighter = (before: RequestContext["requestLimit"], { tightest }: LimitAnswer): RequestContext["requestLimit"] => {
  if (!before || !tightest) return tightest ?? before;
  return tightest.remaining * before.limit < before.remaining * tightest.limit ? tightest : before;
};

function rateRefusal({ scope, dimension, per, limit, retryAfterMs }: LimitRefusal): RelayError {
  const wait = `${Math.ceil(retryAfterMs / 1000)} s`;
  return new RelayError(
    dimension === "requests" ? "rate_limit_requests" : "rate_limit_tokens",
    `Rate limit reached for ${NAMES[scope]}: ${limit} ${dimension} per ${per}. Try again in ${wait}.`,
    { retryAfterMs },
  );
}

/** Cheap count of a request's tokens: no tokenizer runs before an answer. */
export function roughInputTokens({ textBytes, cjkChars, images, messages }: ScannedRequest): number {
  const latin = Math.max(0, textBytes - cjkChars * CJK_BYTES) / LATIN_BYTES_PER_TOKEN;
  return Math.ceil(latin + cjkChars * CJK_TOKENS) + images * IMAGE_TOKENS + messages * MESSAGE_TOKENS;
}

/** The same for a text. */
export function roughTextTokens(text: string): number {
  const cjkChars = text.match(/[\u3000-\ud7ff]/g)?.length ?? 0;
  return Math.ceil((Buffer.byteLength(text) - cjkChars * CJK_BYTES) / LATIN_BYTES_PER_TOKEN + cjkChars * CJK_TOKENS);
}

/** What a request is taken for until it has ended. @param input from `roughInputTokens` */
export function estimatedTokens(scanned: ScannedRequest, input: number, model: Model, producesTokens: boolean): number {
  if (!producesTokens) return input;
  return input + Math.min(scanned.maxTokens ?? OUTPUT_TOKENS, model.maxOutputTokens ?? Infinity) * scanned.candidates;
}

/** What the limits count of a request that has ended. */
export function countedTokens(quantities: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const item in quantities) sum += quantities[item]! * weightOf(item);
  return Math.ceil(sum);
}

function weightOf(item: string): number {
  switch (item) {
    case "input": case "output": case "reasoning": case "cache_write_5m": case "cache_write_1h":
      return 1;
    case "cache_read": case "cache_read_audio":
      return CACHED_WEIGHT;
    case "request":
      return 0;
    default:
      return /^(?:input|output|cache_write|reasoning)/.test(item) ? 1 : 0;
  }
}
