import { randomBytes } from "node:crypto";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createUser } from "#accounts/index.ts";
import { ensureDefaultGroup } from "#catalog/index.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createReplyStore, pruneReplies, type ReplyStore } from "#reports/index.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { KEY, openShop, until, type Shop } from "./shop.ts";
import { completion, failure, startVendor, type Vendor } from "./vendor.ts";

let database: TestDatabase, store: ReplyStore, vendor: Vendor;
/** Two nodes of one shop, and one that serves another user. */
let one: Shop, two: Shop, other: Shop;
let ann: string;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createReplyStore(database.pool, createSealer({ kek: randomBytes(32), kekId: "00000001" }));
  const make = (email: string): Promise<string> => withTransaction(database.pool, async (tx) =>
    (await createUser(tx, { email, role: "customer", groupId: await ensureDefaultGroup(tx), passwordHash: "x", verified: true })).id);
  ann = await make("ann@example.com");
  const bob = await make("bob@example.com");
  vendor = await startVendor();
  const open = (userId: string): Promise<Shop> => openShop({ channels: [{ baseUrl: vendor.url }], caller: { userId }, replies: store });
  [one, two, other] = await Promise.all([open(ann), open(ann), open(bob)]);
});
afterAll(async () => {
  await Promise.all([one.close(), two.close(), other.close(), vendor.close()]);
  await database.drop();
});
beforeEach(() => {
  vendor.calls.length = 0;
  vendor.script = (call) => completion(call);
  for (const shop of [one, two, other]) shop.billing.records.length = 0;
});

const once = (shop: Shop, key: string, body: object = {}): Promise<Response> => shop.chat(body, { headers: { "idempotency-key": key } });
const codeOf = async (response: Response): Promise<unknown> => [response.status, (await response.json()).error.code];
const newKey = (): string => randomBytes(8).toString("hex");

test("the same request again gets the same bytes, from any node, and is charged once", async () => {
  const key = newKey();
  const first = await once(one, key);
  const text = await first.text();
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  for (const node of [one, two]) {
    const again = await once(node, key);
    expect([again.status, again.headers.get("idempotent-replayed"), await again.text()]).toEqual([200, "true", text]);
    for (const name of ["x-request-id", "x-modelmart-cost-nano-usd", "x-modelmart-model", "content-type"]) expect(again.headers.get(name)).toBe(first.headers.get(name));
  }
  expect(vendor.calls).toHaveLength(1);
  expect([...one.billing.records, ...two.billing.records].map(({ chargeNano }) => chargeNano)).toEqual([20_000n]);
});

test("another body under the key is a conflict; another user's key is another", async () => {
  const key = newKey();
  await once(one, key);
  const conflict = await once(two, key, { temperature: 1 });
  expect(conflict.headers.get("x-should-retry")).toBe("false");
  expect(await codeOf(conflict)).toEqual([409, "idempotency_conflict"]);
  expect((await once(other, key, { temperature: 1 })).headers.get("idempotent-replayed")).toBeNull();
  expect(vendor.calls).toHaveLength(2);
});

test("while the first runs the second is told to wait", async () => {
  const key = newKey();
  let go = (): void => undefined;
  vendor.script = (call) => void (go = () => completion(call));
  const first = once(one, key);
  await until(() => vendor.calls.length === 1);
  const second = await once(two, key);
  expect(second.headers.get("retry-after")).toBe("1");
  expect(await codeOf(second)).toEqual([409, "idempotency_in_progress"]);
  go();
  expect((await first).status).toBe(200);
  expect((await once(two, key)).headers.get("idempotent-replayed")).toBe("true");
});

test("what failed and cost nothing may be tried again", async () => {
  const key = newKey();
  vendor.script = (call) => failure(call, 400, "no");
  expect((await once(one, key)).status).toBe(400);
  one.billing.refuse = { refused: "low-balance-concurrency" };
  expect((await once(one, key)).status).toBe(429);
  one.billing.refuse = undefined;
  vendor.script = (call) => completion(call);
  expect((await once(two, key)).headers.get("idempotent-replayed")).toBeNull();
  expect((await once(two, key)).headers.get("idempotent-replayed")).toBe("true");
});

test("streams and large answers are not done again, and say which request it was", async () => {
  const [streamed, large] = [newKey(), newKey()];
  const first = await once(one, streamed, { stream: true });
  await first.text();
  const again = await once(two, streamed, { stream: true });
  expect(await again.json()).toMatchObject({ error: { code: "idempotency_replay_unavailable", generation_id: first.headers.get("x-request-id") } });
  vendor.script = (call) => completion(call, { text: "x".repeat(1024 * 1024) });
  await (await once(one, large)).text();
  expect(await codeOf(await once(two, large))).toEqual([409, "idempotency_replay_unavailable"]);
  expect(vendor.calls).toHaveLength(2);
});

test("OpenAI's SDK asks again after a reply was lost, for nothing", async () => {
  const key = newKey();
  let lost = 0;
  const client = new OpenAI({
    apiKey: KEY, baseURL: `${one.url}/v1`, maxRetries: 2,
    async fetch(url, init) {
      const response = await fetch(url, init);
      if (lost++ > 0) return response;
      await response.body?.cancel();
      throw new TypeError("the connection was reset");
    },
  });
  const answer = await client.chat.completions.create({ model: "gpt-test", messages: [{ role: "user", content: "Hi" }] }, { headers: { "Idempotency-Key": key } });
  expect(answer.choices[0]!.message.content).toBe("Hello there");
  expect(lost).toBe(2);
  expect(vendor.calls).toHaveLength(1);
  expect(one.billing.records).toHaveLength(1);
});

test("a client that left while its answer came finds it there", async () => {
  const key = newKey();
  let rest = (): void => undefined;
  vendor.script = (call) => {
    call.response.writeHead(200, { "content-type": "application/json" });
    call.response.write('{"id":"x","object":"chat.completion","model":"up-model",');
    rest = () => call.response.end('"choices":[{"index":0,"message":{"role":"assistant","content":"Here"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}');
  };
  const leaving = new AbortController();
  const left = one.chat({}, { headers: { "idempotency-key": key }, signal: leaving.signal }).catch(() => undefined);
  await until(() => vendor.calls.length === 1);
  leaving.abort();
  await left;
  rest();
  await until(() => one.billing.records.length === 1);
  const again = await waitFor(() => once(two, key));
  expect((await again.json()).choices[0].message.content).toBe("Here");
  expect(vendor.calls).toHaveLength(1);
});

/** Asks until the first has ended. */
async function waitFor(ask: () => Promise<Response>): Promise<Response> {
  for (const end = Date.now() + 10_000; ; ) {
    const response = await ask();
    if (response.status !== 409 || Date.now() > end) return response;
  }
}

test("without a place for answers the header means nothing; keys must be of a sane length", async () => {
  expect(await codeOf(await once(one, "k".repeat(256)))).toEqual([400, "invalid_value"]);
  const plain = await openShop({ channels: [{ baseUrl: vendor.url }] });
  const key = newKey();
  await once(plain, key);
  expect((await once(plain, key)).headers.get("idempotent-replayed")).toBeNull();
  await plain.close();
});

test("where answers may not be kept, repeating is refused", async () => {
  const discreet = await openShop({ channels: [{ baseUrl: vendor.url }], caller: { userId: ann }, replies: store, settings: { keepReplies: false } });
  const key = newKey();
  expect((await once(discreet, key)).status).toBe(200);
  expect(await codeOf(await once(discreet, key))).toEqual([409, "idempotency_replay_unavailable"]);
  await discreet.close();
});

test("what an operator's key learns of channels is not given again to one that may not", async () => {
  const debugging = await openShop({ channels: [{ baseUrl: vendor.url }], caller: { userId: ann, scopes: ["debug"] }, replies: store });
  const key = newKey();
  expect((await once(debugging, key)).headers.get("x-modelmart-channel")).toBe("1");
  const again = await once(one, key);
  expect([again.headers.get("idempotent-replayed"), again.headers.get("x-modelmart-channel"), again.headers.get("x-modelmart-upstream-model")]).toEqual(["true", null, null]);
  await debugging.close();
});

test("answers are sealed, go after a day, and a dead node's key is free after a minute", async () => {
  const scope = randomBytes(32), bodyHash = randomBytes(32);
  const claim = (id: string) => store.claim({ userId: ann, scope, bodyHash, id });
  const [first, second] = [uuidv7(Date.now()), uuidv7(Date.now())];
  expect(await claim(first)).toEqual({ state: "claimed" });
  expect(await claim(second)).toEqual({ state: "running" });
  await database.pool.query("UPDATE kept_replies SET running_until = now() - interval '1 second' WHERE id = $1", [first]);
  expect(await claim(second)).toEqual({ state: "claimed" });
  const body = Buffer.from([0xff, 0x00, 0xfe]);
  await store.keep(second, { status: 200, headers: { "content-type": "audio/mpeg" }, body });
  await store.keep(first, { status: 200, headers: {}, body: Buffer.from("too late") });
  expect(await claim(first)).toEqual({ state: "done", id: second, reply: { status: 200, headers: { "content-type": "audio/mpeg" }, body } });
  const { rows: [row] } = await database.pool.query<{ sealed: Buffer }>("SELECT sealed FROM kept_replies WHERE id = $1", [second]);
  expect(row!.sealed.includes(body)).toBe(false);
  await database.pool.query("UPDATE kept_replies SET expires_at = now() - interval '1 second' WHERE id = $1", [second]);
  expect(await pruneReplies(database.pool)).toBe(1);
  expect(await claim(first)).toEqual({ state: "claimed" });
});
