import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyAudit } from "#accounts/index.ts";
import { nano, pico } from "#money/amount.ts";
import { parkHold } from "#money/durable-hold.store.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { compilePrice, parsePriceDocument } from "#money/price.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createTaskStore } from "#relay/index.ts";
import { errorOf, openAdminShop, type AdminShop } from "./shop.ts";

const HOLD = nano(5_000_000n);
let admin: AdminShop;
let modelId: string, versionId: bigint;

beforeAll(async () => {
  admin = await openAdminShop();
  const { rows: [row] } = await admin.pool.query<{ model: string; version: bigint }>("SELECT model_id AS model, id AS version FROM price_versions ORDER BY id LIMIT 1");
  ({ model: modelId, version: versionId } = row!);
});
afterAll(() => admin.drop());

const wallet = async () => (await admin.pool.query<{ leased: bigint }>("SELECT leased_nano AS leased FROM wallets WHERE id = $1", [await admin.walletId("alice@example.com")])).rows[0]!.leased;

/** A video that Alice has ordered, with its money set aside, as the relay leaves it. */
async function order(upstreamId: string): Promise<string> {
  const id = uuidv7(), walletId = await admin.walletId("alice@example.com"), userId = await admin.userId("alice@example.com");
  const store = createTaskStore(admin.pool, admin.context.sealer);
  const card = compilePrice({ versionId, document: parsePriceDocument({ items: { video_ms: "1000" } }), multipliers: [] }).card(0, Date.now());
  const deadlineAtMs = Date.now() + 3_600_000;
  const parked = await parkHold(admin.pool, { id, walletId, nodeId: uuidv7(), amount: HOLD, kind: "task", expiresAtMs: deadlineAtMs, budgets: [] }, (client) => store.insert(client, {
    publicId: `video_${upstreamId}`, model: "sora", form: "openai-videos", kind: "video", action: "generate", content: { prompt: "SECRET", count: 1 }, deadlineAtMs, nextPollAtMs: deadlineAtMs,
    record: {
      id, walletId, userId, modelId, card, outcome: "ok", usageSource: "none", quantities: {}, sumPico: pico(0n), chargeNano: nano(0n), costPico: pico(0n), flags: 0, endpoint: "tasks", stream: false,
      httpStatus: 200, holdNano: HOLD, attempts: [], budgets: [],
    },
  }));
  expect(parked.short).toBeUndefined();
  await store.submitted(id, { protocol: "openai-videos", channelId: uuidv7(), credential: undefined, upstreamModel: "sora-2", costCard: undefined, attempts: [] }, upstreamId, deadlineAtMs);
  return id;
}

test("staff find tasks by what they know of them, and see what happened, but not what was asked for", async () => {
  const vendorId = `one-${uuidv7()}`;
  const id = await order(vendorId);
  const { admin: { tasks } } = await admin.as("support");
  for (const filter of [{}, { state: "open" as const }, { state: "submitted" as const }, { user: "ALICE@example.com" }, { model: "sora" }]) {
    expect((await tasks.list(filter)).rows.map((row) => row.id)).toContain(id);
  }
  for (const filter of [{ task: vendorId }, { task: `video_${vendorId}` }]) {
    expect((await tasks.list(filter)).rows.map((row) => row.id)).toEqual([id]);
  }
  for (const filter of [{ state: "stuck" as const }, { state: "failed" as const }, { user: "bob@example.com" }, { task: "two" }]) expect((await tasks.list(filter)).rows).toEqual([]);
  const task = await tasks.get({ id });
  expect(task).toMatchObject({ publicId: `video_${vendorId}`, email: "alice@example.com", state: "submitted", holdNano: HOLD, chargeNano: null, upstreamId: vendorId });
  expect(task.events.map(({ state }) => state)).toEqual(["queued", "submitted"]);
  expect(JSON.stringify(task, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value))).not.toContain("SECRET");
  expect(await errorOf(tasks.release({ id, reason: "it hangs since noon" }))).toBe("FORBIDDEN");
});

test("a task that hangs is ended by an operator: its money is free, nothing is charged, and it is in the audit log", async () => {
  const before = await wallet();
  const id = await order(uuidv7());
  expect(await wallet()).toBe(before + HOLD);
  const { admin: { tasks } } = await admin.as("operator");
  expect(await tasks.poll({ id })).toEqual({ id });
  expect(await tasks.release({ id, reason: "the vendor has lost it" })).toEqual({ id });
  expect(await wallet()).toBe(before);
  const task = await tasks.get({ id });
  expect(task).toMatchObject({ state: "failed", chargeNano: 0n, errorCode: "released" });
  expect(task.events.at(-1)).toMatchObject({ state: "failed", note: "the vendor has lost it" });
  expect([await errorOf(tasks.release({ id, reason: "the vendor has lost it" })), await errorOf(tasks.poll({ id })), await errorOf(tasks.get({ id: uuidv7() }))]).toEqual(["CONFLICT ended", "CONFLICT ended", "NOT_FOUND"]);
  const { rows } = await admin.pool.query("SELECT action, reason FROM audit_log WHERE target_type = 'task' AND target_id = $1 ORDER BY seq", [id]);
  expect(rows).toEqual([{ action: "task.poll", reason: null }, { action: "task.release", reason: "the vendor has lost it" }]);
  expect((await verifyAudit(admin.pool, admin.context.keys.auditKey)).brokenAt).toBeUndefined();
  expect((await checkInvariants(admin.pool)).filter(({ rows: found }) => found > 0)).toEqual([]);
});

test("the list goes on where its page ended", async () => {
  const ids = [];
  for (let i = 0; i < 51; i++) ids.push(await order(uuidv7()));
  const { admin: { tasks } } = await admin.as("operator");
  const first = await tasks.list({ state: "open", user: "alice@example.com" });
  expect(first.rows.length).toBe(50);
  const second = await tasks.list({ state: "open", user: "alice@example.com", cursor: first.next });
  expect(new Set([...first.rows, ...second.rows].map(({ id }) => id)).size).toBe(first.rows.length + second.rows.length);
  expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
});
