import { expect, test } from "vitest";
import { calendarDate } from "#ui/storefront/calendar-date.ts";

const shown = (text: string | undefined, locale: string): string | undefined => {
  const known = calendarDate(text);
  return known && new Intl.DateTimeFormat(locale, known.how).format(known.date);
};

test.each([
  ["2025-09-30", "Sep 30, 2025", "2025年9月30日"],
  ["2024-12", "Dec 2024", "2024年12月"],
])("%s is said as people of each language say it, and no more of it than is known", (text, en, zh) => {
  expect([shown(text, "en"), shown(text, "zh")]).toEqual([en, zh]);
});

test("what is no date is left to who asked", () => {
  expect(["2025", "soon", "", undefined].map((text) => calendarDate(text))).toEqual([undefined, undefined, undefined, undefined]);
});
