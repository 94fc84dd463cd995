import { isRefusal, type BudgetLimit, type Hold } from "#money/billing.ts";
import { nano } from "#money/amount.ts";
import type { ChargeRecord } from "#money/charge.ts";
import type { CompiledPrice } from "#money/price.ts";
import { totalInputTokens, type Quantities, type Usage } from "#money/usage.ts";
import { uuidMs, uuidv7 } from "#platform/ids.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import { countedTokens } from "#relay/limits/request-limits.ts";
import type { ScopedLimits } from "#relay/limits/limiter.ts";
import { usageCost } from "#relay/metering/attempt-record.ts";
import type { Ending } from "#relay/metering/ending.ts";
import { meter, type Metered } from "#relay/metering/meter.ts";
import { RelayError } from "#relay/errors.ts";
import { checkCaller } from "#relay/policy/access.ts";
import { refusalError } from "#relay/policy/refusal.ts";
import { notFound } from "#relay/policy/resolve-model.ts";
import { MINUTE, MINUTE_MS, type SessionKind } from "#relay/realtime/session-kind.ts";
import type { Choice } from "#relay/routing/router.ts";
import type { Caller, Model, Snapshot } from "#snapshot/snapshot.ts";

/** One answer, or one piece of writing down, as it turned out. */
export type Turn = Readonly<{
  ending: Pick<Ending, "how" | "facts" | "delivered" | "possibleCost" | "error">;
  /** The numbers are our own. */
  estimated?: boolean;
  /** The vendor's id of it. */
  id: string | undefined;
  finish?: string | undefined;
  /** Monotonic: begun, first piece, end. */
  startedAt: number;
  contentAt?: number | undefined;
  endedAt: number;
}>;

/** What holds from one answer to the next: who pays, at which price. */
type Terms = Readonly<{ id: string; atMs: number; caller: Caller; groupId: string; snapshot: Snapshot; model: Model; price: CompiledPrice; budgets: readonly BudgetLimit[] }>;

/**
 * The money of one conversation: always one hold ahead of the vendor. Each answer is a charge of its own, admitted for
 * itself, at the price of its moment.
 */
export class SessionMoney {
  readonly #state: RelayState;
  readonly #context: RequestContext;
  readonly #kind: SessionKind;
  readonly #asked: string;
  readonly #scopes: readonly ScopedLimits[];
  #terms: Terms | undefined;
  #hold: Hold | undefined;
  #coveredMs = MINUTE_MS;
  #choice: Choice | undefined;
  /** Taken from the token limits at the beginning, until the first answer says how many they were. */
  #tokensTaken: number;
  #last: Quantities = {};
  #timedUntil: number;
  /** Tokens so far, for the channel's limits. */
  tokens = 0;
  turns = 0;

  /** @param asked the model as the client names it; @param tokensTaken from the limits in `scopes` */
  constructor(state: RelayState, context: RequestContext, kind: SessionKind, asked: string, scopes: readonly ScopedLimits[], tokensTaken: number) {
    this.#state = state;
    this.#context = context;
    this.#kind = kind;
    this.#asked = asked;
    this.#scopes = scopes;
    this.#tokensTaken = tokensTaken;
    this.#timedUntil = state.clock.monotonic();
  }

  /** Who holds the conversation, once somebody does. */
  set choice(choice: Choice) {
    this.#choice = choice;
    this.#timedUntil = this.#state.clock.monotonic();
  }

  /**
   * Sets money aside for the next answer; everything that was looked at before the first is looked at again.
   * @throws RelayError when there is not enough, or the caller may no more
   */
  async renew(known?: Caller): Promise<void> {
    const { clock, snapshots } = this.#state;
    const id = this.#terms === undefined ? this.#context.id : uuidv7(clock.now());
    const atMs = uuidMs(id), snapshot = snapshots.current;
    const begun = this.#context.caller!;
    const caller = known ?? withPinOf(begun, await this.#state.keys.byId(begun.keyId)) ?? begun;
    checkCaller(caller, "realtime", this.#context.inbound.clientIp, atMs);
    const { model, groupId } = this.#state.plans.realtimePlan(caller, snapshot, this.#asked, this.#kind);
    const price = snapshot.price(model, groupId, caller.userId, atMs);
    if (!price) throw notFound(this.#asked);
    const budgets = this.#state.budgetWindows(caller, atMs);
    const expected = this.#kind === "transcription" ? minutesOfSpeech(1, price, atMs) : expectedNext(this.#last, price, atMs);
    const admitted = await this.#state.billing.admit({
      requestId: id, admittedAtMs: atMs, walletId: caller.walletId, userId: caller.userId, keyId: caller.keyId, modelId: model.id, groupId,
      endpoint: "realtime", card: price.worst(totalInputTokens(expected), atMs, "default"),
      beginsLater: true,
      // All of it is set aside or nothing: an answer cannot be cut where the money ends.
      stream: false, inputTokensMax: 0, candidates: 1, producesTokens: false, items: expected, budgets,
    });
    if (isRefusal(admitted)) throw refusalError(admitted);
    this.#hold = admitted;
    this.#coveredMs = MINUTE_MS;
    this.#terms = { id, atMs, caller, groupId, snapshot, model, price, budgets };
  }

  /** How much speech is set aside for, where it is written down; where nothing is held it is not the time to ask for more. */
  get coveredMs(): number {
    return this.#hold ? this.#coveredMs : Infinity;
  }

  /** Speech goes on, and nothing of it is charged yet: sets money aside for so much of it. @throws RelayError when there is not enough */
  async cover(audioMs: number): Promise<void> {
    const hold = this.#hold;
    if (!hold) return;
    const { price, atMs } = this.#terms!, minutes = Math.ceil(audioMs / MINUTE_MS), items = minutesOfSpeech(minutes, price, atMs);
    const isCovered = await hold.raise(price.worst(totalInputTokens(items), atMs, "default"), { items });
    // Meanwhile it may have been charged, and another is held.
    if (this.#hold !== hold) return;
    if (!isCovered) throw new RelayError("insufficient_quota", "There is not enough credit to go on listening. Add credit, or have what was said written down more often.");
    this.#coveredMs = minutes * MINUTE_MS;
  }

  /** An answer is under way: from here on a crash must not lose it. */
  begin(): void {
    this.#hold?.begin();
  }

  /** Writes an answer's charge down and uses the hold up. Resolves when it is durable. */
  async charge(turn: Turn): Promise<void> {
    const terms = this.#terms!, hold = this.#hold;
    this.#hold = undefined;
    // Answers that nothing is held for: the money ran out while they were under way.
    const own = hold ? terms : { ...terms, id: uuidv7(this.#state.clock.now()) };
    const record = this.#record(own, this.#timed(own, turn), nano(hold?.heldNano ?? 0n));
    this.#last = record.quantities;
    this.turns += 1;
    await (hold ? hold.finish(record) : this.#state.billing.record(record));
  }

  /** Charges what was written down, under the price of the model that did it where it has one. */
  async transcribed(turn: Turn, transcriber: string | undefined): Promise<void> {
    const { caller, groupId, snapshot, model, price, budgets } = this.#terms!;
    const id = uuidv7(this.#state.clock.now()), atMs = uuidMs(id);
    const sold = transcriber === undefined ? undefined : snapshot.models.get(transcriber);
    const own = sold && snapshot.price(sold, groupId, caller.userId, atMs);
    await this.#state.billing.record(this.#record({ id, atMs, caller, groupId, snapshot, budgets, model: own ? sold : model, price: own ?? price }, turn, nano(0n)));
  }

  /** Sold by time, so that an answer without numbers is no riddle. */
  get sellsTime(): boolean {
    return this.#terms !== undefined && sellsTime(this.#terms.price, this.#terms.atMs);
  }

  /** Sold by the length of what is written down, not by its tokens. */
  get sellsLength(): boolean {
    return this.#terms !== undefined && sellsLength(this.#terms.price, this.#terms.atMs);
  }

  /** Gives back what no answer used. */
  end(): void {
    this.#hold?.release();
    this.#hold = undefined;
    if (this.#tokensTaken > 0) this.#correct(0);
  }

  #correct(used: number): void {
    if (this.#scopes.length > 0) this.#state.limiter.correct(this.#scopes, "tokens", used - this.#tokensTaken);
    this.#tokensTaken = 0;
  }

  /** Models that are sold by the time of the conversation: each answer pays for what has passed since the last. */
  #timed({ price, atMs }: Terms, turn: Turn): Turn {
    if (!sellsTime(price, atMs) || !turn.ending.facts) return turn;
    const ms = Math.max(0, Math.round(turn.endedAt - this.#timedUntil));
    this.#timedUntil = turn.endedAt;
    const { usage } = turn.ending.facts;
    const timed: Usage = { ...usage, items: { ...usage?.items, session_ms: ms } };
    return { ...turn, ending: { ...turn.ending, facts: { ...turn.ending.facts, usage: timed } } };
  }

  #record({ id, atMs, caller, groupId, snapshot, model, price, budgets }: Terms, turn: Turn, holdNano: ChargeRecord["holdNano"]): ChargeRecord {
    const { settings } = snapshot;
    const metered: Metered = meter({
      ending: { ...turn.ending, stopped: true }, price, admittedAtMs: atMs, estimate: undefined, guarded: false, inputTokensRough: 0,
      contextTokens: model.contextTokens, billEmpty: settings.billEmpty, billBroken: settings.billBroken,
      forgiven: turn.ending.how !== "empty" || this.#state.freePasses.use(caller.keyId, "empty"),
    });
    const used = countedTokens(metered.quantities);
    this.tokens += used;
    this.#correct(used);
    const route = this.#choice!.offer.route;
    const costPico = usageCost(metered.costUsage, snapshot, route, model, atMs);
    const attempt = {
      channelId: route.channel.id, upstreamModel: route.upstreamModel, credential: this.#choice!.key?.id, upstreamId: turn.id?.slice(0, 128), status: 101,
      errorClass: turn.ending.how === "broken" || turn.ending.how === "failed" ? "broken" : undefined,
      latencyMs: Math.round(turn.endedAt - turn.startedAt), ttftMs: turn.contentAt === undefined ? undefined : Math.round(turn.contentAt - turn.startedAt),
      usage: metered.costUsage?.raw as Readonly<Record<string, unknown>> | undefined, costPico,
    };
    return {
      id, walletId: caller.walletId, userId: caller.userId, keyId: caller.keyId, modelId: model.id, channelId: route.channel.id, groupId,
      card: metered.card, outcome: metered.outcome, quantities: metered.quantities, sumPico: metered.sumPico, chargeNano: metered.chargeNano, costPico,
      usageSource: turn.estimated && metered.usageSource === "upstream" ? "estimated" : metered.usageSource,
      flags: metered.flags, endpoint: "realtime", stream: true, httpStatus: 200, modelAsked: this.#asked, finish: turn.finish, errorCode: turn.ending.error?.code,
      holdNano, detail: { dialect: "openai-realtime", session: this.#context.idText, ...(turn.id !== undefined && { response: turn.id.slice(0, 128) }) },
      latencyMs: attempt.latencyMs, ttftMs: attempt.ttftMs,
      // Calls that failed before one held are told once, with the first answer.
      attempts: [...this.#context.attempts.splice(0), attempt], budgets,
    };
  }
}

const sellsTime = (price: CompiledPrice, atMs: number): boolean => (price.card(0, atMs).prices.session_ms ?? 0n) > 0n;

const sellsLength = (price: CompiledPrice, atMs: number): boolean => (price.card(0, atMs).prices.audio_in_ms ?? 0n) > 0n;

/** What is written down next has nothing to do with what was before. */
function minutesOfSpeech(minutes: number, price: CompiledPrice, atMs: number): Quantities {
  const minute: Quantities = { ...(sellsLength(price, atMs) ? { audio_in_ms: MINUTE_MS } : MINUTE.transcription), ...(sellsTime(price, atMs) && { session_ms: MINUTE_MS }) };
  return Object.fromEntries(Object.entries(minute).map(([item, count]) => [item, count * minutes]));
}

/** The next answer takes what the last one took, whose conversation it carries on, and a minute of speech more. */
function expectedNext(last: Quantities, price: CompiledPrice, atMs: number): Quantities {
  const expected: Record<string, number> = { ...last };
  delete expected.request; // every quote counts it
  for (const [item, count] of Object.entries(MINUTE.conversation)) expected[item] = (expected[item] ?? 0) + count;
  if (sellsTime(price, atMs)) expected.session_ms = MINUTE_MS;
  return expected;
}

/** The channel that was named holds the conversation already: naming it is not asked about again. */
const withPinOf = ({ channelNumber }: Caller, now: Caller | undefined): Caller | undefined =>
  now === undefined || channelNumber === undefined ? now : { ...now, channelNumber };
