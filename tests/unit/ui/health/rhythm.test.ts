import { expect, test } from "vitest";
import { rhythmOf } from "#ui/health/rhythm.ts";

test("schedules are read as a person would say them", () => {
  expect(rhythmOf("* * * * *")).toEqual({ kind: "minutes", count: 1 });
  expect(rhythmOf("*/15 * * * *")).toEqual({ kind: "minutes", count: 15 });
  expect(rhythmOf("7 * * * *")).toEqual({ kind: "hourly", minute: "07" });
  expect(rhythmOf("5 3 * * *")).toEqual({ kind: "daily", time: "03:05" });
});

test("what cannot be said so is left to be shown as it is written", () => {
  for (const cron of ["0 3 * * 1", "0 3 1 * *", "1,31 * * * *", "*/5 3 * * *", "0 3", "1-5 * * * *", ""]) expect(rhythmOf(cron)).toBeUndefined();
});
