import { expect, test } from "vitest";
import { exampleBill } from "../../../src/app/[locale]/(storefront)/example-bill.ts";

test("lines are exact, the sum is rounded up once and the rounding is a line of its own", () => {
  const bill = exampleBill({ input: 150_000n, cache_read: 75_001n, output: 600_000n });
  expect(bill.lines.map(({ amountPico }) => amountPico)).toEqual([180_600_000n, 3_624_048_320n, 907_200_000n]);
  expect(bill.sumPico).toBe(4_711_848_320n);
  expect(bill.chargePico).toBe(4_711_849_000n);
  expect(bill.roundingPico).toBe(680n);
});

test("what has no price has no line", () => {
  expect(exampleBill({ input: 1n }).lines.map(({ item }) => item)).toEqual(["input"]);
});
