import { expect, test } from "vitest";
import { nano } from "#money/amount.ts";
import { refusalError } from "#relay/policy/refusal.ts";

test.each([
  ["that is spent", 5_000_000_000n, /^The daily budget of this API key is used up: 5\.00 of 5\.00 USD\. It begins anew at 2026-11-23T00:00:00\.000Z\.$/],
  ["with something left, though less than the request may cost", 4_000_000_000n, /does not reach for this request: 4\.00 of 5\.00 USD are spent\. A smaller one may still pass\. It begins anew/],
])("a budget %s says so", (_name, spent, words) => {
  const error = refusalError({ refused: "budget-exceeded", scope: "key:1", period: "day", limitNano: nano(5_000_000_000n), spentNano: nano(spent), resetsAtMs: Date.UTC(2026, 10, 23) });
  expect([error.code, error.status]).toEqual(["budget_exceeded", 402]);
  expect(error.message).toMatch(words);
});
