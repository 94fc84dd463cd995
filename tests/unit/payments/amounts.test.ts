import { expect, test } from "vitest";
import { minorText, payCurrency, PAY_CURRENCIES } from "#money/currencies.ts";
import { amountFor, orderValues, payAmounts, shareOf } from "#money/order-amounts.ts";
import { backLines, paidLines } from "#payments/postings.ts";
import { nano } from "#money/amount.ts";
import { seededRandom } from "../../support/random.ts";

const USD = 1_000_000_000n;
const MILLION = 1_000_000n;
const terms = (over: Partial<Parameters<typeof payAmounts>[1]> = {}) => ({ currency: "USD", rate: MILLION, feePpm: 0n, groupPpm: MILLION, ...over });
const sum = (lines: readonly { amount: bigint }[]): bigint => lines.reduce((all, { amount }) => all + amount, 0n);

test.each([["CNY", 7_250_000n, 14_500n, 0n], ["JPY", 151_370_000n, 3_028n, 3_963_797n], ["KWD", 307_100n, 6_150n, 26_050_146n]] as const)(
  "A15: 20 dollars in %s", (currency, rate, pay, remainder) => {
    const amounts = payAmounts(20n * USD, terms({ currency, rate }));
    expect(amounts).toEqual({ subtotal: pay, discount: 0n, fee: 0n, pay });
    expect(orderValues({ creditNano: 20n * USD, currency, rate, ...amounts, tax: 0n }).remainder).toBe(remainder);
  });

test("F31: a group that pays 95 % has the difference as a discount; one that pays 110 % as a fee", () => {
  expect(payAmounts(20n * USD, terms({ groupPpm: 950_000n }))).toEqual({ subtotal: 2_000n, discount: 100n, fee: 0n, pay: 1_900n });
  expect(payAmounts(20n * USD, terms({ groupPpm: 1_100_000n, feePpm: 50_000n }))).toEqual({ subtotal: 2_000n, discount: 0n, fee: 310n, pay: 2_310n });
});

test("F29: of any order the lines balance, nothing is negative, the rest is under one step, and any refunds add up to the whole", () => {
  const random = seededRandom(29);
  const below = (max: number): bigint => BigInt(Math.floor(random() * max));
  const codes = [...PAY_CURRENCIES.keys()];
  for (let i = 0; i < 10_000; i += 1) {
    const currency = codes[Number(below(codes.length))]!;
    const { exponent, multiple } = payCurrency(currency);
    const rate = 10_000n + below(400_000_000);
    const creditNano = USD + below(9_000) * USD + below(1_000_000_000);
    const amounts = payAmounts(creditNano, terms({ currency, rate, feePpm: below(99_999), groupPpm: 500_000n + below(1_000_000) }));
    const tax = below(3) === 0n ? amounts.pay / 5n : 0n;
    const values = orderValues({ creditNano, currency, rate, ...amounts, tax });
    const step = USD * MILLION * multiple / (rate * 10n ** BigInt(exponent));
    for (const value of [...Object.values(amounts), ...Object.values(values)]) expect(value >= 0n).toBe(true);
    expect(amounts.pay % multiple).toBe(0n);
    expect(values.remainder <= step + 3n).toBe(true);
    expect(sum(paidLines("stripe", "w", values, below(2) * creditNano / 2n))).toBe(0n);

    const total = amounts.pay + tax;
    const taken = { amount: 0n, credit: 0n, fee: 0n, clearing: 0n };
    for (let n = 0; n < 5 && taken.amount < total; n += 1) {
      const left = total - taken.amount;
      const amount = n === 4 ? left : 1n + left * below(1_000) / 1_000n;
      const part = { amount, total, takenAmount: taken.amount };
      const credit = shareOf(values.credit, taken.credit, part);
      const fee = shareOf(values.fee, taken.fee, part);
      const clearing = shareOf(values.clearing, taken.clearing, part);
      expect(credit >= 0n && fee >= 0n && clearing >= 0n).toBe(true);
      const lines = backLines("psp:stripe:clearing", credit === 0n ? [] : [{ account: "refunds:pending", amount: credit }], { credit, fee, tax: nano(0n), discount: nano(0n), clearing });
      expect(sum(lines)).toBe(0n);
      taken.amount += amount;
      taken.credit += credit;
      taken.fee += fee;
      taken.clearing += clearing;
    }
    expect(taken).toEqual({ amount: total, credit: values.credit, fee: values.fee, clearing: values.clearing });
  }
});

test("an amount of credit is at least one unit of the payment, and all of it is all of it", () => {
  const order = { creditNano: 20n * USD, takenCredit: 0n, total: 2_100n, takenAmount: 0n };
  expect(amountFor(5n * USD, order)).toBe(525n);
  expect(amountFor(1n, order)).toBe(1n);
  expect(amountFor(20n * USD, order)).toBe(2_100n);
  expect(amountFor(10n * USD, { ...order, takenCredit: 10n * USD, takenAmount: 1_049n })).toBe(1_051n);
});

test("amounts as text have their currency's decimals", () => {
  expect([minorText(2_100n, "USD"), minorText(5n, "USD"), minorText(-5n, "USD"), minorText(3_028n, "JPY"), minorText(6_150n, "KWD")]).toEqual(["21.00", "0.05", "-0.05", "3028", "6.150"]);
  expect(() => payCurrency("XXX")).toThrow(RangeError);
});
