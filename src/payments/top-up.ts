import type { SettingValues } from "#accounts/index.ts";
import { nano, type Nano } from "#money/amount.ts";
import { payCurrency } from "#money/currencies.ts";
import { payAmounts, type PayAmounts, type TopUpTerms } from "#money/order-amounts.ts";
import { parseUsd } from "#money/parse-amount.ts";

/** Why a top-up of this amount is not sold. */
export type TopUpProblem = "too_little" | "too_much" | "too_many_orders" | "new_account" | "below_minimum";

export class TopUpRefused extends Error {
  override readonly name = "TopUpRefused";
  readonly problem: TopUpProblem;
  readonly limitNano: Nano | undefined;
  constructor(problem: TopUpProblem, message: string, limitNano?: Nano) {
    super(message);
    this.problem = problem;
    this.limitNano = limitNano;
  }
}

/** What the shop sells credit for; the same numbers price an order and are shown before it is made. */
export type TopUpOffer = Readonly<{ terms: TopUpTerms; minNano: Nano; maxNano: Nano; bonus: readonly Readonly<{ fromNano: Nano; ppm: bigint }>[]; bonusDays: number }>;

const DAY_MS = 86_400_000;
/** A stolen card is tried on a fresh account first. */
const NEW_ACCOUNT_DAYS = 7n;
const NEW_ACCOUNT_MAX = nano(100_000_000_000n);
const UNPAID_A_DAY = 10;

/** @param groupPpm what the buyer's group pays, in parts per million */
export function offerOf(settings: SettingValues, groupPpm: bigint): TopUpOffer {
  const bonus = Object.entries(settings["payments.bonus"]).map(([amount, percent]) => ({ fromNano: parseUsd(amount), ppm: percentPpm(String(percent)) }));
  return {
    terms: { currency: settings["payments.currency"], rate: millionths(settings["payments.rate"]), feePpm: percentPpm(settings["payments.fee_percent"]), groupPpm },
    minNano: parseUsd(settings["payments.min"]),
    maxNano: parseUsd(settings["payments.max"]),
    bonus: bonus.sort((a, b) => (a.fromNano < b.fromNano ? -1 : 1)),
    bonusDays: settings["payments.bonus_days"],
  };
}

export type TopUpQuote = Readonly<{ creditNano: Nano; bonusNano: Nano; amounts: PayAmounts; currency: string; rate: bigint }>;

/** What an amount of credit costs and brings. @throws TopUpRefused outside the shop's limits */
export function quoteTopUp(offer: TopUpOffer, creditNano: Nano): TopUpQuote {
  if (creditNano < offer.minNano) throw new TopUpRefused("too_little", "This is less than the shop sells at once.", offer.minNano);
  if (creditNano > offer.maxNano) throw new TopUpRefused("too_much", "This is more than the shop sells at once.", offer.maxNano);
  const amounts = payAmounts(creditNano, offer.terms);
  if (amounts.pay < payCurrency(offer.terms.currency).minimum) throw new TopUpRefused("below_minimum", "Cards cannot pay so little.");
  return { creditNano, bonusNano: bonusOf(offer, creditNano), amounts, currency: offer.terms.currency, rate: offer.terms.rate };
}

function bonusOf(offer: TopUpOffer, creditNano: bigint): Nano {
  const step = offer.bonus.findLast(({ fromNano }) => creditNano >= fromNano);
  return nano(step ? creditNano * step.ppm / 1_000_000n : 0n);
}

/** Limits of one person's day. @throws TopUpRefused */
export function checkVelocity(recent: Readonly<{ unpaid: number; creditNano: bigint; userSince: Date }>, creditNano: bigint, nowMs: number): void {
  if (recent.unpaid >= UNPAID_A_DAY) throw new TopUpRefused("too_many_orders", "There have been many unpaid orders today; please go on tomorrow.");
  const left = newAccountLeft(recent, nowMs);
  if (left !== undefined && creditNano > left) throw new TopUpRefused("new_account", "A new account can top up 100 USD a day.", left);
}

/** What a new account may still buy today; undefined for others. */
export function newAccountLeft(recent: Readonly<{ creditNano: bigint; userSince: Date }>, nowMs: number): Nano | undefined {
  if (nowMs - recent.userSince.getTime() > Number(NEW_ACCOUNT_DAYS) * DAY_MS) return undefined;
  return nano(recent.creditNano >= NEW_ACCOUNT_MAX ? 0n : NEW_ACCOUNT_MAX - recent.creditNano);
}

/** Decimal text with at most six decimals, in millionths. */
const millionths = (text: string): bigint => {
  const [whole, fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(6, "0").slice(0, 6));
};

/** Percent with at most four decimals, in parts per million. */
const percentPpm = (text: string): bigint => millionths(text) / 100n;
