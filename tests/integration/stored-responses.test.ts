import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser } from "#accounts/index.ts";
import { ensureDefaultGroup } from "#catalog/index.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createResponseStore, pruneResponses } from "#reports/index.ts";
import type { ResponseStore } from "#reports/index.ts";
import { createTestDatabase } from "../support/database.ts";
import type { TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let store: ResponseStore;
let ann: string, bob: string;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createResponseStore(database.pool, createSealer({ kek: randomBytes(32), kekId: "00000001" }));
  const make = (email: string): Promise<string> => withTransaction(database.pool, async (tx) =>
    (await createUser(tx, { email, role: "customer", groupId: await ensureDefaultGroup(tx), passwordHash: "x", verified: true })).id);
  ann = await make("ann@example.com");
  bob = await make("bob@example.com");
});
afterAll(() => database.drop());

const stored = (id: string, text = "Hello") => ({
  response: { id, output: [{ id: `msg_${id}`, type: "message", content: [{ type: "output_text", text }] }] }, input: [{ role: "user", content: "MARKER" }],
});
const save = (userId: string, id: string, text?: string): Promise<boolean> => store.save(uuidv7(Date.now()), userId, stored(id, text));

test("what is kept is its owner's, sealed, and can be removed", async () => {
  expect(await save(ann, "resp_1")).toBe(true);
  expect(await store.find("resp_1", ann)).toEqual(stored("resp_1"));
  expect(await store.find("resp_1", bob)).toBeUndefined();
  expect(await store.remove("resp_1", bob)).toBe(false);
  const { rows } = await database.pool.query<{ sealed: Buffer }>("SELECT sealed FROM stored_responses");
  expect(rows.map(({ sealed }) => sealed.includes("MARKER"))).toEqual([false]);
  expect(await store.remove("resp_1", ann)).toBe(true);
  expect(await store.find("resp_1", ann)).toBeUndefined();
});

test("the same id means the later answer, and another user's is another", async () => {
  await save(ann, "resp_2", "First");
  await save(ann, "resp_2", "Second");
  await save(bob, "resp_2", "Bob's");
  expect(await store.find("resp_2", ann)).toEqual(stored("resp_2", "Second"));
  expect(await store.find("resp_2", bob)).toEqual(stored("resp_2", "Bob's"));
});

test("items are found by their ids", async () => {
  await save(ann, "resp_3");
  await save(bob, "resp_4");
  const found = await store.findItems(["msg_resp_3", "msg_resp_4", "msg_none"], ann);
  expect([...found.keys()]).toEqual(["msg_resp_3"]);
  expect(found.get("msg_resp_3")).toEqual(stored("resp_3").response.output[0]);
});

test("what is too large is not kept", async () => {
  expect(await save(ann, "resp_5", "x".repeat(1024 * 1024))).toBe(false);
  expect(await store.find("resp_5", ann)).toBeUndefined();
});

test("after 30 days it is gone for everybody, and its row with the next run of the job", async () => {
  await save(ann, "resp_6");
  const { rows: [row] } = await database.pool.query<{ days: number }>("SELECT extract(day FROM expires_at - created_at)::int AS days FROM stored_responses WHERE response_id = 'resp_6'");
  expect(row!.days).toBe(30);
  await database.pool.query("UPDATE stored_responses SET expires_at = now() - interval '1 second' WHERE response_id = 'resp_6'");
  expect(await store.find("resp_6", ann)).toBeUndefined();
  expect((await store.findItems(["msg_resp_6"], ann)).size).toBe(0);
  expect(await pruneResponses(database.pool)).toBe(1);
  expect(await pruneResponses(database.pool)).toBe(0);
});

test("of what its vendor keeps there is no more than where it is, and that is sealed", async () => {
  const pin = { channelId: "c1", keyId: "k1", upstreamId: "resp_upstream_9", model: "gpt" };
  await store.savePin(uuidv7(Date.now()), ann, "resp_7", pin);
  expect(await store.find("resp_7", ann)).toEqual({ pin });
  expect(await store.find("resp_7", bob)).toBeUndefined();
  expect((await store.findItems(["resp_7", "resp_upstream_9"], ann)).size).toBe(0);
  const { rows: [row] } = await database.pool.query<{ sealed: Buffer; days: number }>("SELECT sealed, extract(day FROM expires_at - created_at)::int AS days FROM stored_responses WHERE response_id = 'resp_7'");
  expect([row!.sealed.includes("resp_upstream_9"), row!.days]).toEqual([false, 30]);
  expect(await store.remove("resp_7", bob)).toBe(false);
  expect(await store.remove("resp_7", ann)).toBe(true);
});
