import type { RelayState } from "#relay/context.ts";
import { RelayError } from "#relay/errors.ts";
import type { KeyUsage } from "#relay/read/lookups.ts";
import type { Caller } from "#snapshot/snapshot.ts";

const NANO_PER_USD = 1e9;
const NANO_PER_CENT_HUNDREDTH = 100_000n;
const DAY_MS = 86_400_000;
const RESETS = { day: "daily", week: "weekly", month: "monthly", total: null } as const;

/** JSON numbers, because other people's clients expect them; exact amounts stand in the management API. */
const usd = (nano: bigint): number => Number(nano) / NANO_PER_USD;

/** What a wallet has had, used and has left. */
export async function creditsOf(state: RelayState, caller: Caller): Promise<object> {
  const { totalCreditsNano, totalUsageNano, balanceNano } = await state.lookups.credits(caller.walletId);
  return { data: { total_credits: usd(totalCreditsNano), total_usage: usd(totalUsageNano), balance: usd(balanceNano) } };
}

/** One key's limits and what it has used, in the form that OpenRouter's clients read. */
export async function keyState(state: RelayState, caller: Caller): Promise<object> {
  const usage = await state.lookups.keyUsage(caller);
  const budget = tightest(caller, usage);
  return {
    data: {
      label: caller.keyName,
      limit: budget ? usd(budget.amountNano) : null,
      limit_remaining: budget ? usd(budget.leftNano) : null,
      limit_reset: budget ? RESETS[budget.per] : null,
      usage: usd(usage.totalNano), usage_daily: usd(usage.dayNano), usage_weekly: usd(usage.weekNano), usage_monthly: usd(usage.monthNano),
      expires_at: caller.expiresAtMs === undefined ? null : new Date(caller.expiresAtMs).toISOString(),
      // -1 says "none" where that form has no other word for it.
      rate_limit: { requests: caller.keyLimits.rpm ?? -1, interval: "1m" },
    },
  };
}

/**
 * The first half of how older clients find a balance: what is left is `hard_limit_usd` less the usage that the second
 * half tells. Of the key where it has a budget, else of the wallet.
 */
export async function subscription(state: RelayState, caller: Caller): Promise<object> {
  const limit = usd(await hardLimit(state, caller));
  return {
    object: "billing_subscription",
    has_payment_method: true,
    soft_limit_usd: limit, hard_limit_usd: limit, system_hard_limit_usd: limit,
    access_until: Math.floor((caller.expiresAtMs ?? 0) / 1000),
  };
}

async function hardLimit(state: RelayState, caller: Caller): Promise<bigint> {
  const { totalCreditsNano, balanceNano } = await state.lookups.credits(caller.walletId);
  if (caller.keyBudgets.length === 0) return totalCreditsNano;
  const usage = await state.lookups.keyUsage(caller);
  const { leftNano } = tightest(caller, usage)!;
  return usage.totalNano + (balanceNano > 0n && balanceNano < leftNano ? balanceNano : leftNano);
}

/**
 * The second half: US cents, to two decimals. The last day counts to its end.
 * @throws RelayError invalid_value
 */
export async function billingUsage(state: RelayState, caller: Caller, query: URLSearchParams): Promise<object> {
  const from = dayOf(query, "start_date") ?? 0;
  const lastDay = dayOf(query, "end_date");
  // A charge of this very moment is of today.
  const to = lastDay === undefined ? state.clock.now() + DAY_MS : lastDay + DAY_MS;
  const of = { walletId: caller.walletId, ...(caller.keyBudgets.length > 0 && { keyId: caller.keyId }) };
  const nano = await state.lookups.chargedBetween(of, new Date(from), new Date(to));
  const hundredths = (nano + NANO_PER_CENT_HUNDREDTH / 2n) / NANO_PER_CENT_HUNDREDTH;
  return { object: "list", total_usage: Number(hundredths) / 100 };
}

/** Days of UTC, as dates or as their first second. */
function dayOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const at = /^\d{1,10}$/.test(text) ? Number(text) * 1000 : /^\d{4}-\d{2}-\d{2}(?:$|T)/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new RelayError("invalid_value", `Invalid value for '${name}': expected a date such as 2026-11-30.`, { param: name });
  return Math.floor(at / DAY_MS) * DAY_MS;
}

/** The budget with the least left. */
function tightest({ keyBudgets }: Caller, { budgetNano }: KeyUsage): (Caller["keyBudgets"][number] & Readonly<{ leftNano: bigint }>) | undefined {
  return keyBudgets
    .map((budget) => ({ ...budget, leftNano: max(0n, budget.amountNano - (budgetNano[budget.per] ?? 0n)) }))
    .reduce<ReturnType<typeof tightest>>((least, budget) => (least && least.leftNano <= budget.leftNano ? least : budget), undefined);
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
