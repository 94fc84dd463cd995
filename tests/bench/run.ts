import { writeFile } from "node:fs/promises";
import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { buildRequest, type Target } from "../support/load.ts";
import { startShop, type Shop } from "../support/shop-process.ts";
import { until } from "../support/until.ts";
import { INSTANT_CHUNKS } from "../support/vendor-instant.ts";
import { latency, slowStreams, throughput, type Contender, type Latency, type SlowStreams, type Throughput } from "./measure.ts";
import { startHelper, type Helper } from "./processes.ts";
import { CONVERTED, render, summarise, type Drain, type Report } from "./report.ts";

const KEY = "sk-mm-be0c0000000000000000000000000000000000000000be0c";
/** 40 chunks, four a second: ten seconds and 4,000 chunks a second over all thousand. */
const SLOW_MODEL = "slow?chunks=40&gap_ms=250";
const CONNECTIONS = 64;
const RATE_PER_SECOND = 300;
/** Until the code of either side is compiled. */
const WARM_MS = 6_000;
/** Load before a round that is not counted: a round begins with the settlement of what came before it under way. */
const LEAD_MS = 500;
/** Until what a round has left to settle is settled, so that it burdens nobody else's. */
const TAIL_MS = 500;
/** How long memory may take to be given back: a node that was busy waits half a minute before it tidies up. */
const REST_MS = 40_000;
/** How long the settlement may take to catch up after a round at full speed. */
const DRAIN_MS = 60_000;

/** About 600 bytes, the size of a small chat. */
const body = (model: string, stream: boolean): object => ({
  model,
  stream,
  max_tokens: 100,
  messages: [{ role: "system", content: "You are terse. ".repeat(8) }, { role: "user", content: "Tell me about the sea. ".repeat(16) }],
});

/** Exit code 1 when an answer failed or the money does not add up; speed alone never fails it. */
export async function runBench(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "3" },
      json: { type: "string" },
      "baseline-only": { type: "boolean", default: false },
      /** A vendor by node:http in place of the one on raw sockets. */
      "http-vendor": { type: "boolean", default: false },
      /** Writes a CPU profile of the relay process into this folder. */
      profile: { type: "string" },
      /** One load alone, `json` or `stream`, for profiles. */
      only: { type: "string" },
      /** How many slow streams at once. */
      streams: { type: "string", default: "1000" },
      /** A third way beside the two: Anthropic's form in front of the same OpenAI-shaped vendor, streamed. */
      convert: { type: "boolean", default: false },
      /** So many pages of the shop's site are asked for each second, all the while; needs a built site. */
      "beside-web": { type: "string" },
    },
  });
  const plan = { rounds: Number(values.rounds), durationMs: Number(values.seconds) * 1_000, only: values.only, streams: Number(values.streams), convert: values.convert };
  const pages = values["beside-web"];
  const instant = await startHelper("tests/support/vendor-process.ts", values["http-vendor"] ? "--instant-http" : "--instant");
  const slow = await startHelper("tests/support/vendor-process.ts");
  const proxy = await startHelper("tests/bench/proxy.ts", new URL(instant.url).origin);
  const shop = values["baseline-only"] ? undefined : await startShop({ role: pages === undefined ? "relay" : "all", store: store(instant, slow), ...(values.profile && { env: { NODE_OPTIONS: values.profile.startsWith("--") ? values.profile : `--cpu-prof --cpu-prof-dir=${values.profile}` } }) });
  const visitors = shop && pages !== undefined ? await startHelper("tests/bench/visitors.ts", shop.url, pages) : undefined;
  try {
    const report = await measure(plan, instant, proxy, shop);
    console.log(render(report));
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
    return Object.keys(report.failed).length === 0 && (report.drain?.exact ?? true) && (report.brokenInvariants?.length ?? 0) === 0 ? 0 : 1;
  } finally {
    visitors?.close();
    await shop?.stop();
    for (const helper of [proxy, slow, instant]) helper.close();
  }
}

const store = (instant: Helper, slow: Helper): object => ({
  shop: { name: "Bench", sign_up: "closed" },
  groups: { default: { ratio: 1 } },
  models: [
    { id: "instant", endpoints: ["chat", "messages"], context: 128_000, max_output: 16_384, price: { input: 0.15, cache_read: 0.075, output: 0.6 } },
    { id: "slow", endpoints: ["chat"], context: 128_000, max_output: 16_384, price: { input: 0.15, output: 0.6 } },
  ],
  channels: [
    { name: "instant", provider: "openai", protocol: "chat", base_url: instant.url, keys: ["sk-upstream-a", "sk-upstream-b"], models: ["instant"], groups: ["default"], cost: { ratio: 0.5 } },
    { name: "slow", provider: "openai", base_url: slow.url, keys: ["sk-upstream-c"], models: { slow: SLOW_MODEL }, groups: ["default"] },
  ],
  users: [{
    email: "bench@example.com", password: "correct-horse-battery", role: "customer", group: "default",
    credit: { amount: 100_000, id: "bench" },
    // Limits that are counted on every request and never reached.
    keys: [{ name: "bench", secret: KEY, models: ["instant", "slow"], budget: { amount: 50_000, per: "day" }, limits: { rpm: 10_000_000, tpm: 1_000_000_000, concurrency: 5_000 } }],
  }],
});

/** The same conversation as Anthropic's clients write it. */
const message = {
  model: "instant",
  stream: true,
  max_tokens: 100,
  system: "You are terse. ".repeat(8),
  messages: [{ role: "user", content: "Tell me about the sea. ".repeat(16) }],
};

const contender = (name: string, url: string, pid: number): Contender => ({
  name,
  pid,
  json: buildRequest(url, "/v1/chat/completions", KEY, body("instant", false)),
  stream: buildRequest(url, "/v1/chat/completions", KEY, body("instant", true)),
});

type Plan = Readonly<{ rounds: number; durationMs: number; only: string | undefined; streams: number; convert: boolean }>;

async function measure(plan: Plan, instant: Helper, proxy: Helper, shop: Shop | undefined): Promise<Report> {
  const contenders = [contender("bare proxy", proxy.url, proxy.pid), ...(shop ? [contender("relay", shop.url, shop.pid)] : [])];
  const converted: Contender | undefined = plan.convert && shop
    ? { name: CONVERTED, pid: shop.pid, json: contenders[1]!.json, stream: buildRequest(shop.url, "/v1/messages", KEY, message, { "anthropic-version": "2023-06-01" }) }
    : undefined;
  const streaming = converted ? [...contenders, converted] : contenders;
  let answered = 0;
  const seen = <T extends Throughput | Latency>(who: Contender, result: T): T => {
    if (who.pid === shop?.pid) answered += result.ok;
    return result;
  };
  const load = { connections: CONNECTIONS, durationMs: plan.durationMs };
  /** One round. */
  const measured = async (who: Contender, target: Target, per: number): Promise<Throughput> => {
    seen(who, await throughput(who, target, per, { ...load, durationMs: LEAD_MS }));
    const result = seen(who, await throughput(who, target, per, load));
    await sleep(TAIL_MS);
    return result;
  };
  const wanted = (part: "json" | "stream"): boolean => plan.only === undefined || plan.only === part;
  if (wanted("json")) for (const who of contenders) seen(who, await throughput(who, who.json, 1, { ...load, durationMs: WARM_MS }));
  for (const who of streaming) {
    if (wanted("stream")) seen(who, await throughput(who, who.stream, 1, { ...load, durationMs: WARM_MS }));
  }

  const json = new Map<string, Throughput[]>(contenders.map(({ name }) => [name, []]));
  const stream = new Map<string, Throughput[]>(streaming.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round++) {
    const order = <T>(all: readonly T[]): readonly T[] => (round % 2 === 0 ? all : all.toReversed()); // nobody is always first
    if (wanted("json")) for (const who of order(contenders)) json.get(who.name)!.push(await measured(who, who.json, 1));
    if (wanted("stream")) for (const who of order(streaming)) stream.get(who.name)!.push(await measured(who, who.stream, INSTANT_CHUNKS));
  }
  const drain = shop && (await drained(shop, answered));

  const machine = `${os.cpus().length} x ${os.cpus()[0]?.model ?? "?"}, Node ${process.version}`;
  const date = new Date().toISOString();
  if (plan.only !== undefined) return summarise({ machine, date, json, stream, latencies: new Map(), plan, ...(drain && { drain }) });

  const direct = contender("direct", instant.url, instant.pid);
  const steady = { ratePerSecond: RATE_PER_SECOND, durationMs: Math.max(5_000, plan.durationMs), connections: CONNECTIONS };
  const latencies = new Map<string, Latency[]>();
  for (let round = 0; round < 2; round++) {
    for (const who of [direct, ...contenders]) {
      latencies.set(who.name, [...(latencies.get(who.name) ?? []), seen(who, await latency(who.json, steady))]);
    }
  }
  const streams = shop && (await slowRound(shop, plan.streams));
  const finalDrain = shop && (await drained(shop, answered + (streams?.complete ?? 0)));
  return summarise({
    machine, date, json, stream, latencies, plan,
    ...(shop && { drain: { ...drain!, exact: drain!.exact && finalDrain!.exact }, streams: streams!, brokenInvariants: await shop.brokenInvariants() }),
  });
}

const slowRound = (shop: Shop, count: number): Promise<SlowStreams> =>
  slowStreams(shop.pid, buildRequest(shop.url, "/v1/chat/completions", KEY, body("slow", true)), count, REST_MS);

/** Waits until every answer has its charge; more charges than answers are as wrong as fewer. */
async function drained(shop: Shop, answered: number): Promise<Drain> {
  const started = performance.now();
  const count = async (): Promise<number> => Number((await shop.sql<{ n: bigint }>("SELECT count(*) AS n FROM charges"))[0]!.n);
  await until("as many charges as answers", async () => (await count()) >= answered, { timeoutMs: DRAIN_MS, everyMs: 50 }).catch(() => undefined);
  const seconds = (performance.now() - started) / 1_000;
  const charges = await count();
  return { answers: answered, charges, seconds, exact: charges === answered };
}
