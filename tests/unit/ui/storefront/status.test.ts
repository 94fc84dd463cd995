import { expect, test } from "vitest";
import { formatRate, statusOf, worst } from "#ui/storefront/status-words.ts";
import { fillDays, total } from "#ui/storefront/uptime.ts";

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
