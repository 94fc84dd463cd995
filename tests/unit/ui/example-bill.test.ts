import { expect, test } from "vitest";
import { exampleBill } from "#ui/storefront/landing/example-bill.ts";

const priced = (items: Record<string, string>) => ({ document: { items }, multipliers: [] });

test("lines are exact, the sum is rounded up once and the rounding is a line of its own", () => {
  const bill = exampleBill(priced({ input: "150000", cache_read: "75001", output: "600000" }));
  expect(bill.lines.map(({ amountPico }) => amountPico)).toEqual([180_600_000n, 3_624_048_320n, 907_200_000n]);
  expect(bill.chargePico).toBe(4_711_849_000n);
  expect(bill.roundingPico).toBe(680n);
});

test("without a price for cached input there is no line of it", () => {
  expect(exampleBill(priced({ input: "1", output: "2" })).lines.map(({ item }) => item)).toEqual(["input", "output"]);
});
