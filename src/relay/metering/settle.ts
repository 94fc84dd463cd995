import { nano } from "#money/amount.ts";
import type { ChargeRecord } from "#money/charge.ts";
import type { CompiledPrice } from "#money/price.ts";
import type { Job } from "#relay/context.ts";
import type { RelayState } from "#relay/context.ts";
import { countedTokens } from "#relay/limits/request-limits.ts";
import { attemptRecord } from "#relay/metering/attempt-record.ts";
import { countAll } from "#relay/metering/count-tokens.ts";
import type { Ending } from "#relay/metering/ending.ts";
import { meter, wantsEstimate } from "#relay/metering/meter.ts";
import type { Estimate, Metered } from "#relay/metering/meter.ts";

/** Of what an operator's settings changed, so much is written down. */
const CHANGES_MAX = 20;

/** What comes in less than this was not written in it. */
const PACE_MS_MIN = 50;

/** What the answer's end may say once the charge is durable. */
export type Settled = Readonly<{ chargeNano: bigint; outcome: ChargeRecord["outcome"] }>;

/**
 * Writes the charge of an ended request down. Resolves when it is durable: only then may the end of the answer leave.
 * Everything that the request held is given back, whatever happens.
 */
export async function settle(state: RelayState, job: Job, ending: Ending, httpStatus: number): Promise<Settled> {
  const { context, hold, scopes, tokensTaken } = job;
  const estimate = wantsEstimate(ending, doubtsZero(ending))
    ? await countAll(state.tokenizer, job.scanned, job.body, job.model.name, ending.delivered, ending.facts?.text ?? [])
    : undefined;
  const metered = measure(state, job, ending, estimate);
  const used = countedTokens(metered.quantities);
  ending.tried?.release(used);
  // Measured only where somebody may choose by it.
  if (context.snapshot.settings.vendorChoice && ending.how === "complete") notePace(state, ending, metered);
  if (scopes.length > 0) state.limiter.correct(scopes, "tokens", used - tokensTaken);
  const record = chargeRecord(state, job, ending, metered, httpStatus);
  context.outcome = record.outcome;
  await hold.finish(record);
  return { chargeNano: record.chargeNano, outcome: record.outcome };
}

/** An answer that came all at once says how long the whole of it took. */
function notePace({ routeBook, clock }: RelayState, { tried }: Ending, { quantities }: Metered): void {
  if (!tried) return;
  const tokens = (quantities.output ?? 0) + (quantities.reasoning ?? 0), { startedAt, contentAt = startedAt, endedAt } = tried.attempt;
  if (tokens === 0 || endedAt === undefined) return;
  const from = endedAt - contentAt < PACE_MS_MIN ? startedAt : contentAt;
  if (endedAt > from) routeBook.paced(tried.choice.offer.route, (tokens * 1_000) / (endedAt - from), clock.monotonic());
}

function measure(state: RelayState, job: Job, ending: Ending, estimate: Estimate | undefined): Metered {
  const { context, caller, hold, model, inputTokensRough, ceiling } = job;
  const { settings } = context.snapshot;
  const injected = injectionOf(ending);
  const pass = ending.how === "empty" ? "empty" : ending.how === "left-before" && ending.facts?.usage ? "left" : undefined;
  const forgiven = pass === undefined || state.freePasses.use(caller.keyId, pass);
  const measured = (price: CompiledPrice): Metered => meter({
    ending, price, inputTokensRough,
    estimate,
    forgiven,
    billEmpty: settings.billEmpty,
    billBroken: settings.billBroken,
    billBlocked: settings.billBlocked,
    guarded: hold.mode === "guarded-stream" || hold.mode === "guarded-single",
    admittedAtMs: context.admittedAtMs,
    contextTokens: model.contextTokens,
    doubtZero: doubtsZero(ending),
    ...(injected?.absorb && { absorbedTokens: injected.tokens }),
  });
  const metered = measured(job.price), least = ceiling && measured(ceiling);
  return least && least.chargeNano < metered.chargeNano ? least : metered;
}

const doubtsZero = ({ tried }: Ending): boolean => tried?.choice.offer.route.channel.settings.zero_usage === "estimate";

/** The shop's own words in a request, as tokens. */
function injectionOf({ tried }: Ending): Readonly<{ tokens: number; absorb: boolean }> | undefined {
  const policy = tried?.choice.offer.policy;
  return policy?.system && tried?.injected ? { tokens: policy.injectedTokens, absorb: policy.system.absorb === true } : undefined;
}

function chargeRecord(state: RelayState, job: Job, ending: Ending, metered: Metered, httpStatus: number): ChargeRecord {
  const { context, caller, model, hold, scanned } = job;
  const { tried, facts, error } = ending, injected = injectionOf(ending);
  const { costUsage } = metered;
  if (tried) {
    const errorClass = ending.how === "broken" ? "broken" : ending.how === "empty" ? "empty" : undefined;
    context.answering = undefined;
    context.attempts.push(attemptRecord({ tried, model, snapshot: context.snapshot, admittedAtMs: context.admittedAtMs, usage: costUsage ?? facts?.usage ?? tried.attempt.spent, errorClass }));
  }
  // A refused prompt has been settled with its channel before, and belongs to it.
  const channelId = tried?.choice.offer.route.channel.id ?? (facts?.blocked ? context.channelId : undefined);
  const contentAt = tried?.attempt.contentAt;
  let costSum = 0n;
  for (const { costPico } of context.attempts) costSum += costPico;
  return {
    id: context.id,
    walletId: caller.walletId,
    userId: caller.userId,
    keyId: caller.keyId,
    modelId: model.id,
    channelId,
    groupId: job.groupId,
    card: metered.card,
    outcome: metered.outcome,
    usageSource: metered.usageSource,
    quantities: metered.quantities,
    sumPico: metered.sumPico,
    chargeNano: metered.chargeNano,
    costPico: costSum as ChargeRecord["costPico"],
    flags: metered.flags,
    endpoint: job.endpoint,
    stream: scanned.stream,
    httpStatus,
    modelAsked: job.modelAsked,
    finish: facts?.finish?.slice(0, 64),
    errorCode: error?.code,
    holdNano: nano(hold.heldNano),
    detail: detailOf(job, tried?.protocol ?? context.dialect.id, injected),
    latencyMs: Math.round(state.clock.monotonic() - context.startedAt),
    ttftMs: contentAt === undefined ? undefined : Math.round(contentAt - context.startedAt),
    attempts: context.attempts,
    budgets: job.budgets,
  };
}

/** Shared by all that have no more to say: what is the same is written once. */
const plainDetails = new Map<string, NonNullable<ChargeRecord["detail"]>>();

function detailOf({ context, model, modelAsked }: Job, protocol: string, injected: ReturnType<typeof injectionOf>): NonNullable<ChargeRecord["detail"]> {
  const { warnings, changes, dialect: { id: dialect } } = context;
  // Which of the names below it has answered, where another was asked first.
  const isOther = model.wildcard !== undefined && model.name !== modelAsked;
  if (isOther || protocol !== dialect || warnings.length > 0 || changes.length > 0 || injected) {
    return {
      dialect,
      ...(isOther && { model: model.name }),
      ...(protocol !== dialect && { protocol }),
      ...(warnings.length > 0 && { warnings }),
      ...(changes.length > 0 && { changes: changes.slice(0, CHANGES_MAX).map((code) => code.slice(0, 100)) }),
      ...(injected && { injected_tokens_estimate: injected.tokens, ...(injected.absorb && { injected_absorbed: true }) }),
    };
  }
  let plain = plainDetails.get(dialect);
  if (!plain) plainDetails.set(dialect, (plain = { dialect }));
  return plain;
}
