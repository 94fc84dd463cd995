import { expect, test } from "vitest";
import { axisTicks, bucketSize, chartCsv, chartPoints, heightsOf, hourMarks, isEmpty, isLone, painted, peakOf, sumOf, toldBars, type ChartSeries } from "#ui/charts/chart-data.ts";
import { levelOf } from "#ui/charts/uptime-bar.client.tsx";
import { bucketStarts, formatBucket } from "#ui/format/index.ts";

const buckets = [0, 1, 2].map((hour) => new Date(Date.UTC(2026, 10, 21, hour)));
const one: ChartSeries = { id: "a", label: "gpt-4o, mini", values: [1, null, 3] };
const two: ChartSeries = { id: "b", label: "=evil()", values: [0, 5, 2] };

test("gaps stay gaps in the points of the picture", () => {
  expect(chartPoints([one, two], buckets, false)).toEqual([{ at: 0, a: 1, b: 0 }, { at: 1, a: null, b: 5 }, { at: 2, a: 3, b: 2 }]);
});

test("a line ends before the bucket that is not over, and goes on as its unfinished part", () => {
  expect(chartPoints([two], buckets, true)).toEqual([{ at: 0, b: 0, "~b": null }, { at: 1, b: 5, "~b": 5 }, { at: 2, b: null, "~b": 2 }]);
});

test("the file has the moments in UTC, empty cells for gaps, and no formula in its head", () => {
  expect(chartCsv([one, two], buckets)).toBe(
    'start_utc,"gpt-4o, mini",\'=evil()\r\n2026-11-21T00:00:00.000Z,1,0\r\n2026-11-21T01:00:00.000Z,,5\r\n2026-11-21T02:00:00.000Z,3,2\r\n',
  );
  expect(chartCsv([two], buckets.slice(0, 1), (value) => value.toFixed(2))).toContain(",0.00\r\n");
});

test("sums, peaks and lone points know only what is known", () => {
  expect([sumOf(one.values), sumOf([null, Number.NaN])]).toEqual([4, 0]);
  expect([peakOf(one.values), peakOf([null])]).toEqual([{ at: 2, value: 3 }, undefined]);
  expect([0, 1, 2].map((at) => isLone(one.values, at))).toEqual([true, false, true]);
  expect([isLone(two.values, 0), isEmpty([one]), isEmpty([{ ...one, values: [0, null, 0] }]), isEmpty([])]).toEqual([false, false, true, true]);
});

test("colours are given in order, past those that were asked for", () => {
  const plain = (id: string): ChartSeries => ({ id, label: id, values: [] });
  expect(painted([{ ...plain("a"), color: "neutral" }, plain("b"), { ...plain("c"), color: 2 }, plain("d")]).map(({ color }) => color)).toEqual(["neutral", 1, 2, 3]);
  expect(painted(Array.from({ length: 10 }, (_, i) => plain(String(i)))).map(({ color }) => color)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 1, 2]);
});

test("hours and days are told apart, the short day of spring too", () => {
  const zone = "America/New_York";
  const days = bucketStarts({ from: new Date("2026-03-08T05:00Z"), to: new Date("2026-03-10T04:00Z"), bucket: "day" }, zone);
  expect(days.map((day) => formatBucket(day, bucketSize(days), { locale: "en", timeZone: zone }))).toEqual(["8 Mar", "9 Mar"]);
  const hours = bucketStarts({ from: new Date("2026-03-08T06:00Z"), to: new Date("2026-03-08T09:00Z"), bucket: "hour" }, zone);
  expect(hours.map((hour) => formatBucket(hour, bucketSize(hours), { locale: "en", timeZone: zone }))).toEqual(["8 Mar 01:00", "8 Mar 03:00", "8 Mar 04:00"]);
});

test.each([[1, "ok"], [0.999, "ok"], [0.9989, "warn"], [0.97, "warn"], [0.9, "bad"], [0, "bad"], [null, "none"]] as const)("an uptime of %s is %s", (ratio, level) => {
  expect(levelOf(ratio)).toBe(level);
});

test.each([
  [[16.5], [0, 5, 10, 15, 20]], [[3, 1], [0, 1, 2, 3]], [[1], [0, 1]], [[0.3], [0, 0.1, 0.2, 0.3]], [[6_100_000_000], [0, 2e9, 4e9, 6e9, 8e9]], [[2_400_000, 7], [0, 5e5, 1e6, 1.5e6, 2e6, 2.5e6]], [[0.0000021], [0, 5e-7, 1e-6, 1.5e-6, 2e-6, 2.5e-6]],
])("an axis up to %j is marked in steps that people count in", (tops, ticks) => {
  expect(axisTicks(tops)).toEqual(ticks);
});

test("an axis of nothing, or of losses, has no marks of its own", () => {
  expect([axisTicks([]), axisTicks([0]), axisTicks([4, -1])]).toEqual([undefined, undefined, undefined]);
});

test("the height of a stack is its sum; lines stand each by itself", () => {
  expect(heightsOf([one, two], true)).toEqual([1, 5, 5]);
  expect(heightsOf([one, two], false)).toEqual([1, 3, 0, 5, 2]);
});

test("a few bars carry their figures; many, or any below zero, are read by the axis", () => {
  expect(toldBars([0, 4, 0, 7])).toEqual(new Set([1, 3]));
  expect(toldBars([1, 1, 1, 1])).toEqual(new Set());
  expect(toldBars([0, -1, 5])).toEqual(new Set());
  expect(toldBars([])).toEqual(new Set());
});

test("midnight is among the hours that are named, however many there are", () => {
  const hours = (count: number, first: number) => Array.from({ length: count }, (_, i) => (first + i) % 24);
  expect(hourMarks(hours(25, 23)).map((at) => hours(25, 23)[at])).toEqual([0, 3, 6, 9, 12, 15, 18, 21]);
  expect(hourMarks(hours(6, 22)).map((at) => hours(6, 22)[at])).toEqual([22, 23, 0, 1, 2, 3]);
  expect(hourMarks(hours(168, 5)).every((at) => hours(168, 5)[at] === 0)).toBe(true);
});
