import { ceilToNano, nano, pico, type Nano } from "#money/amount.ts";
import type { Ask, Hold, HoldMode, HoldSize } from "#money/billing.ts";
import type { ChargeRecord } from "#money/charge.ts";
import type { Segment } from "#money/journal.ts";
import { availableIn, extend, reserve, type Scope } from "#money/lease.ts";
import { isFree } from "#money/price.ts";
import { quote, STEP_TOKENS } from "#money/quote.ts";
import type { RateCard } from "#money/rate-card.ts";

/** What was set aside, and where. */
export type HoldState = {
  ask: Ask;
  readonly mode: HoldMode;
  /** The wallet first, then the limited windows; empty for free requests. */
  scopes: readonly Scope[];
  inputTokens: number;
  amount: Nano;
  most: Nano;
  outputTokens: number;
  ended: boolean;
  /** Where the OPEN record stands; none when no journal is kept, or nothing has begun. */
  segment: Segment | undefined;
};

export type HoldDeps = Readonly<{
  overdraft: () => bigint;
  /** Where a request that was free so far takes its money from. */
  scopesOf: (ask: Ask) => readonly Scope[];
  /** Tries to lease so much more; the answer is seen in the scopes. */
  leaseMore: (scopes: readonly Scope[], amount: bigint) => Promise<void>;
  /** Notes that something is held. */
  open: (ask: Ask, amount: Nano) => Segment | undefined;
  end: (state: HoldState, record: ChargeRecord) => Promise<void>;
  giveBack: (state: HoldState) => void;
}>;

/** From this share of the covered output on, the next step is leased. */
const EXTEND_FROM = 0.75;

/** @param maxTokens the cap to send upstream where money set one */
export const createHold = (state: HoldState, deps: HoldDeps, maxTokens?: number): Hold => new RunningHold(state, deps, maxTokens);

class RunningHold implements Hold {
  readonly mode: HoldMode;
  readonly maxTokens?: number;
  readonly #state: HoldState;
  readonly #deps: HoldDeps;
  readonly #guarded: boolean;
  #outputPico: bigint;
  #leasing = false;

  constructor(state: HoldState, deps: HoldDeps, maxTokens: number | undefined) {
    this.#state = state;
    this.#deps = deps;
    this.mode = state.mode;
    if (maxTokens !== undefined) this.maxTokens = maxTokens;
    this.#guarded = state.mode === "guarded-stream";
    this.#outputPico = this.#guarded ? quote(state.ask).outputPico : 0n;
  }

  get heldNano(): Nano {
    return this.#state.most;
  }

  begin(): void {
    const state = this.#state;
    if (!state.ended) state.segment ??= this.#deps.open(state.ask, state.amount);
  }

  delivered(outputTokens: number): boolean {
    const state = this.#state;
    if (!this.#guarded || state.ended) return true;
    if (outputTokens >= state.outputTokens * EXTEND_FROM) this.#cover();
    // Once the cap itself is held, an estimate above it is the estimate's error.
    return outputTokens < state.outputTokens || state.outputTokens >= quote(state.ask).outputTokensMax;
  }

  async raise(card: RateCard, size: HoldSize = {}): Promise<boolean> {
    const state = this.#state;
    const ask: Ask = { ...state.ask, card, ...size };
    const inputTokens = state.inputTokens >= state.ask.inputTokensMax ? ask.inputTokensMax : Math.min(state.inputTokens, ask.inputTokensMax);
    const parts = quote(ask);
    const { maxTokens } = this;
    const needed = this.#guarded
      ? ceilToNano(pico(BigInt(inputTokens) * parts.inputPico + parts.fixedPico + BigInt(state.outputTokens) * parts.outputPico))
      : state.mode === "guarded-single" && maxTokens !== undefined ? quote({ ...ask, maxOutputTokens: Math.min(maxTokens, ask.maxOutputTokens ?? maxTokens) }).worstNano : parts.worstNano;
    if (!(await this.#take(nano(needed - state.amount), ask))) return false;
    state.ask = ask;
    state.inputTokens = inputTokens;
    this.#outputPico = this.#guarded ? parts.outputPico : 0n;
    return true;
  }

  /** Sets so much more aside. A request that was free so far has held nothing, and nowhere. */
  async #take(more: bigint, ask: Ask): Promise<boolean> {
    const state = this.#state, { overdraft, leaseMore, scopesOf } = this.#deps;
    if (more <= 0n) return true;
    const wasFree = state.scopes.length === 0;
    if (wasFree && isFree(ask.card)) return true;
    const scopes = wasFree ? scopesOf(ask) : state.scopes;
    if (availableIn(scopes, overdraft()) < more) await leaseMore(scopes, more);
    if (state.ended || !(wasFree ? reserve : extend)(scopes, more, overdraft())) return false;
    state.scopes = scopes;
    this.#grow(more);
    return true;
  }

  finish(record: ChargeRecord): Promise<void> {
    if (this.#state.ended) throw new Error(`request ${record.id} ended twice`);
    this.#state.ended = true;
    return this.#deps.end(this.#state, record);
  }

  release(): void {
    if (this.#state.ended) throw new Error(`request ${this.#state.ask.requestId} ended twice`);
    this.#state.ended = true;
    this.#deps.giveBack(this.#state);
  }

  #grow(more: bigint): void {
    const state = this.#state;
    state.amount = nano(state.amount + more);
    if (state.amount > state.most) state.most = state.amount;
  }

  /** Covers up to a step more; what is left when less is there. */
  #cover(): void {
    const state = this.#state;
    const overdraft = this.#deps.overdraft();
    const outputPico = this.#outputPico;
    const step = Math.min(STEP_TOKENS, quote(state.ask).outputTokensMax - state.outputTokens);
    if (step <= 0) return;
    if (outputPico === 0n) {
      state.outputTokens += step;
      return;
    }
    const left = (availableIn(state.scopes, overdraft) * 1_000n) / outputPico;
    const tokens = left < BigInt(step) ? Number(left) : step;
    if (tokens > 0) {
      const amount = ceilToNano(pico(BigInt(tokens) * outputPico));
      if (extend(state.scopes, amount, overdraft)) {
        this.#grow(amount);
        state.outputTokens += tokens;
      }
    }
    if (tokens < step) this.#leaseInBackground(ceilToNano(pico(BigInt(step) * outputPico)));
  }

  #leaseInBackground(amount: bigint): void {
    if (this.#leasing) return;
    this.#leasing = true;
    this.#deps.leaseMore(this.#state.scopes, amount).finally(() => { this.#leasing = false; }).catch(() => undefined);
  }
}
