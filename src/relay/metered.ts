import { isRefusal } from "#money/billing.ts";
import type { Ask, Hold } from "#money/billing.ts";
import type { Job, RelayState, RequestContext } from "#relay/context.ts";
import type { Operation } from "#relay/dialects/dialect.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import { callerScopes, estimatedTokens, modelScopes, roughInputTokens, takeRequest, takeTokens } from "#relay/limits/request-limits.ts";
import type { ScopedLimits } from "#relay/limits/limiter.ts";
import { countInput } from "#relay/metering/count-tokens.ts";
import { refusalError } from "#relay/policy/refusal.ts";
import { notFound, resolveModel } from "#relay/policy/resolve-model.ts";
import { providers } from "#relay/providers/index.ts";
import { offersFor } from "#relay/routing/candidates.ts";
import { createRouter } from "#relay/routing/router.ts";
import type { Choice, Router } from "#relay/routing/router.ts";
import { RelayError } from "#relay/errors.ts";
import type { Caller, Model } from "#snapshot/snapshot.ts";

/** Endpoint limit for JSON; media endpoints have their own. */
const JSON_BYTES_MAX = 20 * 1024 * 1024;
/** Chat templates add a few tokens a message, hidden tool prompts some hundreds a request. */
const PER_MESSAGE_TOKENS = 16;
const TOOLS_TOKENS = 1_000;
const CONTEXT_UNKNOWN_TOKENS = 131_072;

/** A request that has been admitted: its money is set aside and somebody can answer it. */
export type Admitted = Readonly<{ job: Job; router: Router; first: Choice }>;

type Wanted = Readonly<{ operation: Operation; endpoint: string; pathModel?: string }>;

/** Stage 4 and 5: places in the caller's limits, then the body. @throws RelayError */
export async function readRequest(state: RelayState, context: RequestContext, caller: Caller, { operation, pathModel }: Wanted) {
  const scopes = callerScopes(caller, context.snapshot);
  takeRequest(state, context, scopes);
  const body = await context.inbound.body(JSON_BYTES_MAX);
  return { scopes, body, scanned: scanRequest(body, operation, pathModel) };
}

/**
 * Stage 6 and 7: model, price, token limits, somebody to ask, and the money, in this order, so that what is admitted
 * can be sent.
 * @throws RelayError
 */
export async function admit(
  state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted,
  { scopes, body, scanned }: Readonly<{ scopes: readonly ScopedLimits[]; body: Buffer; scanned: ScannedRequest }>,
): Promise<Admitted> {
  const { snapshot, admittedAtMs } = context;
  const { operation, endpoint } = wanted;
  const model = resolveModel(snapshot, caller, scanned.model, operation);
  const price = snapshot.price(model, caller.groupId, caller.userId, admittedAtMs);
  if (!price) throw notFound(scanned.model);

  const ofModel = modelScopes(model);
  takeRequest(state, context, ofModel);
  const allScopes = ofModel.length === 0 ? scopes : [...scopes, ...ofModel];
  const tokens = estimatedTokens(scanned, model, operation !== "embeddings");
  takeTokens(state, context, allScopes, tokens);

  const offers = offersFor(snapshot, providers, caller.groupId, model, operation);
  const router = createRouter({ state, snapshot, model, offers, tokens, affinity: caller.keyId });
  const giveBack = (): void => state.limiter.correct(allScopes, "tokens", -tokens);
  let first: Choice, hold: Hold;
  const budgets = state.budgetWindows(caller, admittedAtMs);
  try {
    first = router.first();
    const inputTokensMax = mostInputTokens(scanned, model, price.document.hold?.imageTokens);
    const card = price.worst(inputTokensMax, admittedAtMs, "default");
    const ask = { ...askFor(context, caller, model, scanned, operation), endpoint, card, inputTokensMax, budgets, countInput: () => countInput(state.tokenizer, scanned, body, model.name) };
    const admission = await state.billing.admit(ask);
    if (isRefusal(admission)) throw refusalError(admission);
    hold = admission;
  } catch (error) {
    giveBack();
    throw error;
  }
  const job: Job = {
    context, caller, operation, endpoint, model, price, scanned, body, hold, budgets,
    modelAsked: scanned.model, inputTokensRough: roughInputTokens(scanned), tokensTaken: tokens, scopes: allScopes,
  };
  return { job, router, first };
}

function askFor(context: RequestContext, caller: Caller, model: Model, scanned: ScannedRequest, operation: Operation): Omit<Ask, "endpoint" | "card" | "inputTokensMax" | "budgets"> {
  const cap = scanned.maxTokens === undefined ? undefined : Math.min(scanned.maxTokens, model.maxOutputTokens ?? Infinity);
  return {
    requestId: context.id,
    admittedAtMs: context.admittedAtMs,
    walletId: caller.walletId,
    userId: caller.userId,
    keyId: caller.keyId,
    modelId: model.id,
    groupId: caller.groupId,
    stream: scanned.stream,
    candidates: scanned.candidates,
    producesTokens: operation !== "embeddings",
    ...(cap !== undefined && { maxOutputTokens: cap }),
    ...(model.maxOutputTokens !== undefined && { modelMaxOutput: model.maxOutputTokens }),
  };
}

/** Byte-level tokenizers never make more tokens than bytes; media counts by its price's rule, else by the whole window. */
function mostInputTokens(scanned: ScannedRequest, model: Model, imageTokens: number | undefined): number {
  const context = model.contextTokens ?? CONTEXT_UNKNOWN_TOKENS;
  const media = scanned.audio || scanned.documents || (scanned.images > 0 && imageTokens === undefined) ? context : scanned.images * (imageTokens ?? 0);
  const most = scanned.textBytes + scanned.messages * PER_MESSAGE_TOKENS + (scanned.tools ? TOOLS_TOKENS : 0) + media;
  return model.contextTokens === undefined ? most : Math.min(most, model.contextTokens);
}

/** Stage 5's other half: an operation that this endpoint cannot stream. @throws RelayError */
export function checkStreamable(scanned: ScannedRequest, operation: Operation): void {
  if (scanned.stream && operation === "embeddings") throw new RelayError("unsupported_parameter", "Embeddings cannot be streamed.", { param: "stream" });
}
