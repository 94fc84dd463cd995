import { afterAll, beforeAll, expect, test } from "vitest";
import { createHmac } from "node:crypto";
import { nano, pico } from "#money/amount.ts";
import { parkHold } from "#money/durable-hold.store.ts";
import { compilePrice, parsePriceDocument } from "#money/price.ts";
import { requestIdText, uuidv7 } from "#platform/ids.ts";
import { createTaskStore } from "#relay/index.ts";
import { testContext } from "../../support/trpc-context.ts";
import { ALICE, BOB_EMAIL, openConsoleShop, type Caller, type ConsoleShop } from "./console-shop.ts";

const HOLD = nano(5_000_000n);
let shop: ConsoleShop, alice: Caller, bob: Caller;

beforeAll(async () => {
  shop = await openConsoleShop();
  [alice, bob] = [await shop.as(ALICE), await shop.as(BOB_EMAIL)];
});
afterAll(() => shop.database.drop());

/** A video that Alice has ordered, with its money set aside, as the relay leaves it. */
async function order(upstreamId: string): Promise<string> {
  const { pool } = shop.database, id = uuidv7(), userId = await shop.userId(ALICE), deadlineAtMs = Date.now() + 3_600_000;
  const { rows: [known] } = await pool.query<{ wallet: string; model: string; version: bigint }>(
    `SELECT w.id AS wallet, p.model_id AS model, p.id AS version FROM wallets w, price_versions p WHERE w.owner_id = $1 ORDER BY p.id LIMIT 1`, [userId]);
  const store = createTaskStore(pool, testContext(pool).sealer);
  const card = compilePrice({ versionId: known!.version, document: parsePriceDocument({ items: { video_ms: "1000" } }), multipliers: [] }).card(0, Date.now());
  await parkHold(pool, { id, walletId: known!.wallet, nodeId: uuidv7(), amount: HOLD, kind: "task", expiresAtMs: deadlineAtMs, budgets: [] }, (client) => store.insert(client, {
    publicId: `video_${upstreamId}`, model: "sora", form: "openai-videos", kind: "video", action: "generate", deadlineAtMs, nextPollAtMs: deadlineAtMs,
    content: { prompt: "Waves at dawn", count: 1, notifyHook: "https://hooks.example/x" },
    record: {
      id, walletId: known!.wallet, userId, modelId: known!.model, card, outcome: "ok", usageSource: "none", quantities: {}, sumPico: pico(0n), chargeNano: nano(0n), costPico: pico(0n), flags: 0, endpoint: "tasks",
      stream: false, httpStatus: 200, holdNano: HOLD, attempts: [], budgets: [],
    },
  }));
  await store.submitted(id, { protocol: "openai-videos", channelId: uuidv7(), credential: undefined, upstreamModel: "sora-2", costCard: undefined, attempts: [] }, upstreamId, deadlineAtMs);
  return id;
}

test("a customer sees his own tasks, with what he asked for, what they cost and where their files are, and nothing of the vendor", async () => {
  const one = `own-${uuidv7()}`, id = await order(one);
  expect((await alice.console.tasks.list({ state: "open" })).rows).toContainEqual(expect.objectContaining({ id, publicId: `video_${one}`, state: "submitted", holdNano: HOLD, chargeNano: null }));
  expect(await alice.console.tasks.get({ id })).toMatchObject({ prompt: "Waves at dawn", notified: "https://hooks.example/x", files: [], requestId: requestIdText(id) });
  const store = createTaskStore(shop.database.pool, testContext(shop.database.pool).sealer);
  const content = { prompt: "Waves at dawn", count: 1, files: [{ url: "https://vendor.example/v.mp4", kind: "video" as const }] };
  await store.finish(id, { state: "succeeded", quantities: { video_ms: 4_000 }, content }, Date.now());
  const made = await alice.console.tasks.get({ id });
  expect(made).toMatchObject({ state: "succeeded", progress: 100, chargeNano: 4_000n });
  expect(made.files).toEqual([{ kind: "video", href: expect.stringMatching(new RegExp(`^/v1/videos/video_${one}/content\\?proof=`)) as unknown }]);
  expect(made.events.map(({ state }) => state)).toEqual(["queued", "submitted", "succeeded"]);
  expect(JSON.stringify(made, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value))).not.toMatch(/vendor\.example|sora-2/);
  expect((await alice.console.tasks.list({ state: "succeeded", model: "sora" })).rows.map((row) => row.id)).toContain(id);
  expect((await alice.console.tasks.list({ state: "failed" })).rows.map((row) => row.id)).not.toContain(id);
});

test("another's tasks cannot be seen, and the list goes on from where it was", async () => {
  const ids: string[] = [];
  for (let i = 0; i < 26; i++) ids.push(await order(`page-${i}-${uuidv7()}`));
  await expect(bob.console.tasks.get({ id: ids[0]! })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await bob.console.tasks.list({})).toEqual({ rows: [], next: null });
  const first = await alice.console.tasks.list({});
  expect(first.rows.map(({ id }) => id)).toEqual(ids.slice(1).reverse());
  expect((await alice.console.tasks.list({ cursor: first.next })).rows[0]!.id).toBe(ids[0]);
});

test("the signing secret is the customer's own", async () => {
  const { secret } = await alice.console.tasks.hookSecret();
  expect(secret).toBe(`whsec_${createHmac("sha256", shop.shop.keys.keyPepper).update(`task-hooks|${await shop.userId(ALICE)}`).digest("base64url")}`);
  expect((await bob.console.tasks.hookSecret()).secret).not.toBe(secret);
});
