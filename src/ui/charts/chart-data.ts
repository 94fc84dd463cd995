/** What a chart is made of, as plain data: the picture, the table and the file are three readings of it. */

/** Colours of the token table, in the order they are given out; `neutral` is for what stands beside the matter. */
export type ChartColor = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | "neutral";
export type ChartSeries = Readonly<{ id: string; label: string; values: readonly (number | null)[]; color?: ChartColor }>;
/** One bucket as the chart library reads it: its place and a value for each series; `~id` is the part still to come of a line. */
export type ChartPoint = { at: number } & Record<string, number | null>;

const DAY_FROM_MS = 20 * 3_600_000;

/** Are the buckets days or hours? Days of 23 hours are days. */
export function bucketSize(buckets: readonly Date[]): "hour" | "day" {
  const [first, second] = buckets;
  return first && second && second.getTime() - first.getTime() < DAY_FROM_MS ? "hour" : "day";
}

export type PaintedSeries = ChartSeries & Readonly<{ color: ChartColor }>;
const COLORS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Every series with its colour: the one it asked for, else the next that is free. Done before any is hidden, so that none changes its colour. */
export function painted(series: readonly ChartSeries[]): PaintedSeries[] {
  const asked = new Set(series.map(({ color }) => color));
  const free = COLORS.filter((color) => !asked.has(color));
  const left = free.length > 0 ? free : COLORS;
  let next = 0;
  return series.map((one) => ({ ...one, color: one.color ?? left[next++ % left.length] ?? 1 }));
}

const known = (value: number | null | undefined): value is number => value !== null && value !== undefined && Number.isFinite(value);

/**
 * Points for the picture. Unknown values stay unknown, so that a gap is seen as one.
 *
 * @param partialLine the last bucket is not over: lines end before it and go on dashed
 */
export function chartPoints(series: readonly ChartSeries[], buckets: readonly Date[], partialLine: boolean): ChartPoint[] {
  const last = buckets.length - 1;
  return buckets.map((_, at) => {
    const point: ChartPoint = { at };
    for (const { id, values } of series) {
      const value = known(values[at]) ? values[at] ?? null : null;
      point[id] = partialLine && at === last ? null : value;
      if (partialLine) point[`~${id}`] = at >= last - 1 ? value : null;
    }
    return point;
  });
}

export const sumOf = (values: readonly (number | null)[]): number => values.reduce<number>((sum, value) => sum + (known(value) ? value : 0), 0);

/** Does the chart show anything at all? */
export const isEmpty = (series: readonly ChartSeries[]): boolean => series.every(({ values }) => values.every((value) => !known(value) || value === 0));

/** The highest point of one series; for the summary that is read aloud. */
export function peakOf(values: readonly (number | null)[]): { at: number; value: number } | undefined {
  let peak: { at: number; value: number } | undefined;
  values.forEach((value, at) => {
    if (known(value) && (peak === undefined || value > peak.value)) peak = { at, value };
  });
  return peak;
}

/** Values without neighbours: a line would not show them, so they get a dot. */
export function isLone(values: readonly (number | null)[], at: number): boolean {
  return known(values[at]) && !known(values[at - 1]) && !known(values[at + 1]);
}

const FORMULA = /^[=+\-@|\t\r\n\uFF0B\uFF0D\uFF1D\uFF20\uFF5C]/;
const quoted = (text: string): string => {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The chart as a file: starts of the buckets in UTC, one column a series, nothing where nothing is known. */
export function chartCsv(series: readonly ChartSeries[], buckets: readonly Date[], value: (n: number) => string = String): string {
  const lines = [["start_utc", ...series.map(({ label }) => quoted(label))]];
  buckets.forEach((bucket, at) => lines.push([bucket.toISOString(), ...series.map(({ values }) => (known(values[at]) ? value(values[at] ?? 0) : ""))]));
  return `${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

const STEPS = [1, 2, 5, 10];
const LINES = 4;

/**
 * Marks of an axis from 0 that people count in: steps of 1, 2 or 5 times a power of ten, four of them or a few more.
 * Whole values get whole marks. Undefined where something is below zero, or all is.
 *
 * @param tops the height of every bar, or every point of a line
 */
export function axisTicks(tops: readonly number[]): readonly number[] | undefined {
  const top = Math.max(0, ...tops);
  if (top === 0 || tops.some((value) => value < 0)) return undefined;
  const power = 10 ** Math.floor(Math.log10(top / LINES));
  const rough = STEPS.map((step) => step * power).find((step) => step * LINES >= top * 0.8) ?? power * 10;
  const step = tops.every(Number.isInteger) ? Math.max(1, Math.ceil(rough)) : rough;
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** Up to so many bars carry their figure: a chart with more of them is read by its axis. */
const TOLD_BARS = 3;

/** Which of a chart's bars have their figure written above them: all, where there are but a few and none reaches below zero. */
export function toldBars(heights: readonly number[]): ReadonlySet<number> {
  const standing = heights.flatMap((height, at) => (height === 0 ? [] : [at]));
  return new Set(standing.length > TOLD_BARS || heights.some((height) => height < 0) ? [] : standing);
}

const HOURS_APART = [1, 2, 3, 6, 12] as const;
const HOUR_MARKS = 9;

/**
 * The hours that are named below a chart: a step that divides the day, so that midnight is one of them.
 *
 * @param hours the hour of the clock at which each bucket begins
 */
export function hourMarks(hours: readonly number[]): readonly number[] {
  const step = HOURS_APART.find((apart) => hours.length / apart <= HOUR_MARKS) ?? 24;
  return hours.flatMap((hour, at) => (hour % step === 0 ? [at] : []));
}

/** How high each bucket reaches: its values one on the other, or each by itself. */
export const heightsOf = (series: readonly ChartSeries[], stacked: boolean): readonly number[] =>
  stacked
    ? Array.from({ length: Math.max(0, ...series.map(({ values }) => values.length)) }, (_, at) => sumOf(series.map(({ values }) => values[at] ?? null)))
    : series.flatMap(({ values }) => values.filter(known));
