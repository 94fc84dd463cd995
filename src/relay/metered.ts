import { isRefusal } from "#money/billing.ts";
import type { Ask, BudgetLimit, Hold } from "#money/billing.ts";
import type { CompiledPrice } from "#money/price.ts";
import type { Job, RelayState, RequestContext } from "#relay/context.ts";
import { isMedia, wantsForm, writesText, type Operation } from "#relay/dialects/operations.ts";
import { filesOf, type Form } from "#relay/http/body/form.ts";
import { formView } from "#relay/http/body/form-view.ts";
import { isForm, readForm } from "#relay/http/body/read-form.ts";
import { soundLength } from "#relay/http/body/sound-length.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import type { PathFacts, ScannedRequest } from "#relay/http/body/scan.ts";
import { estimatedTokens, roughInputTokens, takeRequest, takeTokens } from "#relay/limits/request-limits.ts";
import { countInput } from "#relay/metering/count-tokens.ts";
import { weigh } from "#relay/metering/weigh.ts";
import { ableOffers } from "#relay/policy/capabilities.ts";
import { pricedTier } from "#relay/policy/service-tier.ts";
import { worstOf } from "#relay/metering/media-worst.ts";
import type { EndpointName } from "#relay/policy/access.ts";
import { refusalError } from "#relay/policy/refusal.ts";
import { notFound, suffixStrategy } from "#relay/policy/resolve-model.ts";
import { conversationOf } from "#relay/routing/affinity.ts";
import type { ModelLine } from "#relay/routing/model-line.ts";
import { preferred, readPreferences, sortStrategy } from "#relay/routing/preferences.ts";
import { createRouter } from "#relay/routing/router.ts";
import type { Choice, Router } from "#relay/routing/router.ts";
import { firstOrRefusal, waitForChannel } from "#relay/routing/wait-for-channel.ts";
import type { Line } from "#relay/routing/wait-for-channel.ts";
import type { Plan } from "#relay/plan.ts";
import { recallTurn, type ReadBody } from "#relay/stored/turn.ts";
import { RelayError } from "#relay/errors.ts";
import type { Caller, Model } from "#snapshot/snapshot.ts";
import { soldModel } from "#snapshot/wildcards.ts";

/** Endpoint limits. Pictures and sound may be large. */
export const JSON_BYTES_MAX = 20 * 1024 * 1024;
const MEDIA_BYTES_MAX = 100 * 1024 * 1024;
/** Chat templates add a few tokens a message, hidden tool prompts some hundreds a request. */
const PER_MESSAGE_TOKENS = 16;
const TOOLS_TOKENS = 1_000;
const CONTEXT_UNKNOWN_TOKENS = 131_072;

/** As OpenAI takes them. */
const SOUND_BYTES_MAX = 25 * 1024 * 1024;

/** A request that has been admitted: its money is set aside and somebody can answer it. */
export type Admitted = Readonly<{
  job: Job;
  plan: Plan;
  router: Router;
  first: Choice;
  /** Who else may serve it when all of these fail; absent = nobody. */
  line?: ModelLine;
}>;

/** `form`: the request came as one, and `body` is only a view of it. */
export type ReadRequest = ReadBody & Readonly<{ form?: Form }>;

export type Wanted = Readonly<{ operation: Operation; endpoint: EndpointName; path: PathFacts }>;

/** Stage 4 and 5: places in the caller's limits, then the body. @throws RelayError */
export async function readRequest(state: RelayState, context: RequestContext, caller: Caller, { operation, path }: Wanted): Promise<ReadRequest> {
  const taking = takeRequest(state, context, state.plans.scopesOf(caller, context.snapshot));
  if (taking) await taking;
  if (isMedia(operation) && (wantsForm(operation) || isForm(context.inbound.headers))) return readUpload(state, context, operation, path);
  const sent = await context.inbound.body(isMedia(operation) ? MEDIA_BYTES_MAX : JSON_BYTES_MAX);
  const body = context.dialect.reshape?.(sent) ?? sent;
  const read = await recallTurn(state, context, caller, { body, scanned: scanRequest(body, operation, path) }, path);
  context.turn = read.turn;
  return read;
}

/** A request whose files come with it; what it says otherwise is read from it as from JSON. @throws RelayError */
async function readUpload({ spool }: RelayState, { inbound, releases }: RequestContext, operation: Operation, path: PathFacts): Promise<ReadRequest> {
  if (!isForm(inbound.headers)) throw new RelayError("unsupported_media_type", "Send this as multipart/form-data.", { headers: { connection: "close" } });
  const isSound = operation === "transcriptions" || operation === "translations";
  const form = await readForm(inbound, { bytesMax: MEDIA_BYTES_MAX, fileBytesMax: isSound ? SOUND_BYTES_MAX : MEDIA_BYTES_MAX }, spool);
  releases.push(form.close);
  const body = formView(form), scanned = scanRequest(body, operation, path);
  const recording = isSound ? filesOf(form, "file")[0] : undefined;
  if (isSound && !recording) throw new RelayError("missing_required_parameter", "Missing required parameter: 'file'.", { param: "file" });
  if (!recording) return { body, scanned, form };
  const { ms, guessed } = await soundLength(recording);
  return { body, form, scanned: { ...scanned, media: { ...scanned.media, audioMs: ms, audioGuessed: guessed } } };
}

/** What a request does that finds every channel at its limits: waits, or not, or waits now, having found them so before. */
export type Queueing = "waits" | "refused" | "waits-now";

/** Where in a line of models and groups a request is admitted. */
type InLine = Readonly<{ queueing: Queueing; /** Models whose own limits count it already: another group asks for the same one. */ counted: Set<Model> }>;

/**
 * Stage 6 and 7 for one model: price, token limits, somebody to ask, and the money, in this order, so that what is admitted
 * can be sent.
 * @throws RelayError
 */
export async function admitPlan(
  state: RelayState, context: RequestContext, caller: Caller, wanted: Wanted, { body, scanned, form }: ReadRequest, plan: Plan, inLine?: InLine,
): Promise<Admitted> {
  const { snapshot, admittedAtMs } = context;
  const { operation, endpoint } = wanted;
  const { model, groupId, ownScopes, allScopes } = plan;
  const price = snapshot.price(model, groupId, caller.userId, admittedAtMs);
  if (!price) throw notFound(scanned.model);
  if (plan.unsupported && isMedia(operation)) {
    throw new RelayError("unsupported_endpoint", `The model '${scanned.model.slice(0, 200)}' is not offered at this endpoint.`, { param: "model" });
  }

  const takingRequest = inLine?.counted.has(soldModel(model)) === true ? undefined : takeRequest(state, context, ownScopes);
  if (takingRequest) await takingRequest;
  inLine?.counted.add(soldModel(model));
  const weighed = weigh(state, context, plan, { operation, scanned, body });
  const tier = plan.tiers ? pricedTier(scanned, body, price) : undefined;
  const inputTokensRough = roughInputTokens(weighed);
  const tokens = estimatedTokens(weighed, inputTokensRough, model, writesText(operation));
  const takingTokens = takeTokens(state, context, allScopes, tokens);
  if (takingTokens) await takingTokens;

  let router: Router, first: Choice, hold: Hold;
  const budgets = state.budgetWindows(caller, admittedAtMs);
  try {
    const parts: RouteParts = { plan, price, scanned, body, tokens, inputTokensRough };
    router = routerFor(state, context, caller, parts);
    const found = inLine?.queueing === "refused" ? router.first() : firstOrRefusal(state, context, router, plan.offers);
    if (found instanceof RelayError) ({ router, first } = await waitForChannel(state, context, found, linedUp(state, context, caller, wanted, parts)));
    else first = found;
    const admission = state.billing.admit(askFor(state, context, caller, wanted, { plan, price, scanned: weighed, body, budgets, tier }));
    const admitted = admission instanceof Promise ? await admission : admission;
    if (isRefusal(admitted)) throw refusalError(admitted);
    hold = admitted;
  } catch (error) {
    state.limiter.correct(allScopes, "tokens", -tokens);
    throw error;
  }
  const job: Job = {
    context, caller, operation, endpoint, model, groupId, price, scanned, body, form, hold, budgets,
    modelAsked: scanned.model, inputTokensRough, tokensTaken: tokens, scopes: allScopes, ...(tier !== undefined && { tier }),
  };
  return { job, plan, router, first };
}

/** Requests that any of the same channels would serve stand in one line; who is choosy stands alone. */
export function linedUp(state: RelayState, context: RequestContext, caller: Caller, { operation }: Wanted, parts: RouteParts): Line {
  const { plan, scanned } = parts;
  const isChoosy = plan.picky || scanned.ranges.has("provider");
  return {
    line: isChoosy ? parts : `${plan.groupId} ${plan.model.id} ${operation} ${context.dialect.id} ${caller.channelNumber ?? ""}`,
    offers: plan.offers,
    tokens: parts.tokens,
    make: (offers) => routerFor(state, context, caller, { ...parts, plan: { ...plan, offers } }),
  };
}

export type RouteParts = Readonly<{
  plan: Plan; price: CompiledPrice; scanned: ScannedRequest; body: Buffer; tokens: number; inputTokensRough: number;
}>;

/** Who may answer, in the order in which the shop, the request and the conversation want them. @throws RelayError no_endpoint_matches */
export function routerFor(state: RelayState, { snapshot, admittedAtMs, inbound, turn }: RequestContext, caller: Caller, { plan, price, scanned, body, tokens, inputTokensRough }: RouteParts): Router {
  const { model } = plan;
  const offers = plan.picky ? ableOffers(plan.offers, scanned, body) : plan.offers;
  const range = scanned.ranges.get("provider");
  const wanted = range && readPreferences(body.toString("utf8", range[0], range[1]), { vendorChoice: snapshot.settings.vendorChoice, offers });
  const accepted = wanted ? preferred(offers, wanted, { price, atMs: admittedAtMs, stats: state.routeBook.of }) : offers;
  // Only who has a choice needs a memory, and only where a cache makes a difference.
  const remembers = accepted.length > 1 && cachesPay(price, admittedAtMs);
  return createRouter({
    state, snapshot, model, tokens, offers: accepted, affinity: caller.keyId,
    conversation: remembers ? conversationOf({ keyId: caller.keyId, model: model.name, header: inbound.headers["x-session-id"], scanned, body }) : undefined,
    strategy: (wanted && sortStrategy(wanted)) ?? suffixStrategy(snapshot, scanned.model) ?? snapshot.settings.strategy,
    cost: (route) => expectedCost(snapshot.cost(route, model, admittedAtMs), inputTokensRough, tokens - inputTokensRough, admittedAtMs),
    ...(!snapshot.settings.failoverAtLoss && accepted.length > 1 && { loses: (route) => costsMore(snapshot.cost(route, model, admittedAtMs), price, inputTokensRough, tokens - inputTokensRough, admittedAtMs) }),
    ...(turn?.pin?.keyId !== undefined && { keyId: turn.pin.keyId }),
    noFallbacks: wanted?.allow_fallbacks === false,
  });
}

/** Would the request cost us more than it brings? A cost that nobody has stated is none to go by. */
function costsMore(cost: CompiledPrice | undefined, price: CompiledPrice, inputTokens: number, outputTokens: number, atMs: number): boolean {
  if (!cost || cost.card(inputTokens, atMs).multipliers.some(({ source, ppm }) => source === "channel" && ppm === AS_LISTED)) return false;
  return expectedCost(cost, inputTokens, outputTokens, atMs)! > expectedCost(price, inputTokens, outputTokens, atMs)!;
}

/** The factor of channels whose operator has not said what they cost. */
const AS_LISTED = 1_000_000;

/** Cached input is sold below fresh input. */
function cachesPay(price: CompiledPrice, atMs: number): boolean {
  const { input, cache_read: cached } = price.card(0, atMs).prices;
  return input !== undefined && cached !== undefined && cached < input;
}

/** An answer is expected to be at least this long. */
const OUTPUT_EXPECTED_MIN = 256;

function expectedCost(price: CompiledPrice | undefined, inputTokens: number, outputTokens: number, atMs: number): number | undefined {
  if (!price) return undefined;
  const { input, output, request } = price.card(inputTokens, atMs).prices;
  return Number(input ?? 0n) * inputTokens + Number(output ?? 0n) * Math.max(OUTPUT_EXPECTED_MIN, outputTokens) + Number(request ?? 0n);
}

type AskParts = Readonly<{ plan: Plan; price: CompiledPrice; scanned: ScannedRequest; body: Buffer; budgets: readonly BudgetLimit[]; tier: string | undefined }>;

/** What is asked of the money. */
export function askFor(state: RelayState, context: RequestContext, caller: Caller, { operation, endpoint }: Wanted, { plan: { model, groupId, characters }, price, scanned, body, budgets, tier }: AskParts): Ask {
  const { card, size } = boundsFor(model, price, scanned, context.admittedAtMs, tier);
  return {
    requestId: context.id,
    admittedAtMs: context.admittedAtMs,
    walletId: caller.walletId,
    userId: caller.userId,
    keyId: caller.keyId,
    modelId: model.id,
    groupId,
    endpoint,
    card,
    stream: scanned.stream,
    // A text has no more characters than bytes, and may have as many.
    countInput: scanned.unseen ? undefined : characters ? () => Promise.resolve(scanned.textBytes) : () => countInput(state.tokenizer, scanned, body, model.name),
    candidates: scanned.candidates,
    producesTokens: writesText(operation),
    budgets,
    ...size,
  };
}

/** The most that a request may use of a model, and the dearest card that it could be charged with. */
export function boundsFor(model: Model, price: CompiledPrice, scanned: ScannedRequest, atMs: number, tier = "default") {
  const { imageTokens } = price.document.hold ?? {};
  const inputTokensMax = mostInputTokens(scanned, model, imageTokens);
  const card = price.worst(inputTokensMax, atMs, tier);
  return {
    card,
    size: {
      inputTokensMax,
      maxOutputTokens: scanned.maxTokens === undefined ? undefined : Math.min(scanned.maxTokens, model.maxOutputTokens ?? Infinity),
      modelMaxOutput: model.maxOutputTokens,
      ...(scanned.media && { items: worstOf(scanned.media, scanned, card.prices, imageTokens) }),
    },
  };
}

/** Byte-level tokenizers never make more tokens than bytes; media counts by its price's rule, else by the whole window. */
function mostInputTokens(scanned: ScannedRequest, model: Model, imageTokens: number | undefined): number {
  const context = model.contextTokens ?? CONTEXT_UNKNOWN_TOKENS;
  const media = scanned.unseen || scanned.audio || scanned.documents || (scanned.images > 0 && imageTokens === undefined) ? context : scanned.images * (imageTokens ?? 0);
  const most = scanned.textBytes + scanned.messages * PER_MESSAGE_TOKENS + (scanned.tools ? TOOLS_TOKENS : 0) + media;
  return model.contextTokens === undefined ? most : Math.min(most, model.contextTokens);
}

/** Stage 5's other half: an operation that this endpoint cannot stream. @throws RelayError */
export function checkStreamable(scanned: ScannedRequest, operation: Operation): void {
  if (scanned.stream && operation === "embeddings") throw new RelayError("unsupported_parameter", "Embeddings cannot be streamed.", { param: "stream" });
}
