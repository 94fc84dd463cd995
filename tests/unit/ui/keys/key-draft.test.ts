import { expect, test } from "vitest";
import { changesOf, EMPTY_DRAFT, expiresAt, settingsOf } from "#ui/keys/key-draft.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

test.each([
  ["never", "", null], ["7", "", "2026-11-28T12:00:00.000Z"], ["date", "2027-01-31", "2027-01-31T23:59:59.000Z"], ["date", "soon", null],
] as const)("a key that expires %s %s ends at %s", (expiry, expiresOn, end) => {
  expect(expiresAt({ ...EMPTY_DRAFT, expiry, expiresOn }, NOW)?.toISOString() ?? null).toBe(end);
});

test("a draft becomes settings without what was left out", () => {
  expect(settingsOf({ ...EMPTY_DRAFT, name: " app ", budgets: { month: 20n, day: 1n }, rpm: 60 }, NOW)).toEqual({
    name: "app", models: [], endpoints: [], scopes: [], cidrs: [], limits: { rpm: 60 }, budgets: [{ per: "day", amountNano: 1n }, { per: "month", amountNano: 20n }], expiresAt: null,
  });
});

test("changes are counted by field", () => {
  expect(changesOf(EMPTY_DRAFT, EMPTY_DRAFT)).toBe(0);
  expect(changesOf(EMPTY_DRAFT, { ...EMPTY_DRAFT, name: "a", budgets: { day: 1n } })).toBe(2);
});
