import { expect, test } from "vitest";
import { isTimeZone, isWholeHourZone, wholeHours } from "#reports/usage-range.ts";

const at = (text: string) => new Date(`2026-${text}:00Z`);

test.each([
  ["11-21T10:10", "11-21T13:05", "11-21T11:00", "11-21T13:00"], ["11-21T10:00", "11-21T11:00", "11-21T10:00", "11-21T11:00"],
  ["11-21T10:10", "11-21T10:50", "11-21T10:50", "11-21T10:50"], ["11-21T10:10", "11-21T11:50", "11-21T11:50", "11-21T11:50"],
])("of %s to %s the whole hours are %s to %s", (from, to, first, last) => {
  expect(wholeHours(at(from), at(to))).toEqual({ from: at(first), to: at(last) });
});

test.each([["UTC", true], ["Asia/Shanghai", true], ["America/New_York", true], ["Asia/Kolkata", false], ["Asia/Kathmandu", false], ["Australia/Lord_Howe", false]])("%s has days of whole hours: %s", (zone, whole) => {
  expect(isWholeHourZone(zone, new Date("2026-01-01T00:00:00Z"), new Date("2026-12-31T00:00:00Z"))).toBe(whole);
});

test("a zone is one that the calendar knows", () => {
  expect(["UTC", "Europe/Berlin", "Nowhere/Else", "'; DROP TABLE"].map(isTimeZone)).toEqual([true, true, false, false]);
});
