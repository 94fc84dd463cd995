import type { Queryable } from "#platform/db/queryable.ts";
import { isWholeHourZone, wholeHours } from "#reports/usage-range.ts";
import { CANCELLED_OUTCOMES_SQL, ERROR_OUTCOMES_SQL, usageSource } from "#reports/usage-sql.ts";
import type { RequestStatus } from "#reports/receipt.ts";

/** What usage may be grouped by. */
export const USAGE_GROUPS = ["model", "key", "endpoint", "status", "day", "hour"] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

export type UsageFilter = Readonly<{ model?: string; keyId?: string; endpoint?: string; status?: RequestStatus }>;

export type UsageAsk = Readonly<{
  walletId: string;
  from: Date;
  to: Date;
  timeZone: string;
  /** Width of the chart's columns. */
  bucket: "hour" | "day";
  group: UsageGroup;
  filter: UsageFilter;
}>;

/** Sums of charges; tokens as the receipts count them. */
export type UsageSums = Readonly<{
  requests: bigint; errors: bigint; input: bigint; cacheRead: bigint; cacheWrite: bigint; output: bigint; reasoning: bigint; chargeNano: bigint;
}>;

export type UsageRow = UsageSums & Readonly<{
  /** Id of the key or model, the endpoint, the status, or the column's beginning; null = all that are not listed. */
  group: string | null;
  label: string | null;
}>;

export type Usage = Readonly<{
  buckets: readonly Date[];
  /** Dearest first; days and hours in their order. Their sum is `total`. */
  rows: readonly UsageRow[];
  total: UsageSums;
  /** One list a row, one sum a column. */
  series: readonly (readonly UsageSums[])[];
  /** How many groups the row without a group stands for. */
  others: number;
}>;

/** Groups that get a row of their own; the rest is one row. */
const ROWS_MAX = 100;

export const NO_USAGE: UsageSums = { requests: 0n, errors: 0n, input: 0n, cacheRead: 0n, cacheWrite: 0n, output: 0n, reasoning: 0n, chargeNano: 0n };

const SUMS = `sum(requests)::bigint AS requests, sum(errors)::bigint AS errors, sum(u_input)::bigint AS input, sum(u_cache_read)::bigint AS "cacheRead",
  sum(u_cache_write)::bigint AS "cacheWrite", sum(u_output)::bigint AS output, sum(u_reasoning)::bigint AS reasoning, sum(charge_nano)::bigint AS "chargeNano"`;

const GROUP_SQL: Readonly<Record<UsageGroup, string>> = {
  model: "model_id::text",
  key: "coalesce(key_id::text, '')",
  endpoint: "endpoint",
  status: `CASE WHEN outcome IN (${ERROR_OUTCOMES_SQL}) THEN 'error' WHEN outcome IN (${CANCELLED_OUTCOMES_SQL}) THEN 'cancelled' ELSE 'ok' END`,
  day: "''",
  hour: "''",
};

/** Sums of a wallet's charges by group and by column of time. Exactly what its requests add up to, at any instant. */
export async function usage(db: Queryable, ask: UsageAsk): Promise<Usage> {
  const { text, values } = grouped(ask);
  const byTime = ask.group === "day" || ask.group === "hour";
  const [{ rows }, buckets] = await Promise.all([
    db.query<UsageSums & { group: string | null; label: string | null; bucket: Date; groups: number }>(text, values),
    bucketsOf(db, ask),
  ]);
  const column = new Map(buckets.map((bucket, i) => [bucket.getTime(), i]));
  const groups = new Map<string | null, { label: string | null; series: UsageSums[]; sum: UsageSums }>();
  for (const { group, label, bucket, groups: _groups, ...sums } of rows) {
    const key = byTime ? bucket.toISOString() : group;
    const entry = groups.get(key) ?? { label, series: buckets.map(() => NO_USAGE), sum: NO_USAGE };
    const at = column.get(bucket.getTime());
    if (at !== undefined) entry.series[at] = add(entry.series[at]!, sums);
    entry.sum = add(entry.sum, sums);
    groups.set(key, entry);
  }
  const entries = [...groups].sort(byTime ? ([a], [b]) => (a! < b! ? -1 : 1) : bySpend);
  return {
    buckets,
    rows: entries.map(([group, { label, sum }]) => ({ group, label, ...sum })),
    total: entries.reduce((total, [, { sum }]) => add(total, sum), NO_USAGE),
    series: entries.map(([, { series }]) => series),
    others: Math.max(0, (rows[0]?.groups ?? 0) - ROWS_MAX),
  };
}

/** The sums alone. */
export async function usageTotal(db: Queryable, ask: Omit<UsageAsk, "group" | "bucket">): Promise<UsageSums> {
  const { source, values } = sourceOf({ ...ask, group: "model" });
  const { rows } = await db.query<{ [K in keyof UsageSums]: bigint | null }>(`SELECT ${SUMS} FROM (${source}) u`, values);
  return Object.fromEntries(Object.entries(rows[0]!).map(([name, sum]) => [name, sum ?? 0n])) as UsageSums;
}

/** What each of these keys has spent in a range. A key without requests is not in the map. */
export async function spendOfKeys(db: Queryable, ask: Omit<UsageAsk, "group" | "bucket" | "filter">, keyIds: readonly string[]): Promise<ReadonlyMap<string, UsageSums>> {
  if (keyIds.length === 0) return new Map();
  const { source, values } = sourceOf({ ...ask, group: "key", filter: {} });
  const { rows } = await db.query<UsageSums & { key_id: string }>(
    `SELECT key_id, ${SUMS} FROM (${source}) u WHERE key_id = ANY($${values.length + 1}::uuid[]) GROUP BY key_id`, [...values, keyIds]);
  return new Map(rows.map(({ key_id: id, ...sums }) => [id, sums]));
}

/** Requests behind a median: the newest of the range. A million would cost more than the figure is worth. */
const SAMPLE = 5_000;

/** Median time to the first token, by group; of the newest requests that had one. Not by time. */
export async function medianFirstToken(db: Queryable, ask: Omit<UsageAsk, "bucket">): Promise<ReadonlyMap<string | null, number>> {
  const { source, values } = sourceOf(ask, false);
  const { rows } = await db.query<{ group: string; ms: number }>(
    `SELECT ${GROUP_SQL[ask.group]} AS "group", percentile_cont(0.5) WITHIN GROUP (ORDER BY ttft_ms)::int AS ms
       FROM (${source} AND c.ttft_ms IS NOT NULL ORDER BY c.at DESC LIMIT ${SAMPLE}) u GROUP BY 1`,
    values,
  );
  return new Map(rows.map(({ group, ms }) => [group, ms]));
}

function sourceOf(ask: Omit<UsageAsk, "bucket">, rolled = isRolled(ask)): { source: string; values: unknown[] } {
  const hours = wholeHours(ask.from, ask.to);
  const values: unknown[] = [ask.walletId, ask.from, ask.to, hours.from, hours.to];
  return { source: rolled ? filtered(usageSource(true), ask.filter, values) : narrowed(usageSource(false), ask.filter, values), values };
}

/** The rollup knows hours, keys and models, and counts errors; everything finer is asked of the charges. */
const isRolled = ({ group, filter, timeZone, from, to }: Omit<UsageAsk, "bucket">): boolean =>
  group !== "endpoint" && group !== "status" && filter.endpoint === undefined && filter.status === undefined && isWholeHourZone(timeZone, from, to);

function conditions(filter: UsageFilter, values: unknown[], prefix: string): string {
  const list: string[] = [];
  const put = (condition: string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    list.push(` AND ${prefix}${condition.replace("?", `$${values.length}`)}`);
  };
  put("model_id = (SELECT id FROM models WHERE slug = ?)", filter.model);
  put("key_id = ?::uuid", filter.keyId);
  put("endpoint = ?", filter.endpoint);
  if (filter.status === "error") list.push(` AND ${prefix}outcome IN (${ERROR_OUTCOMES_SQL})`);
  if (filter.status === "cancelled") list.push(` AND ${prefix}outcome IN (${CANCELLED_OUTCOMES_SQL})`);
  if (filter.status === "ok") list.push(` AND ${prefix}outcome NOT IN (${ERROR_OUTCOMES_SQL}, ${CANCELLED_OUTCOMES_SQL})`);
  return list.join("");
}

const narrowed = (source: string, filter: UsageFilter, values: unknown[]): string => source + conditions(filter, values, "c.");
const filtered = (source: string, filter: UsageFilter, values: unknown[]): string =>
  `SELECT * FROM (${source}) f WHERE true${conditions(filter, values, "f.")}`;

function bucketSql(unit: "hour" | "day", timeZone: string, values: unknown[]): string {
  values.push(timeZone);
  return `date_trunc('${unit}', at, $${values.length})`;
}

const unitOf = ({ group, bucket }: UsageAsk): "hour" | "day" => (group === "day" || group === "hour" ? group : bucket);

const LABEL_SQL: Partial<Readonly<Record<UsageGroup, string>>> = {
  model: "(SELECT slug FROM models WHERE id = x.grp::uuid)",
  key: "(SELECT name FROM api_keys WHERE id = NULLIF(x.grp, '')::uuid AND kind <> 'internal')",
};

function grouped(ask: UsageAsk): { text: string; values: unknown[] } {
  const { source, values } = sourceOf(ask);
  return {
    text: `
      WITH u AS (${source}),
           g AS (SELECT ${GROUP_SQL[ask.group]} AS grp, ${bucketSql(unitOf(ask), ask.timeZone, values)} AS bucket, ${SUMS} FROM u GROUP BY 1, 2),
           r AS (SELECT grp, row_number() OVER (ORDER BY sum("chargeNano") DESC, grp) AS n, count(*) OVER ()::int AS groups FROM g GROUP BY grp),
           x AS (SELECT CASE WHEN r.n <= ${ROWS_MAX} THEN g.grp END AS grp, g.bucket, r.groups, g.requests, g.errors, g.input, g."cacheRead", g."cacheWrite",
                        g.output, g.reasoning, g."chargeNano" FROM g JOIN r USING (grp))
      SELECT x.grp AS "group", ${LABEL_SQL[ask.group] ?? "NULL::text"} AS label, x.bucket, x.groups,
             x.requests, x.errors, x.input, x."cacheRead", x."cacheWrite", x.output, x.reasoning, x."chargeNano" FROM x`,
    values,
  };
}

/** Every column of the range, those without requests too. */
async function bucketsOf(db: Queryable, ask: UsageAsk): Promise<Date[]> {
  const { rows } = await db.query<{ bucket: Date }>(
    `SELECT DISTINCT date_trunc($4, at, $3) AS bucket FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 millisecond', interval '30 minutes') AS at
     UNION SELECT date_trunc($4, $2::timestamptz - interval '1 millisecond', $3) ORDER BY 1`,
    [ask.from, ask.to, ask.timeZone, unitOf(ask)],
  );
  return rows.map(({ bucket }) => bucket);
}

const bySpend = ([nameA, { sum: a }]: [string | null, { sum: UsageSums }], [nameB, { sum: b }]: [string | null, { sum: UsageSums }]): number => {
  if (nameA === null || nameB === null) return nameA === null ? 1 : -1;
  return a.chargeNano === b.chargeNano ? (a.requests > b.requests ? -1 : 1) : a.chargeNano > b.chargeNano ? -1 : 1;
};

function add(a: UsageSums, b: UsageSums): UsageSums {
  return {
    requests: a.requests + b.requests, errors: a.errors + b.errors, input: a.input + b.input, cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite, output: a.output + b.output, reasoning: a.reasoning + b.reasoning, chargeNano: a.chargeNano + b.chargeNano,
  };
}
