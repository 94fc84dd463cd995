import { ceilToNano, nano, pico, type Nano } from "#money/amount.ts";
import type { Ask, Hold, HoldMode } from "#money/billing.ts";
import type { ChargeRecord } from "#money/charge.ts";
import type { Segment } from "#money/journal.ts";
import { availableIn, extend, type Scope } from "#money/lease.ts";
import { quote, STEP_TOKENS } from "#money/quote.ts";
import type { RateCard } from "#money/rate-card.ts";

/** What was set aside, and where. */
export type HoldState = {
  readonly ask: Ask;
  readonly mode: HoldMode;
  /** The wallet first, then the limited windows; empty for free requests. */
  readonly scopes: readonly Scope[];
  readonly inputTokens: number;
  amount: Nano;
  most: Nano;
  outputTokens: number;
  ended: boolean;
  /** Where the OPEN record stands; none when no journal is kept. */
  segment?: Segment;
};

export type HoldDeps = Readonly<{
  overdraft: () => bigint;
  /** Tries to lease so much more; the answer is seen in the scopes. */
  leaseMore: (scopes: readonly Scope[], amount: bigint) => Promise<void>;
  end: (state: HoldState, record: ChargeRecord) => Promise<void>;
}>;

/** From this share of the covered output on, the next step is leased. */
const EXTEND_FROM = 0.75;

export function createHold(state: HoldState, deps: HoldDeps, maxTokens?: number): Hold {
  const guarded = state.mode === "guarded-stream";
  let outputPico = guarded ? quote(state.ask).outputPico : 0n;
  let leasing = false;

  /** Covers up to a step more; what is left when less is there. */
  function cover(): void {
    const cap = quote(state.ask).outputTokensMax;
    const step = Math.min(STEP_TOKENS, cap - state.outputTokens);
    if (step <= 0) return;
    if (outputPico === 0n) {
      state.outputTokens += step;
      return;
    }
    const left = (availableIn(state.scopes, deps.overdraft()) * 1_000n) / outputPico;
    const tokens = left < BigInt(step) ? Number(left) : step;
    if (tokens > 0) {
      const amount = ceilToNano(pico(BigInt(tokens) * outputPico));
      if (extend(state.scopes, amount, deps.overdraft())) {
        state.amount = nano(state.amount + amount);
        if (state.amount > state.most) state.most = state.amount;
        state.outputTokens += tokens;
      }
    }
    if (tokens < step) leaseInBackground(ceilToNano(pico(BigInt(step) * outputPico)));
  }

  function leaseInBackground(amount: bigint): void {
    if (leasing) return;
    leasing = true;
    deps.leaseMore(state.scopes, amount).finally(() => { leasing = false; }).catch(() => undefined);
  }

  return {
    mode: state.mode,
    get heldNano() {
      return state.most;
    },
    ...(maxTokens !== undefined && { maxTokens }),
    delivered(outputTokens) {
      if (!guarded || state.ended) return true;
      if (outputTokens >= state.outputTokens * EXTEND_FROM) cover();
      // Once the cap itself is held, an estimate above it is the estimate's error.
      return outputTokens < state.outputTokens || state.outputTokens >= quote(state.ask).outputTokensMax;
    },
    async raise(card: RateCard) {
      const dearer = { ...state.ask, card };
      const parts = quote(dearer);
      const needed = guarded
        ? ceilToNano(pico(BigInt(state.inputTokens) * parts.inputPico + parts.fixedPico + BigInt(state.outputTokens) * parts.outputPico))
        : state.mode === "guarded-single" && maxTokens !== undefined ? quote({ ...dearer, maxOutputTokens: maxTokens }).worstNano : parts.worstNano;
      const more = needed - state.amount;
      if (more > 0n) {
        if (state.scopes.length === 0) return false;
        if (availableIn(state.scopes, deps.overdraft()) < more) await deps.leaseMore(state.scopes, more);
        if (state.ended || !extend(state.scopes, more, deps.overdraft())) return false;
        state.amount = nano(state.amount + more);
        if (state.amount > state.most) state.most = state.amount;
      }
      outputPico = guarded ? parts.outputPico : 0n;
      return true;
    },
    finish(record) {
      if (state.ended) throw new Error(`request ${record.id} ended twice`);
      state.ended = true;
      return deps.end(state, record);
    },
  };
}
