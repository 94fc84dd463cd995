import { setTimeout as sleep } from "node:timers/promises";
import { nano, ZERO_NANO } from "#money/amount.ts";
import type { Ask, BudgetLimit, HoldMode, Refusal } from "#money/billing.ts";
import type { LeaseBroker, TakeOutcome } from "#money/lease-broker.ts";
import { availableIn, freeOf, reserve, type LeaseBook, type Scope } from "#money/lease.ts";
import { isFree } from "#money/price.ts";
import { guardedInput, isRich, planGuarded, quote, richFrom, type GuardedPlan, type Quote } from "#money/quote.ts";
import type { RateCard } from "#money/rate-card.ts";
import { windowKey } from "#money/settle-batch.ts";
import { eachWindow } from "#money/windows.ts";

/** Guarded requests of one wallet at once: each may overrun by a little, so their number is bounded. */
const GUARDED_MOST = 32;
/** How often, and with which pause, other nodes are asked to return money before a request is refused. */
const WANTED = { tries: 2, pauseMs: 30 } as const;
/** How long a request waits for a better count of its input. */
const COUNT_MS = 20;

export type Admitted = Readonly<{ mode: HoldMode; scopes: readonly Scope[]; amount: bigint; outputTokens: number; inputTokens: number; maxTokens?: number }>;

export type AdmissionDeps = Readonly<{
  book: LeaseBook;
  broker: LeaseBroker;
  /** This node's share of the overdraft. */
  overdraft: () => bigint;
  guardExact: () => boolean;
}>;

/** Others may take what was just leased; a request that loses so often is refused. */
const ROUNDS_MOST = 20;

type NamedWindow = Readonly<{ key: string; limitNano: bigint }>;
const NO_WINDOWS: readonly NamedWindow[] = [];

const AWAY: Refusal = { refused: "billing-unavailable", retryAfterMs: 1_000 };

/**
 * Sets money aside for requests. `quick` does it synchronously for wallets with plenty leased; `slow` does the rest.
 */
export function createAdmission({ book, broker, overdraft, guardExact }: AdmissionDeps): {
  quick(ask: Ask): Admitted | undefined;
  slow(ask: Ask): Promise<Admitted | Refusal>;
  /** The wallet and the limited windows that a request counts in. */
  scopesOf(ask: Ask): readonly Scope[];
} {
  const freeCards = new WeakMap<RateCard, boolean>();
  /** The windows of a list of budgets with their names in the book: callers are told the same list again and again. */
  const windows = new WeakMap<readonly BudgetLimit[], readonly NamedWindow[]>();

  function free(card: RateCard): boolean {
    let known = freeCards.get(card);
    if (known === undefined) freeCards.set(card, known = isFree(card));
    return known;
  }

  function windowsOf(budgets: readonly BudgetLimit[]): readonly NamedWindow[] {
    if (budgets.length === 0) return NO_WINDOWS;
    let known = windows.get(budgets);
    if (!known) windows.set(budgets, known = eachWindow(budgets).map(({ scope, period, startsAtMs, limitNano }) => ({ key: windowKey(scope, period, startsAtMs), limitNano })));
    return known;
  }

  function scopesOf(ask: Ask): Scope[] {
    const scopes = [book.scope(ask.walletId, "wallet")];
    for (const { key, limitNano } of windowsOf(ask.budgets)) {
      const budget = book.scope(key, "budget");
      if (budget.limit !== limitNano) changeLimit(budget, limitNano);
      scopes.push(budget);
    }
    return scopes;
  }

  /** What was leased under a higher limit goes back; under a lower one there may be more now. */
  function changeLimit(budget: Scope, limitNano: bigint): void {
    const lowered = limitNano < budget.limit;
    budget.limit = limitNano;
    budget.drainedUntilMs = 0;
    if (lowered && freeOf(budget) > 0n) void broker.giveBack(budget);
  }

  function takeRich(ask: Ask, scopes: readonly Scope[], { worstNano, outputTokensMax }: Quote): Admitted | undefined {
    if (!isRich(worstNano, availableIn(scopes, 0n)) || !reserve(scopes, worstNano, 0n)) return undefined;
    return { mode: "rich", scopes, amount: worstNano, outputTokens: outputTokensMax, inputTokens: ask.inputTokensMax };
  }

  async function admitFree(ask: Ask): Promise<Admitted | Refusal> {
    try {
      const { debt, status } = await broker.state(book.scope(ask.walletId, "wallet"));
      if (debt > 0n || status !== "active") return { refused: "account-debt", debtNano: nano(debt) };
    } catch {
      return AWAY;
    }
    return { mode: "free", scopes: [], amount: 0n, outputTokens: 0, inputTokens: 0 };
  }

  /** Leases for the scopes that have less than `enough`, unless the database is known to have no more. */
  async function leaseFor(scopes: readonly Scope[], { least, want, enough }: Need): Promise<TakeOutcome | "unasked"> {
    const asks = scopes.filter((scope) => freeOf(scope) < enough && broker.mayAsk(scope))
      .map((scope) => broker.take(scope, least - freeOf(scope) - (scope.kind === "wallet" ? overdraft() : 0n), want - freeOf(scope)));
    if (asks.length === 0) return "unasked";
    const outcomes = await Promise.all(asks);
    return outcomes.includes("away") ? "away" : outcomes.includes("granted") ? "granted" : "short";
  }

  function takeGuarded(scopes: readonly Scope[], plan: GuardedPlan & { fits: true }, inputTokens: number): Admitted | Refusal | undefined {
    const guarded = plan.mode !== "rich";
    if (guarded && scopes[0]!.guarded >= GUARDED_MOST) return { refused: "low-balance-concurrency" };
    if (!reserve(scopes, plan.holdNano, overdraft())) return undefined;
    if (guarded) scopes[0]!.guarded += 1;
    const { mode, holdNano: amount, outputTokens, maxTokens } = plan;
    return { mode, scopes, amount, outputTokens, inputTokens, ...(maxTokens !== undefined && { maxTokens }) };
  }

  async function slow(ask: Ask): Promise<Admitted | Refusal> {
    if (free(ask.card)) return admitFree(ask);
    const scopes = scopesOf(ask);
    const parts = quote(ask);
    const first = takeRich(ask, scopes, parts);
    if (first) return first;
    const exact = guardExact();
    let outcome = await leaseFor(scopes, firstNeed(ask, parts, exact));
    const rich = takeRich(ask, scopes, parts);
    if (rich) return rich;

    const inputTokens = guardedInput(ask.inputTokensMax, exact ? undefined : await counted(ask), exact);
    let wantedTries = 0;
    for (let round = 0; ; round++) {
      const plan = planGuarded(ask, parts, inputTokens, availableIn(scopes, overdraft()));
      const admitted = plan.fits ? takeGuarded(scopes, plan, inputTokens) : undefined;
      if (admitted) return admitted;
      const needed = plan.fits ? plan.holdNano : plan.neededNano;
      const more = await leaseFor(scopes, { least: needed, want: needed, enough: needed });
      if (more !== "unasked") outcome = more;
      if (more === "granted" && round < ROUNDS_MOST) continue;
      if (outcome === "away") return AWAY;
      const short = tightest(scopes, overdraft());
      // A refusal that is remembered costs no query and no message.
      if (outcome === "unasked" || short.seen.othersLeased <= 0n || wantedTries === WANTED.tries) {
        return refusal(ask, short, needed, (spendable) => planGuarded(ask, parts, inputTokens, spendable));
      }
      wantedTries += 1;
      await broker.wanted(short);
      await sleep(WANTED.pauseMs);
      short.drainedUntilMs = 0;
    }
  }

  function refusal(ask: Ask, short: Scope, neededNano: bigint, planFor: (spendableNano: bigint) => GuardedPlan): Refusal {
    if (short.kind === "budget") {
      const limit = eachWindow(ask.budgets).find(({ scope, period, startsAtMs }) => windowKey(scope, period, startsAtMs) === short.key)!;
      return {
        refused: "budget-exceeded", scope: limit.scope, period: limit.period, limitNano: limit.limitNano, spentNano: nano(short.seen.spent),
        ...(limit.endsAtMs !== undefined && { resetsAtMs: limit.endsAtMs }),
      };
    }
    if (short.seen.status === "restricted") return { refused: "account-debt", debtNano: nano(short.seen.debt) };
    const available = freeOf(short) + overdraft() + short.seen.free;
    const plan = planFor(available);
    const affordableMaxTokens = plan.fits ? Math.floor(plan.outputTokens / ask.candidates) : plan.affordableMaxTokens;
    return { refused: "credit-exhausted", neededNano: nano(neededNano), availableNano: available > 0n ? nano(available) : ZERO_NANO, affordableMaxTokens };
  }

  return {
    quick(ask) {
      if (free(ask.card)) return undefined;
      return takeRich(ask, scopesOf(ask), quote(ask));
    },
    slow,
    scopesOf,
  };
}

type Need = Readonly<{ least: bigint; want: bigint; enough: bigint }>;

/** The first lease: enough to be rich, but small wallets give only what the request in hand needs. */
function firstNeed(ask: Ask, parts: Quote, exact: boolean): Need {
  const little = planGuarded(ask, parts, guardedInput(ask.inputTokensMax, undefined, exact), 0n);
  const least = little.fits ? little.holdNano : little.neededNano;
  const want = ask.stream ? least : parts.worstNano;
  return { least: least < want ? least : want, want, enough: richFrom(parts.worstNano) };
}

const tightest = (scopes: readonly Scope[], overdraft: bigint): Scope =>
  scopes.reduce((least, scope) => (freeOf(scope) < (least.kind === "wallet" ? freeOf(least) + overdraft : freeOf(least)) ? scope : least));

async function counted(ask: Ask): Promise<number | undefined> {
  if (!ask.countInput) return undefined;
  const late = new AbortController();
  try {
    return await Promise.race([ask.countInput(), sleep(COUNT_MS, undefined, { signal: late.signal })]);
  } catch {
    return undefined;
  } finally {
    late.abort();
  }
}
