import { nano, type Nano } from "#money/amount.ts";
import { creditLines, type Line } from "#money/ledger.ts";
import type { OrderValues } from "#money/order-amounts.ts";

const line = (account: Line["account"], amount: bigint): Line[] => (amount === 0n ? [] : [{ account, amount: nano(amount) }]);

/** P1: an order is paid. What is received becomes credit, fee and tax; what was given off is an expense. */
export const paidLines = (provider: string, walletId: string, values: OrderValues, debt: bigint): readonly Line[] => [
  ...line(`psp:${provider}:clearing`, values.clearing),
  ...line("expense:discount", values.discount),
  ...line("revenue:fee", -values.fee),
  ...line("tax:payable", -values.tax),
  ...line("expense:fx", -values.remainder),
  ...creditLines(walletId, "paid", values.credit, debt).lines,
];

/** Shares of an order that go back with a part of its payment. */
export type Shares = Readonly<{ credit: Nano; fee: Nano; tax: Nano; discount: Nano; clearing: Nano }>;

/**
 * P7a, P8, P12: the lines of everybody but the customer when a part of a payment goes back, and what units leave over.
 *
 * @param from the account that the money leaves
 * @param credit lines that take the credit share from wherever it lies
 */
export function backLines(from: Line["account"], credit: readonly Line[], shares: Shares): readonly Line[] {
  const taken = shares.credit + shares.fee + shares.tax - shares.discount;
  return [
    ...credit,
    ...line("revenue:fee", shares.fee),
    ...line("tax:payable", shares.tax),
    ...line("expense:discount", -shares.discount),
    ...line(from, -shares.clearing),
    ...line("expense:fx", shares.clearing - taken),
  ];
}
