import { nano, type Nano } from "#money/amount.ts";
import { payCurrency } from "#money/currencies.ts";

const MILLION = 1_000_000n;
const BILLION = 1_000_000_000n;

/** What an operator has set for selling credit, and what the buyer's group adds to it. */
export type TopUpTerms = Readonly<{
  currency: string;
  /** Millionths of the currency per USD. */
  rate: bigint;
  /** Added to what is paid, in parts per million. */
  feePpm: bigint;
  /** The buyer's group pays this share: below a million is a discount, above it a surcharge. */
  groupPpm: bigint;
}>;

/** In the smallest unit of the currency; `pay = subtotal - discount + fee`. */
export type PayAmounts = Readonly<{ subtotal: bigint; discount: bigint; fee: bigint; pay: bigint }>;

/** What an order's amounts are worth in USD at its frozen rate; `clearing = credit - discount + fee + tax + remainder`. */
export type OrderValues = Readonly<{ credit: Nano; discount: Nano; fee: Nano; tax: Nano; clearing: Nano; /** At most what one step of the currency is worth. */ remainder: Nano }>;

/** What is asked for an amount of credit, rounded up to what the currency can pay. */
export function payAmounts(creditNano: bigint, terms: TopUpTerms): PayAmounts {
  const { exponent, multiple } = payCurrency(terms.currency);
  const subtotal = ceilTo(ceilDiv(creditNano * terms.rate * 10n ** BigInt(exponent), BILLION * MILLION), multiple);
  const discount = terms.groupPpm < MILLION ? floorTo(subtotal * (MILLION - terms.groupPpm) / MILLION, multiple) : 0n;
  const surcharge = terms.groupPpm > MILLION ? ceilTo(ceilDiv(subtotal * (terms.groupPpm - MILLION), MILLION), multiple) : 0n;
  const fee = surcharge + ceilTo(ceilDiv((subtotal - discount + surcharge) * terms.feePpm, MILLION), multiple);
  return { subtotal, discount, fee, pay: subtotal - discount + fee };
}

/** Amount of a currency in nano-USD at a rate, rounded down. */
export const valueNano = (minor: bigint, currency: string, rate: bigint): Nano =>
  nano(minor * BILLION * MILLION / (rate * 10n ** BigInt(payCurrency(currency).exponent)));

/** Values of an order at its frozen rate. Each is rounded so that the remainder is never negative. */
export function orderValues(order: Readonly<{ creditNano: bigint; currency: string; rate: bigint; discount: bigint; fee: bigint; pay: bigint; tax: bigint }>): OrderValues {
  const value = (minor: bigint): bigint => valueNano(minor, order.currency, order.rate);
  const discount = order.discount === 0n ? 0n : valueUp(order.discount, order.currency, order.rate);
  const fee = value(order.fee);
  const tax = value(order.tax);
  const clearing = value(order.pay + order.tax);
  return {
    credit: nano(order.creditNano), discount: nano(discount), fee: nano(fee), tax: nano(tax), clearing: nano(clearing),
    remainder: nano(clearing - (order.creditNano - discount + fee + tax)),
  };
}

/** One part of a payment that goes back. */
export type ShareAsk = Readonly<{
  /** Of the payment, in the smallest unit. */
  amount: bigint;
  total: bigint;
  /** What went back before, and what it took with it. */
  takenAmount: bigint;
}>;

/** The share of a value that an amount of the payment stands for; the part that completes the payment takes what is left. */
export function shareOf(value: bigint, taken: bigint, { amount, total, takenAmount }: ShareAsk): Nano {
  if (takenAmount + amount >= total) return nano(value - taken);
  const share = value * amount / total;
  return nano(share < value - taken ? share : value - taken);
}

/** The amount of a payment that an amount of credit stands for: at least one unit, and all that is left for all that is left. */
export function amountFor(creditNano: bigint, order: Readonly<{ creditNano: bigint; takenCredit: bigint; total: bigint; takenAmount: bigint }>): bigint {
  const left = order.total - order.takenAmount;
  if (creditNano >= order.creditNano - order.takenCredit) return left;
  const amount = order.total * creditNano / order.creditNano;
  return amount < 1n ? 1n : amount < left ? amount : left;
}

const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;
const ceilTo = (value: bigint, multiple: bigint): bigint => ceilDiv(value, multiple) * multiple;
const floorTo = (value: bigint, multiple: bigint): bigint => value / multiple * multiple;
const valueUp = (minor: bigint, currency: string, rate: bigint): bigint =>
  ceilDiv(minor * BILLION * MILLION, rate * 10n ** BigInt(payCurrency(currency).exponent));
