import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, contentOf, events, type Json, type Reply } from "../contract/client.ts";
import { chargeRow, type ChargeRow } from "../contract/mount.ts";
import { sharedDir } from "../support/shared.ts";
import { chargeOf } from "../support/shop-money.ts";
import { PRICE, storeOf, uuidOf } from "../support/shop-store.ts";
import { startShop, type Shop } from "../support/shop-process.ts";
import { listRecordings, replay, type Recording } from "../support/vendor-recordings.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";

const ENDPOINT: Readonly<Record<string, Readonly<{ path: string; endpoints: string[]; body: Json }>>> = {
  "openai-chat": { path: "/v1/chat/completions", endpoints: ["chat"], body: { messages: [{ role: "user", content: "hello" }] } },
  "openai-completions": { path: "/v1/completions", endpoints: ["chat"], body: { prompt: "hello" } },
  "openai-embeddings": { path: "/v1/embeddings", endpoints: ["embeddings"], body: { input: "hello" } },
};

/** Vendors of the recordings that the provider table knows under another name; all not named here as themselves. */
const PROVIDER: Readonly<Record<string, string>> = {
  alibaba: "dashscope", "ollama-cloud": "ollama", zai: "zhipu",
  ...Object.fromEntries(["anthropic", "bedrock-mantle", "crusoe", "google", "gpustack", "heroku", "portkey", "snowflake", "writer"].map((vendor) => [vendor, "openai-compatible"])),
};

const shared = sharedDir();
const recordings = shared === undefined ? [] : listRecordings(shared, Object.keys(ENDPOINT));
const numbered = recordings.map((recording, n) => ({ recording, n }));
const streams = numbered.filter(({ recording }) => recording.streaming);

let vendor: Vendor;
let shop: Shop;

beforeAll(async () => {
  if (shared === undefined) return;
  vendor = await startVendor({ keep: 10 });
  shop = await startShop({ store: recordedStore(vendor.url) });
}, 120_000);

afterAll(async () => {
  await shop?.stop();
  await vendor?.close();
});

/** A model of its own for each recording, so that no breaker of one tells on another. */
function recordedStore(url: string): object {
  const vendors = [...new Set(recordings.map((recording) => recording.vendor))];
  return storeOf({
    settings: { money: { bill_empty: true } },
    models: numbered.map(({ recording, n }) => ({ id: `m-${n}`, endpoints: ENDPOINT[recording.protocol]!.endpoints, price: PRICE })),
    channels: vendors.map((name) => ({
      name: `channel-${name}`,
      provider: PROVIDER[name] ?? name,
      base_url: name === "azure" ? new URL(url).origin : url,
      models: Object.fromEntries(numbered.filter(({ recording }) => recording.vendor === name).map(({ n }) => [`m-${n}`, `rec-${n}`])),
    })),
    users: [{ name: "rich", usd: 100_000 }],
  });
}

function send({ recording, n }: Readonly<{ recording: Recording; n: number }>): Promise<Reply> {
  const { path, body } = ENDPOINT[recording.protocol]!;
  // The vendor's reply is what is tested: the request only has to reach it.
  return ask(`${shop.url}${path}`, { body: { ...body, ...recording.request, model: `m-${n}`, stream: recording.streaming, ...(recording.streaming && { stream_options: { include_usage: true } }) } });
}

const sum = (...values: (bigint | number | null | undefined)[]): number => values.reduce<number>((total, value) => total + Number(value ?? 0), 0);

/** What the charge row says in the words of `meta.json`. */
function told(row: ChargeRow): Json {
  const other = row.u_other as Record<string, number>;
  return {
    prompt: sum(row.u_input, row.u_cache_read, row.u_cache_write_5m, row.u_cache_write_1h, other.input_audio, other.cache_read_audio, other.input_image, other.input_video),
    cached: sum(row.u_cache_read, other.cache_read_audio),
    completion: sum(row.u_output, row.u_reasoning, other.output_audio, other.output_image),
    reasoning: sum(row.u_reasoning),
  };
}

/**
 * What must be charged for a recording, from its own figures.
 * More cached tokens than prompt, or more reasoning than completion, cannot be: the part is cut to the whole.
 */
function wanted({ expected }: Recording): Json {
  const prompt = expected.prompt ?? (expected as { total?: number }).total ?? 0;
  const completion = expected.completion ?? 0;
  return { prompt, cached: Math.min(expected.cached ?? 0, prompt), completion, reasoning: Math.min(expected.reasoning ?? 0, completion) };
}

/** Every bucket by its price, added up here and not by the shop; buckets without a price fall back as documented. */
function recompute(row: ChargeRow): bigint {
  const other = Object.fromEntries(Object.entries(row.u_other as Record<string, number>).filter(([item]) => item !== "request"));
  const price: Record<string, number> = {
    ...PRICE, input_audio: PRICE.audio_input, cache_read_audio: PRICE.cache_read, input_image: PRICE.input, input_video: PRICE.input, output_audio: PRICE.audio_output, output_image: PRICE.output,
  };
  return chargeOf({
    input: Number(row.u_input), cache_read: Number(row.u_cache_read), cache_write_5m: Number(row.u_cache_write_5m), cache_write_1h: Number(row.u_cache_write_1h),
    output: Number(row.u_output), reasoning: Number(row.u_reasoning), ...other,
  }, price);
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hasUsage = ({ expected }: Recording): boolean => expected.prompt !== null || (expected as { total?: number | null }).total != null;

/** A vendor's failure that it sent with status 200, or a form that is nobody's: to be told as an error, and free. */
const isFailure = ({ body, streaming, protocol, expected }: Recording): boolean =>
  (expected as { stream_error?: unknown }).stream_error !== undefined
  || (!streaming && /^\s*\{\s*"error"/.test(body.toString()))
  || (protocol === "openai-completions" && !body.includes('"choices"'));

async function expectExact(each: Readonly<{ recording: Recording; n: number }>): Promise<void> {
  const { recording } = each;
  const reply = await send(each);
  expect([reply.status, reply.whole], reply.text.slice(0, 300)).toEqual([200, true]);
  const row = await chargeRow({ shop }, reply.id);
  expect(row.charge_nano).toBe(recompute(row));
  if (hasUsage(recording)) {
    expect(told(row)).toEqual(wanted(recording));
    expect(row.usage_source).toBe("upstream");
  } else {
    expect(row.usage_source).toBe("estimated");
  }
  if (recording.streaming) {
    expect(events(reply.text).filter((event) => event === "[DONE]")).toHaveLength(1);
    const sha = (recording.expected as { text_sha256?: string }).text_sha256;
    if (sha !== undefined && recording.protocol === "openai-chat" && !recording.body.includes('"content":[')) expect(sha256(contentOf(reply.text))).toBe(sha);
  } else {
    expect({ ...reply.json, model: "" }).toEqual({ ...(JSON.parse(recording.body.toString()) as Json), model: "" });
  }
}

const named = (list: typeof numbered) => list.map((each) => [each.recording.dir, each] as const);
const answered = numbered.filter(({ recording }) => !isFailure(recording));
const answeredStreams = streams.filter(({ recording }) => !isFailure(recording));

describe.skipIf(shared === undefined)("recordings of shared/fixtures through a running relay", () => {
  describe.concurrent("as recorded", () => void test.each(named(answered))("%s", async (_dir, each) => {
    vendor.on(`rec-${each.n}`, replay(each.recording));
    await expectExact(each);
  }));

  describe("failures with status 200", () => void test.each(named(numbered.filter(({ recording }) => isFailure(recording))))("%s", async (_dir, each) => {
    vendor.on(`rec-${each.n}`, replay(each.recording));
    const reply = await send(each);
    if (reply.status === 200) expect(events(reply.text).some((event) => event !== "[DONE]" && event.error !== undefined)).toBe(true);
    else expect(reply.status).toBeGreaterThanOrEqual(400);
    if (reply.status !== 200) expect(await shop.sql("SELECT 1 FROM charges WHERE id = $1 AND charge_nano > 0", [uuidOf(reply.id)])).toEqual([]);
  }));

  describe.concurrent("in pieces of one byte", () => void test.each(named(answeredStreams.filter(({ recording }, index) => index % 12 === 0 && recording.body.length < 20_000)))("%s", async (_dir, each) => {
    vendor.on(`rec-${each.n}`, replay(each.recording, { split: 1 }));
    await expectExact(each);
  }));

  describe.concurrent("cut short costs what came", () => void test.each(named(answeredStreams))("%s", async (_dir, each) => {
    for (const share of [0.3, 0.7]) {
      const cutAt = Math.floor(each.recording.body.length * share);
      vendor.on(`rec-${each.n}`, replay(each.recording, { cutAt }));
      const reply = await send(each);
      if (reply.status !== 200) {
        expect(reply.status).toBeGreaterThanOrEqual(500); // nothing of it was content, so it is a plain failure
        continue;
      }
      const row = await chargeRow({ shop }, reply.id);
      expect(row.charge_nano).toBe(recompute(row));
      expect(events(reply.text).filter((event) => event === "[DONE]")).toHaveLength(1);
      // Some vendors send usage with every chunk: then the last one seen counts, else our own count of what came.
      expect(sum(row.u_output, row.u_reasoning)).toBeLessThanOrEqual(Math.max(20, cutAt));
      if (!["upstream_error", "upstream_abort"].includes(row.outcome)) expect(finished(each.recording, cutAt), `${row.outcome} at ${share}`).toBe(true);
    }
  }));

  test("all of it adds up in the ledger", async () => {
    expect(await shop.brokenInvariants()).toEqual([]);
    expect(await shop.sql("SELECT id, count(*) FROM charges GROUP BY id HAVING count(*) > 1")).toEqual([]);
  }, 60_000);
});

/** The vendor had said why it ended before the cut. */
const finished = (recording: Recording, cutAt: number): boolean => /"finish_reason":\s*"/.test(recording.body.subarray(0, cutAt).toString());
