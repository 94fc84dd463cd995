import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask } from "../contract/client.ts";
import { chargeRow, secretsIn, type ChargeRow } from "../contract/mount.ts";
import { sharedDir } from "../support/shared.ts";
import { picoPerToken } from "../support/shop-money.ts";
import { uuidOf } from "../support/shop-store.ts";
import { startShop, type Shop } from "../support/shop-process.ts";
import { until } from "../support/until.ts";
import { listRecordings, replay, type Recording } from "../support/vendor-recordings.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";

const KEY = "sk-mm-0123456789abcdef0123456789abcdef0123456789abcdef";
const PRICE = { input: 0.15, cache_read: 0.075, output: 0.6 } as const;
const EMBED_PRICE = 0.02;
const COST_RATIO_PERCENT = 50n;

/** As an operator would write it. */
const store = (base: string): string => `
shop: { name: Corner Shop, sign_up: open, sign_up_credit: 0.50 }
groups: { default: { ratio: 1 }, vip: { ratio: 0.8 } }
models:
  - { id: gpt-4o-mini, vendor: openai, context: 128000, max_output: 16384, endpoints: [chat], price: { input: 0.15, cache_read: 0.075, output: 0.60 } }
  - { id: text-embedding-3-small, endpoints: [embeddings], ratio: { model: 0.01 } }
  - { id: broken, endpoints: [chat], price: { input: 1, output: 2 } }
  - { id: secret-model, endpoints: [chat], price: { input: 1, output: 2 } }
  - { id: painter, endpoints: [images], price: { per_image: 0.04 } }
  - { id: tts-1, endpoints: [audio], price: { per_character: 0.000015 } }
  - { id: whisper-1, endpoints: [audio], price: { per_second: 0.0001 } }
  - { id: ranker, endpoints: [rerank], price: { search_unit: 0.002 } }
  - { id: guard, endpoints: [moderations], price: { input: 0 } }
channels:
  - name: main
    provider: openai
    base_url: ${base}
    keys: [sk-upstream-a, sk-upstream-b]
    models: { gpt-4o-mini: gpt-4o-mini, text-embedding-3-small: text-embedding-3-small, secret-model: secret-model }
    groups: [default, vip]
    priority: 10
    weight: 5
    cost: { ratio: 0.5 }
  - { name: senses, provider: openai-compatible, base_url: ${base}, keys: [sk-upstream-d], models: [painter, tts-1, whisper-1, ranker, guard], groups: [default], cost: { ratio: 0.5 } }
  - { name: bad, provider: openai, base_url: ${base}, keys: [sk-upstream-c], models: { broken: broken?status=500 }, groups: [default] }
users:
  - email: alice@example.com
    password: correct-horse-battery
    role: customer
    group: default
    credit: { amount: 10.00, id: opening }
    keys:
      - { name: app, secret: ${KEY}, models: [gpt-4o-mini, text-embedding-3-small, broken] }
      - { name: slow, secret: ${KEY}-slow, limits: { rpm: 1 }, models: [gpt-4o-mini] }
      - { name: senses, secret: ${KEY}-senses, models: [painter, tts-1, whisper-1, ranker, guard] }
  - { email: bob@example.com, password: correct-horse-battery, keys: [{ name: app, secret: ${KEY}-poor }] }
management_tokens:
  - { name: scripts, secret: mm-admin-0123456789abcdef0123456789abcdef, role: operator }
`;

const shared = sharedDir();
const recordings = shared === undefined ? [] : listRecordings(shared, ["openai-chat", "openai-embeddings"]);
const find = (what: string, fits: (recording: Recording) => boolean): Recording => {
  const found = recordings.find((recording) => recording.vendor === "openai" && fits(recording));
  if (found === undefined) throw new Error(`no recording of ${what}`);
  return found;
};

let vendor: Vendor;
let shop: Shop;
const client = (key = KEY): OpenAI => new OpenAI({ apiKey: key, baseURL: `${shop.url}/v1`, maxRetries: 0 });

/** The last answer's own id: the package hides it on streams. */
const spied: string[] = [];
const spying = (): OpenAI => new OpenAI({
  apiKey: KEY, baseURL: `${shop.url}/v1`, maxRetries: 0,
  fetch: async (url, init) => {
    const reply = await fetch(url, init as RequestInit);
    spied.push(reply.headers.get("x-request-id") ?? "");
    return reply;
  },
});

beforeAll(async () => {
  if (shared === undefined) return;
  vendor = await startVendor();
  shop = await startShop({ role: "all", store: store(vendor.url) });
}, 300_000);

afterAll(async () => {
  await shop?.stop();
  await vendor?.close();
}, 60_000);

type RestRequest = Readonly<{
  id: string; status: string; outcome: string; model: string; charge_nano_usd: number | string; cost_nano_usd: number | string; attempts: unknown;
  usage: Readonly<Record<string, number>>; lines: readonly Readonly<{ quantity: number; amount_pico_usd?: string; amount_nano_usd?: string | number }>[];
}>;

/** Charge and cost of a recording at a price, from its own numbers. */
function worth({ expected }: Recording, price: Readonly<{ input: number; cache_read: number; output: number }>): { pico: bigint; nano: bigint } {
  const cached = expected.cached ?? 0;
  const pico = BigInt((expected.prompt ?? 0) - cached) * picoPerToken(price.input) + BigInt(cached) * picoPerToken(price.cache_read) + BigInt(expected.completion ?? 0) * picoPerToken(price.output);
  return { pico, nano: (pico + 999n) / 1_000n };
}

describe.skipIf(shared === undefined)("the story (shared/fixtures)", () => {
  const charged: { id: string; nano: bigint }[] = [];

  async function expectPaid(id: string, recording: Recording, price = PRICE as Parameters<typeof worth>[1]): Promise<void> {
    const { pico, nano } = worth(recording, price);
    charged.push({ id, nano });
    const row: ChargeRow = await chargeRow({ shop }, id);
    expect([row.charge_nano, BigInt(row.sum_pico), BigInt(row.cost_pico)]).toEqual([nano, pico, (pico * COST_RATIO_PERCENT) / 100n]);
    const receipt = (await ask(`${shop.url}/v1/generation/${id}`, { as: null, headers: { authorization: `Bearer ${KEY}` } })).json.data as { total_cost_nano_usd: number | string; line_items: { amount_nano_usd: string | number; quantity: number }[] };
    expect(BigInt(receipt.total_cost_nano_usd)).toBe(nano);
    expect(receipt.line_items.length).toBeGreaterThan(0);
    const listed = await until("listed", async () => (await shop.rest<{ data: RestRequest[] }>("/requests?user=alice@example.com")).body.data.find((each) => each.id === id));
    const cost = (pico * COST_RATIO_PERCENT) / 100n;
    expect([listed.status, BigInt(listed.charge_nano_usd), BigInt(listed.cost_nano_usd)]).toEqual(["ok", nano, (cost + 500n) / 1_000n]); // cost is shown half up
    expect(listed.usage).toMatchObject({ input: (recording.expected.prompt ?? 0) - (recording.expected.cached ?? 0), cache_read: recording.expected.cached ?? 0 });
    expect(listed.lines.length).toBeGreaterThan(0);
  }

  test("the official package lists models", async () => {
    const ids: string[] = [];
    for await (const model of client().models.list()) ids.push(model.id);
    expect(ids).toEqual(["broken", "gpt-4o-mini", "text-embedding-3-small"]);
    expect((await client().models.retrieve("gpt-4o-mini")).id).toBe("gpt-4o-mini");
  });

  test("it streams an answer that is paid for to the nano", async () => {
    const recording = find("a stream of text", ({ protocol, streaming, expected }) => protocol === "openai-chat" && streaming && expected.prompt !== null && (expected.text_chars ?? 0) > 20 && expected.tool_calls === 0);
    vendor.on("gpt-4o-mini", replay(recording));
    const stream = await spying().chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Hi" }], stream: true, stream_options: { include_usage: true } });
    let text = "";
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      usage = chunk.usage ?? usage;
    }
    expect(text.startsWith(recording.expected.text!.slice(0, 20))).toBe(true);
    expect([usage?.prompt_tokens, usage?.completion_tokens]).toEqual([recording.expected.prompt, recording.expected.completion]);
    await expectPaid(spied.at(-1)!, recording);
  });

  test("it calls tools", async () => {
    const recording = find("a tool call", ({ protocol, streaming, expected }) => protocol === "openai-chat" && !streaming && expected.tool_calls === 1 && expected.prompt !== null);
    vendor.on("gpt-4o-mini", replay(recording));
    const reply = await spying().chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content: "weather?" }], tools: [{ type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } }] });
    expect(reply.choices[0]!.message.tool_calls).toHaveLength(1);
    expect(reply.model).toBe("gpt-4o-mini");
    await expectPaid(spied.at(-1)!, recording);
  });

  test("it embeds", async () => {
    const recording = find("embeddings", ({ protocol, expected }) => protocol === "openai-embeddings" && expected.prompt !== null);
    vendor.on("text-embedding-3-small", replay(recording));
    const reply = await spying().embeddings.create({ model: "text-embedding-3-small", input: "hello", encoding_format: "float" });
    expect(reply.data.length).toBeGreaterThan(0);
    await expectPaid(spied.at(-1)!, recording, { input: EMBED_PRICE, cache_read: EMBED_PRICE, output: 0 });
  });

  test("it paints, speaks, listens, judges and ranks, each paid for by its own measure", async () => {
    const ids: string[] = [];
    const senses = new OpenAI({
      apiKey: `${KEY}-senses`, baseURL: `${shop.url}/v1`, maxRetries: 0,
      fetch: async (url, init) => {
        const reply = await fetch(url, init as RequestInit);
        ids.push(reply.headers.get("x-request-id") ?? "");
        return reply;
      },
    });
    const sound = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
    vendor.on("painter", { pieces: [JSON.stringify({ created: 1, data: [{ b64_json: "aGk=" }, { b64_json: "aG8=" }] })] });
    vendor.on("tts-1", { headers: { "content-type": "audio/mpeg" }, pieces: [sound.subarray(0, 50_000), sound.subarray(50_000)] });
    vendor.on("guard", { pieces: [JSON.stringify({ id: "modr-1", results: [{ flagged: false }] })] });
    vendor.on("ranker", { pieces: [JSON.stringify({ id: "r", results: [{ index: 1, relevance_score: 0.9 }], meta: { billed_units: { search_units: 1 } } })] });
    // A form: the vendor of this test reads no model from it.
    vendor.once("", { pieces: [JSON.stringify({ text: "Hello.", usage: { type: "duration", seconds: 7 } })] });

    expect((await senses.images.generate({ model: "painter", prompt: "a cat", n: 2 })).data).toHaveLength(2);
    const spoken = await senses.audio.speech.create({ model: "tts-1", input: "Hello 😀", voice: "alloy" });
    expect(Buffer.from(await spoken.arrayBuffer()).equals(sound)).toBe(true);
    expect((await senses.moderations.create({ model: "guard", input: "Hi" })).results[0]!.flagged).toBe(false);
    // Larger than what stays in memory.
    const recording = Buffer.alloc(3_000_000, 7);
    expect((await senses.audio.transcriptions.create({ model: "whisper-1", file: await OpenAI.toFile(recording, "talk.mp3") })).text).toBe("Hello.");
    expect(vendor.requests.at(-1)!.body.includes(recording)).toBe(true);
    const ranking = await fetch(`${shop.url}/v2/rerank`, { method: "POST", headers: { authorization: `Bearer ${KEY}-senses`, "content-type": "application/json" }, body: JSON.stringify({ model: "ranker", query: "q", documents: ["a", "b"] }) });
    ids.push(ranking.headers.get("x-request-id")!);
    expect(await ranking.json()).toMatchObject({ results: [{ index: 1 }] });

    const listed = await until("all listed", async () => {
      const { data } = (await shop.rest<{ data: RestRequest[] }>("/requests?user=alice@example.com")).body;
      const found = ids.map((id) => data.find((each) => each.id === id));
      return found.every((each) => each !== undefined) && found;
    });
    expect(listed.map(({ status, charge_nano_usd: charge, cost_nano_usd: cost }) => [status, BigInt(charge), BigInt(cost)])).toEqual(
      [80_000_000n, 105_000n, 0n, 700_000n, 2_000_000n].map((nano) => ["ok", nano, nano / 2n]));
    expect([listed[0]!.usage.images, listed[3]!.usage.seconds]).toEqual([2, 7]);
    for (const { id, charge_nano_usd: charge } of listed) charged.push({ id, nano: BigInt(charge) });
  });

  const hello = { messages: [{ role: "user" as const, content: "Hi" }] };
  test.each([
    ["a wrong key", () => client(`${KEY}-wrong`).chat.completions.create({ model: "gpt-4o-mini", ...hello }), OpenAI.AuthenticationError, 401],
    ["a forbidden model", () => client().chat.completions.create({ model: "secret-model", ...hello }), OpenAI.PermissionDeniedError, 403],
    ["an unknown model", () => client().chat.completions.create({ model: "nothing", ...hello }), OpenAI.NotFoundError, 404],
    ["no credit", () => client(`${KEY}-poor`).chat.completions.create({ model: "gpt-4o-mini", ...hello }), OpenAI.APIError, 402],
    ["a wrong field", () => client().chat.completions.create({ model: "gpt-4o-mini", max_tokens: -5, ...hello }), OpenAI.BadRequestError, 400],
    ["a broken vendor", () => client().chat.completions.create({ model: "broken", ...hello }), OpenAI.InternalServerError, 502],
    ["too many requests", async () => {
      await client(`${KEY}-slow`).models.list();
      for (let n = 0; n < 3; n++) await client(`${KEY}-slow`).chat.completions.create({ model: "gpt-4o-mini", ...hello });
    }, OpenAI.RateLimitError, 429],
  ] as const)("%s is an error of its own class", async (_what, call, kind, status) => {
    const error = await Promise.resolve(call()).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect((error as InstanceType<typeof OpenAI.APIError>).status).toBe(status);
    expect((error as InstanceType<typeof OpenAI.APIError>).requestID).toMatch(/^req_/);
  });

  test("balance and ledger agree to the nano, by REST, by credits, by SQL", async () => {
    // All that alice was charged, those of the rate limit test included.
    const rows = await until("nothing held", async () => {
      const user = await shop.rest<{ wallet: { held_nano_usd: number } }>("/users/alice@example.com");
      return user.body.wallet.held_nano_usd === 0 && shop.sql<{ id: string; charge_nano: bigint }>("SELECT c.id, c.charge_nano FROM charges c JOIN users u ON u.id = c.user_id WHERE u.email = 'alice@example.com'");
    });
    const spent = rows.reduce((sum, row) => sum + row.charge_nano, 0n);
    for (const { id, nano } of charged) expect(rows.find((row) => row.id === uuidOf(id))?.charge_nano).toBe(nano);
    const balance = 10_000_000_000n - spent;

    const { body: user } = await shop.rest<{ email: string; wallet: { id: string; balance_nano_usd: number; balance_usd: string } }>("/users/alice@example.com");
    expect([user.email, BigInt(user.wallet.balance_nano_usd)]).toEqual(["alice@example.com", balance]);
    const credits = (await ask(`${shop.url}/v1/credits`, { as: null, headers: { authorization: `Bearer ${KEY}` } })).json.data as { balance: number };
    expect(BigInt(Math.round(credits.balance * 1e9))).toBe(balance);

    const { body: ledger } = await shop.rest<{ data: { id: string; kind: string; entries: { account: string; amount_nano_usd: number | string }[] }[] }>(`/ledger/transactions?wallet=${user.wallet.id}`);
    for (const { entries } of ledger.data) expect(entries.reduce((sum, entry) => sum + BigInt(entry.amount_nano_usd), 0n)).toBe(0n);
    expect(ledger.data.some(({ kind }) => kind === "settlement")).toBe(true);
    const [posted] = await shop.sql<{ sum: string }>(
      "SELECT coalesce(-sum(e.amount_nano), 0)::text AS sum FROM ledger_entries e JOIN accounts a ON a.id = e.account_id WHERE a.wallet_id = $1 AND a.bucket IN ('paid', 'lots')", [user.wallet.id]);
    expect(BigInt(posted!.sum)).toBe(balance);
    expect((await shop.rest<{ entries?: unknown }>("/ledger/check")).status).toBe(200);
    expect(await shop.brokenInvariants()).toEqual([]);
  }, 60_000);

  test("a second run of the store file changes nothing", async () => {
    expect(await shop.apply(store(vendor.url))).toContain("no changes");
  }, 60_000);

  test("nobody can read a key or a prompt in the log", () => {
    expect(secretsIn(shop.output())).toEqual([]);
    expect(shop.output()).not.toContain("weather?");
  });
});
