import { median, type Failures, type Latency, type SlowStreams, type Throughput } from "./measure.ts";

export type Drain = Readonly<{ answers: number; charges: number; seconds: number; exact: boolean }>;

type Measured = Readonly<{
  machine: string;
  date: string;
  plan: Readonly<{ rounds: number; durationMs: number }>;
  json: ReadonlyMap<string, readonly Throughput[]>;
  stream: ReadonlyMap<string, readonly Throughput[]>;
  latencies: ReadonlyMap<string, readonly Latency[]>;
  drain?: Drain;
  streams?: SlowStreams;
  brokenInvariants?: readonly Readonly<{ id: string; rows: number }>[];
}>;

type Rate = Readonly<{ perSecond: number; cpuMicros: number }>;
type Times = Readonly<{ p50Ms: number; p99Ms: number }>;

/** What `--json` writes. Ratios are medians over the rounds of relay ÷ bare proxy. */
export type Report = Readonly<{
  machine: string;
  date: string;
  rounds: number;
  secondsPerRound: number;
  requests: Readonly<Record<string, Rate>>;
  chunks: Readonly<Record<string, Rate>>;
  latency: Readonly<Record<string, Times>>;
  ratio: Readonly<{ requests?: number; chunks?: number; converted?: number }>;
  /** Against no proxy at all. */
  added?: Times;
  drain?: Drain;
  streams?: SlowStreams;
  brokenInvariants?: readonly Readonly<{ id: string; rows: number }>[];
  failed: Failures;
}>;

const BASE = "bare proxy";
const RELAY = "relay";
/** Streamed, asked for in Anthropic's form of a vendor that speaks OpenAI's. */
export const CONVERTED = "converted";

export function summarise(measured: Measured): Report {
  const { latencies } = measured;
  const [json, stream] = [filled(measured.json), filled(measured.stream)];
  const times = mapValues(latencies, (all) => ({ p50Ms: median(all.map(({ p50 }) => p50)), p99Ms: median(all.map(({ p99 }) => p99)) }));
  const every: readonly Readonly<{ failed: Failures }>[] = [...json.values(), ...stream.values(), ...latencies.values(), measured.streams ?? []].flat();
  return {
    machine: measured.machine,
    date: measured.date,
    rounds: measured.plan.rounds,
    secondsPerRound: measured.plan.durationMs / 1_000,
    requests: mapValues(json, rate),
    chunks: mapValues(stream, rate),
    latency: times,
    ratio: { ...(json.has(RELAY) && { requests: ratio(json) }), ...(stream.has(RELAY) && { chunks: ratio(stream) }), ...(stream.has(CONVERTED) && { converted: ratio(stream, CONVERTED) }) },
    ...(latencies.has(RELAY) && {
      added: { p50Ms: times[RELAY]!.p50Ms - times.direct!.p50Ms, p99Ms: times[RELAY]!.p99Ms - times.direct!.p99Ms },
    }),
    ...(measured.drain && { drain: measured.drain }),
    ...(measured.streams && { streams: measured.streams }),
    ...(measured.brokenInvariants && { brokenInvariants: measured.brokenInvariants }),
    failed: addUp(every.map(({ failed }) => failed)),
  };
}

function addUp(all: readonly Failures[]): Failures {
  const sum: Record<string, number> = {};
  for (const [status, count] of all.flatMap((each) => Object.entries(each))) sum[status] = (sum[status] ?? 0) + count;
  return sum;
}

/** What was not measured is left out. */
const filled = <V>(rounds: ReadonlyMap<string, readonly V[]>): ReadonlyMap<string, readonly V[]> => new Map([...rounds].filter(([, values]) => values.length > 0));

const rate = (rounds: readonly Throughput[]): Rate =>
  ({ perSecond: median(rounds.map(({ perSecond }) => perSecond)), cpuMicros: median(rounds.map(({ cpuMicros }) => cpuMicros)) });

const ratio = (rounds: ReadonlyMap<string, readonly Throughput[]>, of = RELAY): number =>
  median(rounds.get(of)!.map(({ perSecond }, index) => perSecond / rounds.get(BASE)![index]!.perSecond));

const mapValues = <V, R>(map: ReadonlyMap<string, V>, change: (value: V) => R): Record<string, R> =>
  Object.fromEntries([...map].map(([name, value]) => [name, change(value)]));

const whole = (value: number): string => value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
const times = (ratio: number | undefined): string => (ratio === undefined ? "–" : `× ${fine(ratio)}`);
const fine = (value: number): string => value.toFixed(2);

/** A Markdown table, fit for the README. */
export function render(report: Report): string {
  const row = (what: string, base: string, relay: string, result: string, wanted: string): string => `| ${what} | ${base} | ${relay} | ${result} | ${wanted} |`;
  const { requests, chunks, latency, ratio: ratios, added, streams, drain } = report;
  const of = (rates: Readonly<Record<string, Rate>>, name: string): string =>
    rates[name] ? `${whole(rates[name].perSecond)} (${whole(rates[name].cpuMicros)} µs CPU)` : "–";
  const ms = (name: string): string => (latency[name] ? `${fine(latency[name].p50Ms)} / ${fine(latency[name].p99Ms)}` : "–");
  return [
    `Measured ${report.date.slice(0, 10)} on ${report.machine}; vendor, load and database share it. ${report.rounds} rounds of ${report.secondsPerRound} s.`,
    "",
    row("", "bare proxy", "Modelmart", "", "aim"),
    row("---", "---", "---", "---", "---"),
    row("requests/s, not streamed", of(requests, BASE), of(requests, RELAY), times(ratios.requests), "≥ × 0.55"),
    row("chunks/s, streamed", of(chunks, BASE), of(chunks, RELAY), times(ratios.chunks), "≥ × 0.70"),
    ...(ratios.converted === undefined ? [] : [row("chunks/s, Anthropic client to OpenAI vendor", of(chunks, BASE), of(chunks, CONVERTED), times(ratios.converted), "≥ × 0.40")]),
    row("ms at 300 requests/s, p50 / p99", ms(BASE), ms(RELAY), added ? `+ ${fine(added.p50Ms)} / + ${fine(added.p99Ms)} on ${ms("direct")} direct` : "–", "+ 2 / + 10"),
    ...(streams ? [
      row("slow streams at once, complete", "", `${streams.complete} of ${streams.asked}`, `${fine(streams.cpuShare)} cores, ${whole(streams.seconds)} s`, "all within 15 s"),
      row("relay process, MB", "", `${whole(streams.duringMb)} during`, `${whole(streams.afterMb)} afterwards`, "< 200"),
    ] : []),
    ...(drain ? [row("answers / charges", "", `${whole(drain.answers)} / ${whole(drain.charges)}`, `settled ${fine(drain.seconds)} s after the last`, drain.exact ? "equal" : "NOT EQUAL")] : []),
    ...(report.brokenInvariants ? [row("broken invariants", "", String(report.brokenInvariants.length), "", "0")] : []),
    ...(Object.keys(report.failed).length > 0 ? ["", `Answers FAILED, by status: ${JSON.stringify(report.failed)}`] : []),
  ].join("\n");
}
