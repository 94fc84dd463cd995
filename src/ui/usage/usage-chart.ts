import type { ConsoleOutputs } from "#ui/trpc/outputs.ts";

export type UsageData = ConsoleOutputs["usage"]["get"];
export type UsageRow = UsageData["rows"][number];
/** What a chart needs of them: no medians. */
type ChartRow = Omit<UsageRow, "firstTokenMs">;
type ChartData<Row> = Readonly<{ buckets: readonly Date[]; rows: readonly Row[]; series: UsageData["series"]; others: number }>;
type Sums = UsageData["total"];

export const METRICS = ["spend", "tokens", "requests", "errors"] as const;
export type Metric = (typeof METRICS)[number];
export const GROUPS = ["model", "key", "endpoint", "status", "day", "hour"] as const;
export type Group = (typeof GROUPS)[number];

/** All tokens that were counted, of either direction. */
export const tokensOf = ({ input, cacheRead, cacheWrite, output, reasoning }: Sums): bigint => input + cacheRead + cacheWrite + output + reasoning;

export const metricOf = (sums: Sums, metric: Metric): bigint => {
  if (metric === "spend") return sums.chargeNano;
  return metric === "tokens" ? tokensOf(sums) : sums[metric];
};

/** Groups with a colour of their own; the rest is one bar. */
const COLOURS = 7;

export type UsageSeries = Readonly<{ id: string; label: string; values: readonly number[] }>;

/**
 * What the chart shows: the largest groups by the chosen figure, then all others as one. Grouped by time there is one
 * series, of everything. Drawn as numbers; the table beside it has the exact ones.
 */
export function seriesOf<Row extends ChartRow>(data: ChartData<Row>, group: Group, metric: Metric, label: (row: Row) => string, words: Readonly<{ others: string; all: string }>): UsageSeries[] {
  const values = (at: number): number[] => (data.series[at] ?? []).map((sums) => Number(metricOf(sums, metric)));
  const sum = (lists: readonly (readonly number[])[]): number[] => data.buckets.map((_, i) => lists.reduce((total, list) => total + (list[i] ?? 0), 0));
  if (group === "day" || group === "hour") return data.rows.length === 0 ? [] : [{ id: "all", label: words.all, values: sum(data.rows.map((_, i) => values(i))) }];
  const places = data.rows.map((row, at) => ({ row, at, size: metricOf(row, metric) })).filter(({ size }) => size > 0n)
    .sort((a, b) => (a.row.group === null ? 1 : b.row.group === null ? -1 : a.size > b.size ? -1 : a.size < b.size ? 1 : a.at - b.at));
  const own = places.filter(({ row }) => row.group !== null).slice(0, places.length <= COLOURS + 1 ? COLOURS + 1 : COLOURS);
  const rest = places.filter((place) => !own.includes(place));
  return [
    ...own.map(({ row, at }) => ({ id: row.group!, label: label(row), values: values(at) })),
    ...(rest.length > 0 ? [{ id: "others", label: words.others, values: sum(rest.map(({ at }) => values(at))) }] : []),
  ];
}

/** A part of a whole as 0 to 1; money is compared as whole numbers first. */
export const shareOf = (part: bigint, whole: bigint): number | null => (whole === 0n ? null : Number((part * 1_000_000n) / whole) / 1_000_000);

/** Share of the input that came from a cache. */
export const cacheRate = ({ input, cacheRead, cacheWrite }: Sums): number | null => shareOf(cacheRead, input + cacheRead + cacheWrite);

/** Mean charge of one request, rounded up to whole nano-dollars. */
export const meanCharge = ({ chargeNano, requests }: Sums): bigint | null => (requests === 0n ? null : (chargeNano + requests - 1n) / requests);
