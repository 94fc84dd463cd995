import type { RelayState, RequestContext } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { LimitAnswer, LimitRefusal, Scope, ScopedLimits } from "#relay/limits/limiter.ts";
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

/** The scopes of a caller that have any limit at all. */
export function callerScopes(caller: Caller, snapshot: Snapshot): ScopedLimits[] {
  const scopes: ScopedLimits[] = [];
  add(scopes, "key", caller.keyId, caller.keyLimits);
  add(scopes, "user", caller.userId, caller.userLimits);
  const group = snapshot.groups.get(caller.groupId);
  // A group's limits bind each of its members apart.
  if (group) add(scopes, "group", `${group.id}:${caller.userId}`, group.limits);
  return scopes;
}

export function modelScopes(model: Model): ScopedLimits[] {
  const scopes: ScopedLimits[] = [];
  add(scopes, "model", model.id, model.limits);
  return scopes;
}

function add(scopes: ScopedLimits[], scope: Scope, id: string, limits: Limits): void {
  for (const _name in limits) {
    scopes.push({ scope, id, limits });
    return;
  }
}

/**
 * One request and one place in every scope; the places are given back at the request's end.
 * @throws RelayError rate_limit_requests, concurrency_limit_exceeded
 */
export function takeRequest(state: RelayState, context: RequestContext, scopes: readonly ScopedLimits[]): void {
  if (scopes.length === 0) return;
  const answer = state.limiter.take(scopes, "requests", 1);
  context.requestLimit = tighter(context.requestLimit, answer);
  if (answer.refused) throw rateRefusal(answer.refused);
  const places = state.concurrency.acquire(scopes);
  if ("refused" in places) {
    const { scope, limit } = places.refused;
    throw new RelayError("concurrency_limit_exceeded", `Too many requests at once for ${NAMES[scope]}: ${limit} may run at the same time.`, { retryAfterMs: 1_000 });
  }
  context.releases.push(places.release);
}

/**
 * The estimated tokens of a request; corrected once they are known.
 * @throws RelayError rate_limit_tokens
 */
export function takeTokens(state: RelayState, context: RequestContext, scopes: readonly ScopedLimits[], tokens: number): void {
  if (scopes.length === 0) return;
  const answer = state.limiter.take(scopes, "tokens", tokens);
  context.tokenLimit = tighter(context.tokenLimit, answer);
  if (answer.refused) throw rateRefusal(answer.refused);
}

const tighter = (before: RequestContext["requestLimit"], { tightest }: LimitAnswer): RequestContext["requestLimit"] => {
  if (!before || !tightest) return tightest ?? before;
  return tightest.remaining * before.limit < before.remaining * tightest.limit ? tightest : before;
};

function rateRefusal({ scope, dimension, perDay, limit, retryAfterMs }: LimitRefusal): RelayError {
  const wait = `${Math.ceil(retryAfterMs / 1000)} s`;
  return new RelayError(
    dimension === "requests" ? "rate_limit_requests" : "rate_limit_tokens",
    `Rate limit reached for ${NAMES[scope]}: ${limit} ${dimension} per ${perDay ? "day" : "minute"}. Try again in ${wait}.`,
    { retryAfterMs },
  );
}

/** Cheap count of a request's tokens: no tokenizer runs before an answer. */
export function roughInputTokens({ textBytes, cjkChars, images, messages }: ScannedRequest): number {
  const latin = Math.max(0, textBytes - cjkChars * CJK_BYTES) / LATIN_BYTES_PER_TOKEN;
  return Math.ceil(latin + cjkChars * CJK_TOKENS) + images * IMAGE_TOKENS + messages * MESSAGE_TOKENS;
}

/** What a request is taken for until it has ended. */
export function estimatedTokens(scanned: ScannedRequest, model: Model, producesTokens: boolean): number {
  const input = roughInputTokens(scanned);
  if (!producesTokens) return input;
  return input + Math.min(scanned.maxTokens ?? OUTPUT_TOKENS, model.maxOutputTokens ?? Infinity) * scanned.candidates;
}

/** What the limits count of a request that has ended. */
export function countedTokens(quantities: Readonly<Record<string, number>>): number {
  let sum = 0;
  for (const item in quantities) {
    if (item === "cache_read" || item === "cache_read_audio") sum += quantities[item]! * CACHED_WEIGHT;
    else if (/^(?:input|output|cache_write|reasoning)/.test(item)) sum += quantities[item]!;
  }
  return Math.ceil(sum);
}
