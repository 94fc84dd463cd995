import OpenAI from "openai";
import { afterEach, describe, expect, test } from "vitest";
import { keptInMemory } from "./kept-responses.ts";
import { keepingVendor } from "./keeping-vendor.ts";
import type { KeepingVendor } from "./keeping-vendor.ts";
import { channelKey, KEY, openShop } from "./shop.ts";
import type { Shop, ShopOptions } from "./shop.ts";
import { completion, startVendor } from "./vendor.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const OTHER_KEY = "sk-mm-test-key-of-another-00000000000000000000";
type Responses = ReturnType<typeof keptInMemory>;
type SetUp = Readonly<{ shop: Shop; vendors: readonly KeepingVendor[]; client: OpenAI; other: OpenAI; responses: Responses }>;

/** Two vendors in turn, each with two keys in turn: who is not held to one soon meets another. */
async function setUp({ settings, channel = {}, ...over }: Partial<ShopOptions> & Readonly<{ channel?: Partial<ShopOptions["channels"][number]> }> = {}): Promise<SetUp> {
  const vendors = [await keepingVendor("a"), await keepingVendor("b")];
  closing.push(...vendors.map((vendor) => vendor.close));
  const responses = keptInMemory();
  const shop = await openShop({
    channels: vendors.map((vendor, i) => ({ baseUrl: vendor.url, provider: "openai", keys: [channelKey(`k${i}a`), channelKey(`k${i}b`)], ...channel })),
    responses, settings: { responsesState: "upstream", strategy: "round_robin", ...settings }, others: { [OTHER_KEY]: { userId: "user2", keyId: "key2" } }, ...over,
  });
  closing.push(shop.close);
  const client = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${shop.url}/v1`, apiKey, maxRetries: 0 });
  return { shop, vendors, responses, client: client(KEY), other: client(OTHER_KEY) };
}

const calls = (vendors: readonly KeepingVendor[]) => vendors.flatMap((vendor) => vendor.calls);
/** The SDK has no word for it. */
const storeOf = (answer: object): unknown => ("store" in answer ? answer.store : undefined);
const NOT_FOUND = { status: 400, code: "previous_response_not_found", param: "previous_response_id" };

describe("conversations that the vendor keeps in mind", () => {
  test("go on with the channel and the key that they began with, under names of ours", async () => {
    const { shop, vendors, client, responses } = await setUp();
    let previous: string | undefined;
    for (let turn = 1; turn <= 5; turn++) {
      const answer: OpenAI.Responses.Response = await client.responses.create({ model: "gpt-test", input: `Question ${turn}`, ...(previous !== undefined && { previous_response_id: previous }) });
      expect(answer.id).toMatch(/^resp_[0-9a-z]{26}$/);
      expect(answer).toMatchObject({ model: "gpt-test", store: true, previous_response_id: previous ?? null, output_text: `Turn ${2 * turn - 1}` });
      previous = answer.id;
    }
    const asked = calls(vendors);
    expect(new Set(asked.map(({ headers }) => headers.authorization)).size).toBe(1);
    expect(asked.map(({ body }) => [body.store, body.previous_response_id])).toEqual([[true, undefined], ...asked.slice(1).map(({ n }) => [true, expect.stringMatching(new RegExp(`^resp_[ab]_${n - 1}$`)) as string])]);
    expect(JSON.stringify(asked.map(({ body }) => body))).not.toMatch(/resp_0/);
    expect(responses.kept.size).toBe(0);
    expect([...responses.pins.values()].map(({ pin }) => Object.keys(pin).sort())).toEqual([["channelId", "keyId", "model", "upstreamId"], ...Array.from({ length: 4 }, () => ["channelId", "keyId", "model", "previousId", "upstreamId"])]);
    expect(JSON.stringify([...responses.pins])).not.toContain("Question");
    expect(shop.billing.records.map(({ chargeNano }) => chargeNano)).toEqual(Array.from({ length: 5 }, () => 20_000n));
  });

  test("others meet channels and keys in turn", async () => {
    const { vendors, client } = await setUp();
    for (let i = 0; i < 4; i++) await client.responses.create({ model: "gpt-test", input: "Hi" });
    expect(new Set(calls(vendors).map(({ headers }) => headers.authorization)).size).toBeGreaterThan(1);
  });

  test("a stream says our name in each of its events, and can be gone on from", async () => {
    const { client } = await setUp();
    const first = await client.responses.create({ model: "gpt-test", input: "Hi" });
    const events = [];
    for await (const event of await client.responses.create({ model: "gpt-test", input: "More", previous_response_id: first.id, stream: true })) events.push(event);
    expect(JSON.stringify(events)).not.toMatch(/resp_[ab]_/);
    const named = events.flatMap((event) => ("response" in event ? [event.response] : []));
    expect(new Set(named.map(({ id }) => id)).size).toBe(1);
    expect(named.every(({ previous_response_id: previous }) => previous === first.id)).toBe(true);
    const third = await client.responses.create({ model: "gpt-test", input: "Still there?", previous_response_id: named.at(-1)!.id });
    expect(third.output_text).toBe("Turn 5");
  });

  test("are looked up, listed and removed where they are", async () => {
    const { vendors, client, responses } = await setUp();
    const first = await client.responses.create({ model: "gpt-test", input: "Hi" });
    const second = await client.responses.create({ model: "gpt-test", input: "More", previous_response_id: first.id });
    const found = await client.responses.retrieve(second.id, { include: ["message.output_text.logprobs"] });
    expect(found).toMatchObject({ id: second.id, model: "gpt-test", previous_response_id: first.id, output_text: "Turn 3" });
    expect((await client.responses.retrieve(first.id)).previous_response_id).toBeNull();
    const items = await client.responses.inputItems.list(second.id, { order: "asc", limit: 7 });
    expect(items.data).toHaveLength(4);
    const [lookUp, , list] = calls(vendors).slice(2);
    expect([lookUp!.method, new URLSearchParams(lookUp!.path.split("?")[1]).getAll("include[]").concat(new URLSearchParams(lookUp!.path.split("?")[1]).getAll("include"))]).toEqual(["GET", ["message.output_text.logprobs"]]);
    expect(list!.path).toMatch(/\/input_items\?limit=7&order=asc$/);
    await expect(client.responses.retrieve(second.id, { stream: true })).rejects.toMatchObject({ status: 400, param: "stream" });
    await client.responses.delete(second.id);
    expect(calls(vendors).at(-1)).toMatchObject({ method: "DELETE", path: expect.stringMatching(/^\/v1\/responses\/resp_[ab]_2$/) as string });
    expect(new Set(calls(vendors).map(({ headers }) => headers.authorization)).size).toBe(1);
    expect(responses.pins.size).toBe(1);
    await expect(client.responses.retrieve(second.id)).rejects.toThrow(OpenAI.NotFoundError);
    await expect(client.responses.delete(second.id)).rejects.toThrow(OpenAI.NotFoundError);
  });

  test("what the vendor has against it is told without its names", async () => {
    const { client } = await setUp();
    const { id } = await client.responses.create({ model: "gpt-test", input: "Hi" });
    const error = await client.responses.cancel(id).catch((thrown: unknown) => thrown) as InstanceType<typeof OpenAI.APIError>;
    expect(error.status).toBe(400);
    expect(error.message).not.toMatch(/resp_[ab]/);
  });

  test("are nobody else's", async () => {
    const { vendors, client, other } = await setUp();
    const { id } = await client.responses.create({ model: "gpt-test", input: "Hi" });
    const before = calls(vendors).length;
    const all = [other.responses.retrieve(id), other.responses.delete(id), other.responses.cancel(id), other.responses.inputItems.list(id)].map((call) => Promise.resolve(call).catch((thrown: unknown) => thrown));
    for (const error of await Promise.all(all)) expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    await expect(other.responses.create({ model: "gpt-test", input: "Hi", previous_response_id: id })).rejects.toMatchObject(NOT_FOUND);
    expect(calls(vendors)).toHaveLength(before);
    const unknown = await client.responses.retrieve("resp_none").catch((thrown: unknown) => thrown) as Error;
    const theirs = await other.responses.retrieve(id).catch((thrown: unknown) => thrown) as Error;
    expect(theirs.message.replace(/req_\w+/, "").replace(id, "resp_none")).toBe(unknown.message.replace(/req_\w+/, ""));
  });

  test("end with the key: nobody else is asked, and the client is told to say it all again", async () => {
    const { shop, vendors, client } = await setUp();
    const first = await client.responses.create({ model: "gpt-test", input: "Hi" });
    const [made] = calls(vendors);
    const vendor = vendors.find(({ calls: [call] }) => call === made)!;
    const { script } = vendor;
    vendor.script = (call) => {
      call.response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: "Incorrect API key provided", code: "invalid_api_key" } }));
    };
    const refused = await client.responses.create({ model: "gpt-test", input: "More", previous_response_id: first.id }).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ status: 502 });
    expect(shop.disabled).toHaveLength(1);
    vendor.script = script;
    await expect(client.responses.create({ model: "gpt-test", input: "More", previous_response_id: first.id })).rejects.toMatchObject(NOT_FOUND);
    await expect(client.responses.retrieve(first.id)).rejects.toThrow(OpenAI.NotFoundError);
    expect(calls(vendors)).toHaveLength(2);
  });

  test("end where the vendor has lost them", async () => {
    const { vendors, client } = await setUp();
    const first = await client.responses.create({ model: "gpt-test", input: "Hi" });
    for (const { kept } of vendors) kept.clear();
    const error = await client.responses.create({ model: "gpt-test", input: "More", previous_response_id: first.id }).catch((thrown: unknown) => thrown) as Error;
    expect(error).toMatchObject(NOT_FOUND);
    expect(error.message).not.toMatch(/resp_[ab]/);
    await expect(client.responses.retrieve(first.id)).rejects.toThrow(OpenAI.NotFoundError);
  });

  test("fail where their vendor fails: no other could go on", async () => {
    const { vendors, client, shop } = await setUp();
    const first = await client.responses.create({ model: "gpt-test", input: "Hi" });
    for (const vendor of vendors) vendor.script = ({ response }) => void response.writeHead(500).end("{}");
    const before = calls(vendors).map(({ headers }) => headers.authorization);
    await expect(client.responses.create({ model: "gpt-test", input: "More", previous_response_id: first.id })).rejects.toMatchObject({ status: 502 });
    expect(new Set(calls(vendors).map(({ headers }) => headers.authorization))).toEqual(new Set(before));
    expect(shop.billing.records.at(-1)).toMatchObject({ chargeNano: 0n });
  });

  test("hold what the vendor may count of them: the whole window", async () => {
    const { shop, client } = await setUp();
    const first = await client.responses.create({ model: "gpt-test", input: "Hi" });
    await client.responses.create({ model: "gpt-test", input: "More", previous_response_id: first.id });
    expect(shop.billing.asks.map(({ inputTokensMax }) => inputTokensMax)).toEqual([expect.any(Number), 128_000]);
    expect(shop.billing.asks[0]!.inputTokensMax).toBeLessThan(1_000);
  });

  test("store: false keeps nothing anywhere", async () => {
    const { vendors, client, responses } = await setUp();
    const answer = await client.responses.create({ model: "gpt-test", input: "Hi", store: false });
    expect([storeOf(answer), responses.pins.size, calls(vendors)[0]!.body.store]).toEqual([false, 0, false]);
    await expect(client.responses.retrieve(answer.id)).rejects.toThrow(OpenAI.NotFoundError);
  });

  test("a vendor of another format keeps nothing, and the answer says so", async () => {
    const vendor = await startVendor((call) => completion(call));
    closing.push(vendor.close);
    const { client, responses } = await setUp({ channels: [{ baseUrl: vendor.url, provider: "openai-compatible" }] });
    const answer = await client.responses.create({ model: "gpt-test", input: "Hi" });
    expect([answer.output_text, storeOf(answer), responses.pins.size]).toEqual(["Hello there", false, 0]);
    await expect(client.responses.create({ model: "gpt-test", input: "More", previous_response_id: answer.id })).rejects.toMatchObject(NOT_FOUND);
  });
});

describe("where the policy changes", () => {
  const LOCAL = { response: { id: "resp_7", output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Before" }] }] }, input: [{ role: "user", content: "First" }] };

  test("what the shop has kept goes on from the shop's mind", async () => {
    const { vendors, client, responses } = await setUp();
    responses.kept.set("user1/resp_7", LOCAL);
    const answer = await client.responses.create({ model: "gpt-test", input: "More", previous_response_id: "resp_7" });
    expect(calls(vendors)[0]!.body).toMatchObject({ store: true, input: [{ content: "First" }, { role: "assistant" }, { role: "user" }] });
    expect(calls(vendors)[0]!.body).not.toHaveProperty("previous_response_id");
    expect(answer.previous_response_id).toBe("resp_7");
    await expect(client.responses.cancel("resp_7")).rejects.toMatchObject({ status: 400 });
  });

  test("what the vendor has kept cannot be gone on from any more, but it can be looked up", async () => {
    const { vendors, client, responses } = await setUp({ settings: { responsesState: "local" } });
    vendors[0]!.kept.set("resp_a_9", { key: "vendor-secret-k0a", response: { id: "resp_a_9", object: "response", model: "up-model", status: "completed", previous_response_id: null, output: [] }, input: [] });
    responses.pins.set("user1/resp_x", { pin: { channelId: "c0", keyId: "k0a", upstreamId: "resp_a_9", model: "gpt-test" } });
    await expect(client.responses.create({ model: "gpt-test", input: "More", previous_response_id: "resp_x" })).rejects.toMatchObject(NOT_FOUND);
    expect(await client.responses.retrieve("resp_x")).toMatchObject({ id: "resp_x", model: "gpt-test" });
  });

  test("off: nothing is kept, and nothing is gone on from", async () => {
    const { vendors, client, responses } = await setUp({ settings: { responsesState: "off" } });
    responses.kept.set("user1/resp_7", LOCAL);
    const answer = await client.responses.create({ model: "gpt-test", input: "Hi" });
    expect([calls(vendors)[0]!.body.store, responses.kept.size, responses.pins.size]).toEqual([false, 1, 0]);
    await expect(client.responses.create({ model: "gpt-test", input: "More", previous_response_id: answer.id })).rejects.toMatchObject(NOT_FOUND);
    await expect(client.responses.create({ model: "gpt-test", input: "More", previous_response_id: "resp_7" })).rejects.toMatchObject(NOT_FOUND);
  });
});

describe("upstream_store", () => {
  const local = { settings: { responsesState: "local" as const } };

  test("the vendor keeps nothing while the shop does", async () => {
    const { vendors, client } = await setUp(local);
    await client.responses.create({ model: "gpt-test", input: "Hi" });
    await client.responses.create({ model: "gpt-test", input: "Hi", store: true });
    expect(calls(vendors).map(({ body }) => body.store)).toEqual([false, false]);
  });

  test("with it the vendor keeps what the client says, and the shop keeps its own all the same", async () => {
    const { vendors, client, responses } = await setUp({ ...local, channel: { settings: { upstream_store: true } } });
    const first = await client.responses.create({ model: "gpt-test", input: "Hi" });
    await client.responses.create({ model: "gpt-test", input: "Hi", store: false });
    await client.responses.create({ model: "gpt-test", input: "More", previous_response_id: first.id });
    const [plain, unkept, next] = calls(vendors).sort((a, b) => a.n - b.n);
    expect([plain, unkept, next].map((call) => call!.body.store).sort()).toEqual([false, undefined, undefined]);
    expect(calls(vendors).some(({ body }) => "previous_response_id" in body)).toBe(false);
    expect(responses.kept.size).toBe(2);
  });
});
