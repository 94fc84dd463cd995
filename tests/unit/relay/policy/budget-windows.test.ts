import { expect, test } from "vitest";
import { createBudgetWindows, windowOf } from "#relay/policy/budget-windows.ts";
import type { Caller } from "#snapshot/snapshot.ts";

const at = (text: string): number => Date.parse(text);

test.each([
  ["day", "UTC", "2030-03-15T23:59:59Z", "2030-03-15T00:00:00Z", "2030-03-16T00:00:00Z"],
  ["week", "UTC", "2030-03-17T12:00:00Z", "2030-03-11T00:00:00Z", "2030-03-18T00:00:00Z"],
  ["month", "UTC", "2030-12-31T23:00:00Z", "2030-12-01T00:00:00Z", "2031-01-01T00:00:00Z"],
  ["month", "UTC", "2032-02-29T23:00:00Z", "2032-02-01T00:00:00Z", "2032-03-01T00:00:00Z"],
  ["day", "Asia/Shanghai", "2030-03-15T16:00:00Z", "2030-03-15T16:00:00Z", "2030-03-16T16:00:00Z"],
  ["day", "America/New_York", "2030-03-10T12:00:00Z", "2030-03-10T05:00:00Z", "2030-03-11T04:00:00Z"], // 23 hours
  ["day", "America/New_York", "2030-11-03T12:00:00Z", "2030-11-03T04:00:00Z", "2030-11-04T05:00:00Z"], // 25 hours
  ["week", "Europe/Berlin", "2030-03-31T10:00:00Z", "2030-03-24T23:00:00Z", "2030-03-31T22:00:00Z"],
  ["day", "Nowhere/Land", "2030-03-15T10:00:00Z", "2030-03-15T00:00:00Z", "2030-03-16T00:00:00Z"],
] as const)("%s in %s at %s", (period, zone, now, from, to) => {
  expect(windowOf(period, zone, at(now))).toEqual({ startsAtMs: at(from), endsAtMs: at(to) });
});

test("a caller is told the same list until the first of its windows ends, and by a clock that was put back", () => {
  const windowsOf = createBudgetWindows();
  const caller = {
    keyId: "k", userId: "u", timeZone: "UTC",
    keyBudgets: [{ amountNano: 5n, per: "day" }], userBudgets: [{ amountNano: 9n, per: "month" }, { amountNano: 100n, per: "total" }],
  } as unknown as Caller;
  const morning = windowsOf(caller, at("2030-03-30T08:00:00Z"));
  expect(morning).toEqual([
    { scope: "key:k", period: "day", limitNano: 5n, startsAtMs: at("2030-03-30T00:00:00Z"), endsAtMs: at("2030-03-31T00:00:00Z") },
    { scope: "user:u", period: "month", limitNano: 9n, startsAtMs: at("2030-03-01T00:00:00Z"), endsAtMs: at("2030-04-01T00:00:00Z") },
    { scope: "user:u", period: "total", limitNano: 100n, startsAtMs: 0 },
  ]);
  expect(windowsOf(caller, at("2030-03-30T23:59:59.999Z"))).toBe(morning);
  expect(windowsOf(caller, at("2030-03-31T00:00:00Z"))[0]).toMatchObject({ startsAtMs: at("2030-03-31T00:00:00Z") });
  expect(windowsOf(caller, at("2030-03-30T23:59:00Z"))).toEqual(morning);
  expect(windowsOf(caller, at("2030-04-01T00:00:00Z"))[1]).toMatchObject({ startsAtMs: at("2030-04-01T00:00:00Z") });
  expect(windowsOf({ ...caller, keyBudgets: [] }, at("2030-04-01T00:00:00Z"))).toHaveLength(2);
});
