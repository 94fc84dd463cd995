import { describe, expect, test } from "vitest";
import { bucketOf, bucketStarts, formatBucket, formatClock, formatDate, formatDay, formatLogTime, formatStamp, formatTime, hourAhead, isZone, parseRange, presetOf, presetParameters, rangeBefore, zoneOf } from "#ui/format/index.ts";

const NEW_YORK = "America/New_York";
const BERLIN = "Europe/Berlin";
const SHANGHAI = "Asia/Shanghai";
const at = (iso: string): Date => new Date(iso);
const iso = (date: Date): string => date.toISOString().replace(/:00\.000Z$/, "Z");

describe("moments", () => {
  const now = at("2026-11-21T12:00:00Z");
  test.each([
    ["2026-11-21T11:59:30Z", "just now", "刚刚"], ["2026-11-21T11:57:00Z", "3 min ago", "3分钟前"], ["2026-11-21T11:00:01Z", "59 min ago", "59分钟前"],
    ["2026-11-21T11:00:00Z", "1 h ago", "1小时前"], ["2026-11-20T12:00:01Z", "23 h ago", "23小时前"], ["2026-11-20T12:00:00Z", "2026-11-20 20:00", "2026-11-20 20:00"],
    ["2026-11-21T12:05:00Z", "in 5 min", "5分钟后"], ["2026-11-22T12:00:00Z", "2026-11-22 20:00", "2026-11-22 20:00"],
  ])("%s reads as %s", (moment, en, zh) => {
    expect([formatTime(at(moment), { locale: "en", timeZone: SHANGHAI, now }), formatTime(at(moment), { locale: "zh", timeZone: SHANGHAI, now })]).toEqual([en, zh]);
  });

  test.each([
    ["2026-11-21T11:59:30Z", "19:59:30", "19:59:30"], ["2026-11-20T16:00:00Z", "00:00:00", "00:00:00"], ["2026-11-20T15:59:59Z", "20 Nov 23:59:59", "11月20日 23:59:59"],
    ["2025-11-21T11:59:30Z", "2025-11-21 19:59:30", "2025-11-21 19:59:30"],
  ])("in a log %s reads as %s", (moment, en, zh) => {
    expect([formatLogTime(at(moment), { locale: "en", timeZone: SHANGHAI, now }), formatLogTime(at(moment), { locale: "zh", timeZone: SHANGHAI, now })]).toEqual([en, zh]);
  });

  test("what is not known is a dash", () => {
    expect([formatTime(null, { locale: "en", timeZone: "UTC", now }), formatDate(undefined, { timeZone: "UTC" }), formatStamp(at("nonsense"), { timeZone: "UTC" })]).toEqual(["—", "—", "—"]);
  });

  test("stamps name their offset, which changes over the year", () => {
    expect(formatStamp(at("2026-07-01T00:00:03Z"), { timeZone: NEW_YORK })).toBe("2026-06-30 20:00:03 UTC−04:00");
    expect(formatStamp(at("2026-12-01T00:00:03Z"), { timeZone: NEW_YORK })).toBe("2026-11-30 19:00:03 UTC−05:00");
    expect(formatStamp(at("2026-12-01T00:00:03.999Z"), { timeZone: SHANGHAI })).toBe("2026-12-01 08:00:03 UTC+08:00");
    expect(formatStamp(at("2026-12-01T00:00:03Z"), { timeZone: "UTC" })).toBe("2026-12-01 00:00:03 UTC");
    expect(formatStamp(at("2026-12-01T00:00:03Z"), { timeZone: "Asia/Kolkata" })).toBe("2026-12-01 05:30:03 UTC+05:30");
  });

  test("days and hours beside an axis", () => {
    const day = at("2026-11-20T16:30:00Z");
    expect([formatDay(day, { locale: "en", timeZone: SHANGHAI }), formatDay(day, { locale: "zh", timeZone: SHANGHAI })]).toEqual(["21 Nov", "11月21日"]);
    expect(formatBucket(day, "hour", { locale: "en", timeZone: SHANGHAI })).toBe("21 Nov 00:30");
    expect(formatClock(day, { timeZone: SHANGHAI, seconds: true })).toBe("00:30:00");
  });
});

describe("zones", () => {
  test("unknown zones are told, and read as UTC", () => {
    expect([isZone(BERLIN), isZone("Mars/Olympus"), isZone(""), isZone(null)]).toEqual([true, false, false, false]);
    expect(zoneOf("Mars/Olympus").name).toBe("UTC");
  });

  test.each([
    [NEW_YORK, "2026-03-08T05:00Z", "2026-03-09T04:00Z", 23], [NEW_YORK, "2026-11-01T04:00Z", "2026-11-02T05:00Z", 25],
    [BERLIN, "2026-03-28T23:00Z", "2026-03-29T22:00Z", 23], [BERLIN, "2026-10-24T22:00Z", "2026-10-25T23:00Z", 25],
    [SHANGHAI, "2026-03-07T16:00Z", "2026-03-08T16:00Z", 24],
  ])("in %s the day from %s ends at %s and has %i hours", (zone, from, to, hours) => {
    const { addDays, startOfDay } = zoneOf(zone);
    expect(iso(addDays(at(from), 1))).toBe(to);
    expect(iso(addDays(at(to), -1))).toBe(from);
    expect(startOfDay(new Date(at(to).getTime() - 1))).toEqual(at(from));
    expect(startOfDay(at(to))).toEqual(at(to));
    expect(bucketStarts({ from: at(from), to: at(to), bucket: "hour" }, zone)).toHaveLength(hours);
    expect(bucketStarts({ from: at(from), to: at(to), bucket: "day" }, zone)).toEqual([at(from)]);
  });

  test("a clock time that is skipped is the moment of the change, one that comes twice the first", () => {
    expect(iso(zoneOf(NEW_YORK).instant({ year: 2026, month: 3, day: 8, hour: 2, minute: 30 }))).toBe("2026-03-08T07:30Z");
    expect(iso(zoneOf(NEW_YORK).instant({ year: 2026, month: 11, day: 1, hour: 1, minute: 30 }))).toBe("2026-11-01T05:30Z");
    expect(iso(zoneOf(BERLIN).instant({ year: 2026, month: 10, day: 25, hour: 2, minute: 30 }))).toBe("2026-10-25T00:30Z");
    // Midnight itself is skipped there: the day begins at one.
    expect(iso(zoneOf("Africa/Cairo").startOfDay(at("2026-04-24T12:00:00Z")))).toBe("2026-04-23T22:00Z");
  });

  test("the two hours that bear the same name in autumn are two buckets", () => {
    const starts = bucketStarts({ from: at("2026-11-01T04:00Z"), to: at("2026-11-01T08:00Z"), bucket: "hour" }, NEW_YORK);
    expect(starts.map((start) => formatClock(start, { timeZone: NEW_YORK }))).toEqual(["00:00", "01:00", "01:00", "02:00"]);
    expect(bucketOf(at("2026-11-01T06:59Z"), "hour", NEW_YORK)).toEqual(at("2026-11-01T06:00Z"));
  });

  test("hours start on the hour where the zone is half an hour off", () => {
    expect(iso(bucketOf(at("2026-11-21T12:00:00Z"), "hour", "Asia/Kolkata"))).toBe("2026-11-21T11:30Z");
  });

  test("a year of days, in every zone, each the next calendar day", () => {
    for (const zone of [NEW_YORK, BERLIN, SHANGHAI, "Australia/Lord_Howe", "America/St_Johns"]) {
      const starts = bucketStarts({ from: at("2026-01-05T12:00Z"), to: at("2027-01-05T12:00Z"), bucket: "day" }, zone);
      expect(starts).toHaveLength(366);
      const names = starts.map((start) => formatDate(start, { timeZone: zone }));
      expect(names).toEqual(names.map((_, i) => new Date(Date.UTC(2026, 0, 5 + i)).toISOString().slice(0, 10)));
    }
  });
});

describe("ranges in addresses", () => {
  const now = at("2026-11-21T06:30:00Z");
  const read = (from: string | undefined, to: string | undefined, zone: string) => {
    const range = parseRange(from, to, now, zone);
    return [iso(range.from), iso(range.to), range.bucket];
  };

  test.each([
    [undefined, undefined, "2026-11-20T06:30Z", "2026-11-21T06:30Z", "hour"],
    ["-24h", undefined, "2026-11-20T06:30Z", "2026-11-21T06:30Z", "hour"],
    ["-90m", undefined, "2026-11-21T05:00Z", "2026-11-21T06:30Z", "hour"],
    ["-7d", undefined, "2026-11-14T16:00Z", "2026-11-21T06:30Z", "day"],
    ["-1d", undefined, "2026-11-20T16:00Z", "2026-11-21T06:30Z", "hour"],
    ["2026-11-01", "2026-11-07", "2026-10-31T16:00Z", "2026-11-07T16:00Z", "day"],
    ["2026-11-20", "2026-11-20", "2026-11-19T16:00Z", "2026-11-20T16:00Z", "hour"],
    ["2026-11-21T00:00:00Z", "2026-11-21T03:00:00Z", "2026-11-21T00:00Z", "2026-11-21T03:00Z", "hour"],
    ["2026-11-01", "2027-01-01", "2026-10-31T16:00Z", "2026-11-21T06:30Z", "day"],
    ["2026-11-07", "2026-11-01", "2026-11-06T16:00Z", "2026-11-21T06:30Z", "day"],
    ["2030-01-01", undefined, "2026-11-21T05:30Z", "2026-11-21T06:30Z", "hour"],
    ["2026-02-30", undefined, "2026-11-20T06:30Z", "2026-11-21T06:30Z", "hour"],
    ["rubbish", "rubbish", "2026-11-20T06:30Z", "2026-11-21T06:30Z", "hour"],
  ])("from %s to %s", (from, to, start, end, bucket) => {
    expect(read(from, to, SHANGHAI)).toEqual([start, end, bucket]);
  });

  test("days begin at the zone's own midnight, before and after a change of clocks", () => {
    expect(read("2026-10-25", "2026-10-25", BERLIN)).toEqual(["2026-10-24T22:00Z", "2026-10-25T23:00Z", "hour"]);
    expect(read("2026-11-01", "2026-11-01", NEW_YORK)).toEqual(["2026-11-01T04:00Z", "2026-11-02T05:00Z", "hour"]);
    expect(bucketStarts(parseRange("-30d", undefined, now, NEW_YORK), NEW_YORK)).toHaveLength(30);
    expect(bucketStarts(parseRange("-7d", undefined, now, SHANGHAI), SHANGHAI)).toHaveLength(7);
  });

  test("presets are written and recognised", () => {
    expect(presetParameters("-7d", now, BERLIN)).toEqual({ from: "-7d", to: null });
    expect(presetParameters("this-month", now, BERLIN)).toEqual({ from: "2026-11-01", to: null });
    expect(presetParameters("last-month", now, BERLIN)).toEqual({ from: "2026-10-01", to: "2026-10-31" });
    expect(presetOf(undefined, undefined, now, BERLIN)).toBe("-24h");
    expect(presetOf("2026-10-01", "2026-10-31", now, BERLIN)).toBe("last-month");
    expect(presetOf("2026-10-02", "2026-10-31", now, BERLIN)).toBeUndefined();
    // The first moments of a month in Shanghai are still the old month in New York.
    const turn = at("2026-11-30T17:00:00Z");
    expect([presetParameters("this-month", turn, SHANGHAI).from, presetParameters("this-month", turn, NEW_YORK).from]).toEqual(["2026-12-01", "2026-11-01"]);
  });

  test("the range before is as long, and in whole days where the range is", () => {
    const week = parseRange("-7d", undefined, now, NEW_YORK);
    const before = rangeBefore(week, NEW_YORK);
    expect(bucketStarts(before, NEW_YORK)).toHaveLength(7);
    expect(zoneOf(NEW_YORK).addDays(before.from, 7)).toEqual(week.from);
    const day = parseRange("-24h", undefined, now, NEW_YORK);
    expect(rangeBefore(day, NEW_YORK)).toEqual({ from: at("2026-11-19T06:30:00Z"), to: day.from, bucket: "hour" });
  });
});

test("an hour ahead never reaches into a day that has not begun", () => {
  const at = (hour: number, minute: number) => new Date(Date.UTC(2026, 10, 21, hour, minute));
  expect(hourAhead(at(12, 10), "UTC")).toEqual(at(13, 10));
  expect(hourAhead(at(23, 10), "UTC")).toEqual(at(24, 0));
  expect(hourAhead(at(15, 30), "Asia/Shanghai")).toEqual(at(16, 0));
});
