import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { KeptReply } from "#relay/idempotency/reply-store.ts";
import type { ReplyStore } from "#relay/index.ts";
import { keptInMemory } from "./kept-responses.ts";
import { KEY } from "./shop.ts";
import { LATER_MS, openTaskWorld } from "./task-shop.ts";
import type { Customer, ShopOver, TaskWorld, VendorAnswer, VendorCall } from "./task-shop.ts";

let world: TaskWorld;
beforeAll(async () => {
  world = await openTaskWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());
afterEach(() => world.expectSound());

const SUM = 10n * 1_000n + 5n * 2_000n;
const USAGE = { input_tokens: 10, input_tokens_details: { cached_tokens: 0 }, output_tokens: 5, output_tokens_details: { reasoning_tokens: 0 }, total_tokens: 15 };
/** 1 USD per million input tokens, 2 for output. */
const PRICE = { items: { input: "1000000", output: "2000000" } };

type Standing = { status: string; usage: object | null; text: string; gone: boolean };
type SetUp = Readonly<{ client: OpenAI; customer: Customer; standing: Standing; shopUrl: string; pins: ReturnType<typeof keptInMemory>["pins"] }>;

/** A shop whose vendor makes one answer in the background, as far as `standing` says. */
async function setUp(usd = 10, over: ShopOver = {}, document: Parameters<TaskWorld["sell"]>[0] = PRICE): Promise<SetUp> {
  const standing: Standing = { status: "queued", usage: null, text: "Done", gone: false };
  const customer = await world.customer(usd), responses = keptInMemory();
  const shop = await world.open(customer, await world.sell(document), { provider: "openai", settings: { responsesState: "upstream" }, responses, ...over });
  world.vendor.answer = (call): VendorAnswer => {
    if (call.method === "DELETE") standing.gone = true;
    if (call.path.endsWith("/cancel")) Object.assign(standing, { status: "cancelled", usage: { ...USAGE, output_tokens: 2, total_tokens: 12 } });
    if (standing.gone) return call.method === "DELETE" ? { json: { id: "resp_up_1", deleted: true } } : { status: 404, json: { error: { message: "not found" } } };
    const { status, usage, text } = standing;
    const output = status === "completed" ? [{ id: "msg_1", type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text, annotations: [] }] }] : [];
    return { json: { id: "resp_up_1", object: "response", created_at: 1, model: "up-model", status, background: true, store: true, previous_response_id: null, error: null, incomplete_details: null, usage, output } };
  };
  return { client: new OpenAI({ apiKey: KEY, baseURL: `${shop.url}/v1`, maxRetries: 0 }), customer, standing, shopUrl: shop.url, pins: responses.pins };
}

const ask = (client: OpenAI, more: Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming> = {}) => client.responses.create({ model: "gpt-test", input: "Think long", background: true, ...more });
const posts = (): readonly VendorCall[] => world.vendor.calls.filter(({ method, path }) => method === "POST" && !path.endsWith("/cancel"));

describe("an answer that the vendor makes in the background", () => {
  test("is looked up until it is there, and charged once, when it has ended", async () => {
    const { client, customer, standing } = await setUp();
    const begun = await ask(client);
    expect(begun).toMatchObject({ status: "queued", model: "gpt-test", id: expect.stringMatching(/^resp_[0-9a-z]{26}$/) as string });
    expect(posts()[0]!.json).toMatchObject({ background: true, store: true, model: "up-model" });
    expect((await world.wallet(customer)).leased).toBeGreaterThan(SUM);
    expect((await client.responses.retrieve(begun.id)).status).toBe("queued");
    standing.status = "in_progress";
    expect((await client.responses.retrieve(begun.id)).status).toBe("in_progress");
    expect(await world.charges(customer)).toEqual([]);

    Object.assign(standing, { status: "completed", usage: USAGE });
    const done = await Promise.all([1, 2, 3].map(() => client.responses.retrieve(begun.id)));
    expect(done.map(({ output_text: text, id }) => [text, id])).toEqual([1, 2, 3].map(() => ["Done", begun.id]));
    await world.poll(LATER_MS);
    expect(await world.charges(customer)).toEqual([{ charge: SUM, outcome: "ok", cost: "0" }]);
    expect(await world.wallet(customer)).toEqual({ paid: 10_000_000_000n - SUM, leased: 0n });
  });

  test("nobody looks it up: it is charged all the same", async () => {
    const { client, customer, standing } = await setUp();
    await ask(client);
    expect(await world.poll(LATER_MS)).toBe(1);
    expect(await world.charges(customer)).toEqual([]);
    Object.assign(standing, { status: "completed", usage: USAGE });
    await world.poll(2 * LATER_MS);
    await world.poll(3 * LATER_MS);
    expect((await world.charges(customer)).map(({ charge }) => charge)).toEqual([SUM]);
    expect(world.vendor.calls.filter(({ method }) => method === "GET").map(({ path }) => path)).toEqual(["/v1/responses/resp_up_1", "/v1/responses/resp_up_1"]);
    expect(new Set(world.vendor.calls.map(({ headers }) => headers.authorization)).size).toBe(1);
  });

  test("it is there at once: charged before it is told", async () => {
    const { client, customer, standing } = await setUp();
    Object.assign(standing, { status: "completed", usage: USAGE });
    expect((await ask(client)).output_text).toBe("Done");
    expect((await world.charges(customer)).map(({ charge }) => charge)).toEqual([SUM]);
  });

  test("fails for nothing", async () => {
    const { client, customer, standing } = await setUp();
    const { id } = await ask(client);
    standing.status = "failed";
    expect((await client.responses.retrieve(id)).status).toBe("failed");
    expect(await world.charges(customer)).toEqual([{ charge: 0n, outcome: "upstream_error", cost: "0" }]);
    expect(await world.wallet(customer)).toEqual({ paid: 10_000_000_000n, leased: 0n });
  });

  test("is cancelled at what the vendor has used by then", async () => {
    const { client, customer } = await setUp();
    const { id } = await ask(client);
    expect((await client.responses.cancel(id)).status).toBe("cancelled");
    await client.responses.cancel(id);
    await world.poll(LATER_MS);
    expect(await world.charges(customer)).toEqual([{ charge: 10n * 1_000n + 2n * 2_000n, outcome: "client_abort", cost: "0" }]);
  });

  test("cannot be deleted out of its charge", async () => {
    const { client, customer, standing } = await setUp();
    const { id } = await ask(client);
    await expect(client.responses.delete(id)).rejects.toMatchObject({ status: 400 });
    Object.assign(standing, { status: "completed", usage: USAGE });
    await client.responses.delete(id);
    await expect(client.responses.retrieve(id)).rejects.toThrow(OpenAI.NotFoundError);
    expect((await world.charges(customer)).map(({ charge }) => charge)).toEqual([SUM]);
  });

  test("holds what others then cannot spend", async () => {
    const { client, standing } = await setUp(0.01);
    const [one, two] = [await ask(client, { max_output_tokens: 4_000 }), await ask(client, { max_output_tokens: 4_000 }).catch((thrown: unknown) => thrown)];
    expect([one.status, two]).toEqual(["queued", expect.objectContaining({ status: 402 })]);
    Object.assign(standing, { status: "completed", usage: USAGE });
    await client.responses.retrieve(one.id);
    expect((await ask(client, { max_output_tokens: 4_000 })).status).toBe("completed");
  });

  test("a vendor that says more than can be is not believed", async () => {
    const { client, customer, standing } = await setUp();
    const { id } = await ask(client, { max_output_tokens: 100 });
    const { leased } = await world.wallet(customer);
    Object.assign(standing, { status: "completed", usage: { ...USAGE, input_tokens: 1e8, output_tokens: 1e8, total_tokens: 2e8 } });
    await client.responses.retrieve(id);
    const [charge] = await world.charges(customer);
    expect(charge!.charge).toBeGreaterThan(0n);
    expect(charge!.charge).toBeLessThanOrEqual(leased);
  });

  test("nobody knows whether the vendor has it: the client is told, and nothing is charged", async () => {
    const { client, customer } = await setUp();
    world.vendor.answer = () => "reset";
    const error = await ask(client).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 504 });
    expect(posts()).toHaveLength(1);
    expect(await world.charges(customer)).toEqual([{ charge: 0n, outcome: "upstream_error", cost: "0" }]);
    expect(await world.wallet(customer)).toEqual({ paid: 10_000_000_000n, leased: 0n });
  });

  test("goes to another channel when the first refuses", async () => {
    const { client, customer, standing } = await setUp(10, { channels: [{}, {}] });
    const { answer } = world.vendor;
    world.vendor.answer = (call) => (posts().length === 1 ? { status: 500, json: {} } : answer(call));
    const begun = await ask(client);
    expect([begun.status, posts().length]).toEqual(["queued", 2]);
    Object.assign(standing, { status: "completed", usage: USAGE });
    await client.responses.retrieve(begun.id);
    expect((await world.charges(customer)).map(({ charge }) => charge)).toEqual([SUM]);
  });

  test("a repeat under the same idempotency key is the same answer", async () => {
    let kept: KeptReply | undefined, owner: string | undefined;
    const replies: ReplyStore = {
      claim: ({ id }) => Promise.resolve(owner === undefined ? ((owner = id), { state: "claimed" as const }) : { state: "done" as const, id: owner, ...(kept && { reply: kept }) }),
      renew: () => Promise.resolve(),
      keep: (_id, reply) => Promise.resolve(void (kept = reply)),
      free: () => Promise.resolve(void (owner = undefined)),
    };
    const { client, customer, standing } = await setUp(10, { replies });
    const again = () => client.responses.create({ model: "gpt-test", input: "Think long", background: true }, { headers: { "idempotency-key": "one" } }).withResponse();
    const first = await again(), second = await again();
    expect([second.data.id, second.response.headers.get("idempotent-replayed"), posts().length]).toEqual([first.data.id, "true", 1]);
    Object.assign(standing, { status: "completed", usage: USAGE });
    await client.responses.retrieve(first.data.id);
    expect(await world.charges(customer)).toHaveLength(1);
  });

  test("where the money is short, the answer is capped at what is set aside", async () => {
    const { client, customer } = await setUp(0.004);
    await ask(client);
    const { max_output_tokens: cap } = posts()[0]!.json as { max_output_tokens?: number };
    expect(cap).toBeGreaterThan(100);
    expect(BigInt(cap!) * 2_000n).toBeLessThanOrEqual((await world.wallet(customer)).leased);
  });

  test("is gone on from once it is there", async () => {
    const { client, standing } = await setUp();
    const first = await ask(client);
    Object.assign(standing, { status: "completed", usage: USAGE });
    const next = await client.responses.create({ model: "gpt-test", input: "More", previous_response_id: first.id });
    expect(posts()[1]!.json).toMatchObject({ previous_response_id: "resp_up_1" });
    expect(next.previous_response_id).toBe(first.id);
  });

  test("is no film", async () => {
    const { client, shopUrl } = await setUp();
    const { id } = await ask(client);
    for (const path of [`/v1/videos/${id}`, `/v1/videos/${id}/content`]) expect([path, (await fetch(shopUrl + path, { headers: { authorization: `Bearer ${KEY}` } })).status]).toEqual([path, 404]);
    const list = await (await fetch(`${shopUrl}/v1/videos`, { headers: { authorization: `Bearer ${KEY}` } })).json() as { data: unknown[] };
    expect(list.data).toEqual([]);
  });
});

describe("refused with a reason", () => {
  test.each<[string, ShopOver, Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming>, Parameters<TaskWorld["sell"]>[0] | undefined]>([
    ["where the shop keeps answers itself", { settings: { responsesState: "local" } }, {}, undefined],
    ["where nothing is kept", { settings: { responsesState: "off" } }, {}, undefined],
    ["what is not to be kept", {}, { store: false }, undefined],
    ["a stream", {}, { stream: true } as object, undefined],
    ["a vendor of another format", { provider: "openai-compatible" }, {}, undefined],
    ["a price by the length of the prompt", {}, {}, { ...PRICE, tiers: [{ over: 1_000, mode: "whole", items: PRICE.items }] }],
  ])("%s", async (_name, over, more, document) => {
    const { client, customer } = await setUp(10, over, document);
    await expect(ask(client, more)).rejects.toMatchObject({ status: 400, code: "unsupported_parameter", param: "background" });
    expect(world.vendor.calls).toEqual([]);
    expect(await world.wallet(customer)).toEqual({ paid: 10_000_000_000n, leased: 0n });
  });
});
