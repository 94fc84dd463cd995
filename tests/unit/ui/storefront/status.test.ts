import { expect, test } from "vitest";
import { formatRate, statusOf, worst } from "#ui/storefront/status-words.ts";
import { daysWithFailures, fillDays, hasBars, sinceFirst, total } from "#ui/storefront/uptime.ts";

test.each([
  [0, 0, "unknown"], [1_000, 0, "operational"], [10, 1, "operational"], [1_000, 20, "operational"], [1_000, 21, "degraded"], [1_000, 100, "degraded"], [1_000, 101, "failing"], [2, 2, "failing"],
] as const)("%i requests with %i failures are %s", (requests, failed, word) => {
  expect(statusOf({ requests, failed })).toBe(word);
});

test.each([[0, 0, "—"], [10, 0, "100%"], [100_000, 1, "99.99%"], [3, 1, "66.66%"], [10_000_000, 1, "99.99%"]])("E-31: %i requests with %i failures are %s: never rounded up", (requests, failed, text) => {
  expect(formatRate({ requests, failed })).toBe(text);
});

test("the worst speaks for all, silence for none", () => {
  expect(worst(["unknown", "operational"])).toBe("operational");
  expect(worst(["operational", "failing", "degraded"])).toBe("failing");
  expect(worst([])).toBe("unknown");
});

test("ninety days end today, and what falls outside is left out", () => {
  const days = fillDays([{ day: "2026-11-21", requests: 5, failed: 1 }, { day: "2026-11-21", requests: 2, failed: 0 }, { day: "2020-01-01", requests: 9, failed: 9 }], new Date("2026-11-21T23:59:00Z"));
  expect(days).toHaveLength(90);
  expect([days[0]!.day, days.at(-1)]).toEqual(["2026-08-24", { day: "2026-11-21", requests: 7, failed: 1 }]);
  expect(total(days)).toEqual({ requests: 7, failed: 1 });
});

test("a young shop shows its days from the first request on", () => {
  const days = fillDays([{ day: "2026-11-19", requests: 5, failed: 0 }], new Date("2026-11-21T01:00:00Z"));
  expect(sinceFirst(days).map(({ day }) => day)).toEqual(["2026-11-19", "2026-11-20", "2026-11-21"]);
  expect([hasBars(sinceFirst(days)), hasBars(days)]).toEqual([false, true]);
  expect(sinceFirst(fillDays([], new Date("2026-11-21T01:00:00Z")))).toEqual([]);
});

test("a single failure makes a day with failures: no figure below 100 % stands without its day", () => {
  const day = (at: string, modelId: string, requests: number, failed: number) => ({ day: at, modelId, requests, failed });
  const found = daysWithFailures([day("2026-11-20", "a", 29, 1), day("2026-11-20", "b", 400, 0), day("2026-11-21", "a", 10, 0), day("2026-11-19", "a", 5, 1), day("2026-11-19", "b", 9, 3)]);
  expect(found.map(({ day: at, sum, models }) => [at, sum.requests, sum.failed, models.map(({ modelId }) => modelId)])).toEqual([
    ["2026-11-20", 429, 1, ["a"]], ["2026-11-19", 14, 4, ["b", "a"]],
  ]);
});
