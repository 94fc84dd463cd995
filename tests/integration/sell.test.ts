import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyAudit, type Role } from "#accounts/index.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { createClock } from "#platform/clock.ts";
import { fingerprint } from "#platform/crypto/hash.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { createOutbound, type Outbound } from "#platform/outbound/agent.ts";
import { inspectAddress } from "#platform/outbound/inspect.ts";
import { createChannelTests, createHttpTransport, createSimulator } from "#relay/index.ts";
import { loadSnapshot } from "#snapshot/index.ts";
import { callerOf } from "#trpc/root.ts";
import { testContext } from "../support/trpc-context.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestShop, STORE, type TestShop } from "../support/test-shop.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";

/** What is sold, as the staff changes it: each act with its rights, its audit line, its revision and its refusals. */

let database: TestDatabase;
let shop: TestShop;
let vendor: Vendor;
let listing: Server;
let outbound: Outbound;
let owner: ReturnType<typeof caller>;
const STAFF = { id: "01970000-0000-7000-8000-000000000001", sid: "01970000-0000-7000-8000-000000000002", email: "owner@example.com", name: undefined, locale: "en" } as const;
const SECRETS = ["sk-first-0123456789abcdef", "sk-second-0123456789abcdef", "sk-third-0123456789abcdef"];

function caller(role: Role, renewedAt = new Date()) {
  const clock = createClock();
  const sealer = createSealer(shop.keys);
  const tests = createChannelTests({
    pool: database.pool, sealer, clock, transport: createHttpTransport(outbound), simulator: createSimulator({ clock }), inspect: (url) => inspectAddress(outbound.guard, url, "channel", 2_000),
  });
  return callerOf({
    ...testContext(database.pool), ip: "192.0.2.1",
    user: { ...STAFF, role, timeZone: "UTC", theme: "system", density: "compact", mustVerify: false, renewedAt },
    supply: { auditKey: shop.keys.auditKey, sealer, fingerprint: (secret) => fingerprint(shop.keys.keyPepper, secret), tests, nowMs: () => clock.now() },
  }).admin;
}

const rev = async (): Promise<bigint> => BigInt((await database.pool.query<{ rev: string }>("SELECT rev::text FROM config_rev")).rows[0]!.rev);
const lastAudit = async (): Promise<{ action: string; target_id: string; actor_id: string; text: string }> =>
  (await database.pool.query("SELECT action, target_id, actor_id, row_to_json(audit_log)::text AS text FROM audit_log ORDER BY seq DESC LIMIT 1")).rows[0];

/** The act raises the revision by one and leaves the named line. */
async function acted<T>(action: string, act: () => Promise<T>): Promise<T> {
  const before = await rev();
  const result = await act();
  expect(await rev()).toBe(before + 1n);
  expect(await lastAudit()).toMatchObject({ action, actor_id: STAFF.id });
  return result;
}

async function refusal(act: Promise<unknown>): Promise<string> {
  const said = act.then(() => "done", (error: Error) => error.message);
  const before = await rev();
  const message = await said;
  expect(await rev()).toBe(before);
  return message.split(":")[0]!;
}

const channelNamed = async (name: string) => (await owner.channels.list()).find((channel) => channel.name === name)!;
const modelNamed = async (slug: string) => (await owner.models.list()).find((model) => model.slug === slug)!;

beforeAll(async () => {
  database = await createTestDatabase();
  shop = createTestShop(database, { UPSTREAM: "sk-upstream-from-environment" });
  await shop.apply(STORE);
  await database.pool.query("INSERT INTO users (id, email, role, group_id) SELECT $1, 'owner@example.com', 'owner', id FROM groups WHERE name = 'default'", [STAFF.id]);
  vendor = await startVendor();
  // lists models as a vendor does, and sends everything else on to the talking one
  listing = createServer((request, reply) => {
    if (request.headers.authorization?.includes("dead")) reply.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: `Incorrect API key: ${request.headers.authorization.slice(7)}`, code: "invalid_api_key" } }));
    else reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data: [{ id: "gpt-4o-mini-2024" }, { id: "gpt-5-nano" }, { id: "acme-one" }] }));
  });
  await new Promise<void>((resolve) => listing.listen(0, "127.0.0.1", resolve));
  outbound = createOutbound({ allowPrivate: true });
  owner = caller("owner");
});
afterAll(async () => {
  await Promise.all([outbound?.close(), vendor?.close(), new Promise((resolve) => listing.close(resolve))]);
  await database.drop();
});

describe("who may", () => {
  test.each([["support", "FORBIDDEN"], ["finance", "FORBIDDEN"], ["customer", "FORBIDDEN"]] as const)("%s changes nothing", async (role, code) => {
    const as = caller(role);
    const main = await channelNamed("main"), model = await modelNamed("gpt-4o-mini"), [group] = await owner.groups.list();
    const acts = [
      as.channels.create({ name: "x", provider: "simulator", keys: "" }), as.channels.update({ id: main.id, seen: main.updatedAt, patch: { weight: 1 } }), as.channels.setEnabled({ id: main.id, enabled: false }),
      as.channels.pause({ id: main.id, minutes: 15 }), as.channels.remove({ id: main.id }), as.channels.addKeys({ id: main.id, text: "sk-aaaaaaaa" }), as.channels.previewKeys({ text: "sk-aaaaaaaa" }),
      as.channels.setKeyEnabled({ id: main.id, keyId: main.keys[0]!.id, enabled: false }), as.channels.replaceKey({ id: main.id, keyId: main.keys[0]!.id, text: "sk-aaaaaaaa" }),
      as.channels.removeKeys({ id: main.id, keyIds: [main.keys[0]!.id] }), as.channels.test({ id: main.id }), as.channels.fetchModels({ id: main.id }), as.channels.setCost({ id: main.id, upstreamName: "x", cost: null }),
      as.models.importFromCatalogue({ entries: [{ key: "openai/gpt-5-nano" }], withPrices: true }), as.models.create({ slug: "x" }), as.models.update({ id: model.id, seen: model.updatedAt, patch: {} }),
      as.models.setEnabled({ models: [{ id: model.id, seen: model.updatedAt }], enabled: false }), as.prices.publish({ modelId: model.id, seenVersion: null, price: { form: "words", words: { input: "1" } } }),
      as.prices.withdraw({ versionId: 1n }), as.prices.previewRule({ modelIds: [model.id], rule: { base: "current", factorPpm: 1 } }), as.prices.applyRule({ models: [{ id: model.id, seenVersion: null }], rule: { base: "current", factorPpm: 1 } }),
      as.groups.create({ name: "x" }), as.groups.update({ id: group!.id, seen: group!.updatedAt, patch: {} }), as.groups.setOverride({ id: group!.id, modelId: model.id, override: null }), as.groups.remove({ id: group!.id }),
    ];
    const codes = await Promise.all(acts.map((act) => act.then(() => "done", (error: { code?: string }) => error.code)));
    expect(codes).toEqual(acts.map(() => code));
  });

  test("keys, another address and prices below cost ask for the password again, the rest does not", async () => {
    const as = caller("owner", new Date(Date.now() - 3_600_000));
    const main = await channelNamed("main"), model = await modelNamed("gpt-4o-mini");
    const cheap = { modelId: model.id, seenVersion: (await owner.prices.get({ id: model.id })).newestVersion, price: { form: "words" as const, words: { input: "0.000001", output: "0.000001" } } };
    const said = async (act: Promise<unknown>): Promise<string> => act.then(() => "done", (error: { reason?: string; message: string }) => error.reason ?? error.message.split(":")[0]!);
    expect(await said(as.channels.create({ name: "x", provider: "simulator", keys: "" }))).toBe("sudo");
    expect(await said(as.channels.addKeys({ id: main.id, text: SECRETS[0]! }))).toBe("sudo");
    expect(await said(as.channels.replaceKey({ id: main.id, keyId: main.keys[0]!.id, text: SECRETS[0]! }))).toBe("sudo");
    expect(await said(as.channels.update({ id: main.id, seen: main.updatedAt, patch: { baseUrl: "https://elsewhere.example/v1" } }))).toBe("sudo");
    expect(await said(as.prices.publish(cheap))).toBe("below_cost");
    expect(await said(as.prices.publish({ ...cheap, confirmBelowCost: true }))).toBe("sudo");
    expect(await said(as.prices.applyRule({ models: [{ id: model.id, seenVersion: cheap.seenVersion }], rule: { base: "current", factorPpm: 1 }, confirmBelowCost: true }))).toBe("sudo");
    expect((await channelNamed("main")).keys).toEqual(main.keys);
    expect(await said(as.channels.update({ id: main.id, seen: main.updatedAt, patch: { weight: main.weight } }))).toBe("done");
  });

  test("support sees health and prices, and no cost", async () => {
    const as = caller("support");
    const [channel] = await as.channels.list();
    expect(channel).toMatchObject({ name: "main", costPpm: null, day: { costPico: null } });
    expect((await as.models.list()).map(({ marginPpm, cheapest }) => [marginPpm, cheapest])).toEqual([[null, []], [null, []]]);
    expect((await as.prices.book()).rows[0]).toMatchObject({ costs: [], lowestPpm: null, monthPpm: null });
  });
});

describe("channels and keys", () => {
  test("E-71 keys are taken from a paste, sealed, and never come back", async () => {
    const made = await acted("channel.create", () => owner.channels.create({ name: "pasted", provider: "openai", baseUrl: vendor.url, keys: `${SECRETS[0]}\n${SECRETS[1]}, ${SECRETS[0]}\nshort\n{broken}`, groupIds: [] }));
    expect(made).toMatchObject({ keys: 2, problems: [{ line: 2, problem: "twice" }, { line: 3, problem: "too_short" }, { line: 4, problem: "not_a_key" }] });
    const channel = await channelNamed("pasted");
    expect(channel).toMatchObject({ status: "disabled", state: "off", keys: [{ suffix: "cdef", status: "active" }, { suffix: "cdef" }] });
    const { rows } = await database.pool.query<{ sealed: Buffer }>("SELECT sealed FROM channel_keys WHERE channel_id = $1", [channel.id]);
    expect(rows).toHaveLength(2);
    const everywhere = JSON.stringify([channel, await owner.channels.get({ id: channel.id }), rows.map(({ sealed }) => sealed.toString("latin1")), (await database.pool.query("SELECT row_to_json(audit_log)::text AS t FROM audit_log")).rows],
      (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
    for (const secret of SECRETS) expect(everywhere).not.toContain(secret);
  });

  test("more keys are added, known ones counted, one replaced, one switched off, one removed", async () => {
    const { id, keys } = await channelNamed("pasted");
    const preview = await owner.channels.previewKeys({ channelId: id, text: SECRETS.join("\n") });
    expect(preview.keys.map(({ known }) => known)).toEqual([true, true, false]);
    expect(JSON.stringify(preview)).not.toContain(SECRETS[2]);
    expect(await acted("channel.keys.add", () => owner.channels.addKeys({ id, text: JSON.stringify([{ key: SECRETS[2] }, SECRETS[0]]) }))).toMatchObject({ added: 1, known: 1 });
    await acted("channel.key.disable", () => owner.channels.setKeyEnabled({ id, keyId: keys[0]!.id, enabled: false }));
    await acted("channel.key.replace", () => owner.channels.replaceKey({ id, keyId: keys[1]!.id, text: "sk-replaced-0000000000009999" }));
    const after = (await channelNamed("pasted")).keys;
    expect(after.map(({ suffix, status }) => [suffix, status])).toEqual([["cdef", "disabled"], ["9999", "active"], ["cdef", "active"]]);
    await acted("channel.keys.remove", () => owner.channels.removeKeys({ id, keyIds: [after[2]!.id] }));
    expect((await channelNamed("pasted")).keys).toHaveLength(2);
    expect(await refusal(owner.channels.addKeys({ id, text: "x" }))).toBe("nothing_to_do");
  });

  test("the second of two editors is told, and nothing of his is lost or written", async () => {
    const { id, updatedAt } = await channelNamed("pasted");
    await acted("channel.update", () => owner.channels.update({ id, seen: updatedAt, patch: { priority: 7, models: { "gpt-4o-mini": "gpt-4o-mini-2024" } } }));
    expect(await refusal(owner.channels.update({ id, seen: updatedAt, patch: { priority: 9 } }))).toBe("changed_meanwhile");
    expect(await channelNamed("pasted")).toMatchObject({ priority: 7, models: [{ publicName: "gpt-4o-mini", upstreamName: "gpt-4o-mini-2024", sold: true, priced: true }] });
    expect(await refusal(owner.channels.update({ id, seen: (await channelNamed("pasted")).updatedAt, patch: { name: "main" } }))).toBe("name_taken");
    expect(await refusal(owner.channels.create({ name: "pasted", provider: "openai", keys: "" }))).toBe("name_taken");
  });

  test("a paused channel is in the snapshot with its end, and back at a word", async () => {
    const { id } = await channelNamed("main");
    const { until } = await acted("channel.pause", () => owner.channels.pause({ id, minutes: 15 }));
    const snapshot = () => loadSnapshot({ pool: database.pool, sealer: createSealer(shop.keys), clock: createClock() });
    expect((await snapshot()).channels.get(id)?.pausedUntilMs).toBe(until!.getTime());
    expect((await channelNamed("main")).state).toBe("paused");
    await acted("channel.pause", () => owner.channels.pause({ id, minutes: 0 }));
    expect((await snapshot()).channels.get(id)?.pausedUntilMs).toBeUndefined();
  });

  test("the address is shown as requests would use it", async () => {
    expect(await owner.channels.address({ provider: "openai", baseUrl: "https://gateway.example" })).toEqual({ url: "https://gateway.example/v1/chat/completions" });
    expect(await owner.channels.address({ provider: "openai", baseUrl: "not an address" })).toEqual({ url: null });
  });
});

describe("a channel's test", () => {
  test("the simulator answers, streams, reports usage, and the house bears the cost", async () => {
    await acted("channel.create", () => owner.channels.create({ name: "sim", provider: "simulator", keys: "", models: { "gpt-4o-mini": "sim" }, costPpm: 500_000, enabled: true }));
    const { id, groups } = await channelNamed("sim");
    expect(groups.map(({ name }) => name)).toEqual(["default"]); // as no other was named
    const report = await owner.channels.test({ id });
    expect(report).toMatchObject({ ok: true, model: "gpt-4o-mini", steps: [{ step: "reply", state: "ok" }, { step: "stream", state: "ok" }, { step: "usage", state: "ok" }] });
    const { rows } = await database.pool.query<{ charge: string; cost: string; email: string; attempts: number; input: string; output: string }>(
      `SELECT charge_nano::text AS charge, cost_pico::text AS cost, u.email, u_input::text AS input, u_output::text AS output,
              (SELECT count(*)::int FROM attempts a WHERE a.request_id = c.id) AS attempts FROM charges c JOIN users u ON u.id = c.user_id WHERE c.channel_id = $1`, [id]);
    expect(rows).toHaveLength(2);
    // half of the list price of 0.15 and 0.60 per million
    for (const row of rows) expect(row).toMatchObject({ charge: "0", email: "house", attempts: 1, cost: (BigInt(row.input) * 75_000n + BigInt(row.output) * 300_000n).toString() });
    expect(report.costPico).toBe(rows.reduce((sum, { cost }) => sum + BigInt(cost), 0n));
    expect(report.costPico).toBeGreaterThan(0n);
    expect((await checkInvariants(database.pool)).filter((invariant) => invariant.rows > 0)).toEqual([]);
    expect(await channelNamed("sim")).toMatchObject({ lastTest: { ok: true, model: "gpt-4o-mini", costPico: report.costPico }, day: { attempts: 2, failures: 0, costPico: report.costPico } });
  });

  test("the one request of the REST's test is booked alike", async () => {
    const { id } = await channelNamed("sim");
    const count = async (): Promise<number> => (await database.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM charges WHERE channel_id = $1", [id])).rows[0]!.n;
    const before = await count();
    expect((await owner.channels.test({ id, full: false })).steps.map(({ step }) => step)).toEqual(["reply", "usage"]);
    expect(await count()).toBe(before + 1);
  });

  test("E-70 a vendor is looked at step by step, and its own words are kept", async () => {
    const { id, keys } = await channelNamed("pasted");
    const report = await owner.channels.test({ id, keyId: keys[1]!.id });
    expect(report.steps.slice(0, 2)).toMatchObject([{ step: "address", state: "ok" }, { step: "connection", state: "ok" }]);
    expect(report.steps.find(({ step }) => step === "reply")).toMatchObject({ state: "ok" });
    expect(report.requestIds[0]).toMatch(/^req_/);
  });

  test("E-70 a dead key fails at its step, without being repeated", async () => {
    const { port } = listing.address() as AddressInfo;
    await owner.channels.create({ name: "dead", provider: "openai", baseUrl: `http://127.0.0.1:${port}/v1`, keys: "sk-dead-0123456789", models: { "gpt-4o-mini": "x" } });
    const report = await owner.channels.test({ id: (await channelNamed("dead")).id });
    expect(report).toMatchObject({ ok: false, requestIds: [], costPico: 0n });
    expect(report.steps.at(-1)).toMatchObject({ step: "key", state: "failed", note: expect.stringContaining("Incorrect API key") });
    expect(JSON.stringify(report, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))).not.toContain("sk-dead-0123456789");
  });

  test("E-70 an address that nothing listens at, and one that is not allowed", async () => {
    await owner.channels.create({ name: "nowhere", provider: "openai", baseUrl: "http://127.0.0.1:9/v1", keys: "sk-nowhere-0123456789" });
    expect((await owner.channels.test({ id: (await channelNamed("nowhere")).id })).steps.at(-1)).toMatchObject({ step: "connection", state: "failed" });
    const strict = createOutbound({ allowPrivate: false });
    await expect(inspectAddress(strict.guard, new URL("http://127.0.0.1:9/v1"), "channel", 1_000)).rejects.toMatchObject({ phase: "address" });
    await strict.close();
  });

  test("E-72 the vendor's models come in their groups and change nothing", async () => {
    const { port } = listing.address() as AddressInfo;
    const { id } = await owner.channels.create({ name: "lister", provider: "openai", baseUrl: `http://127.0.0.1:${port}/v1`, keys: "sk-live-0123456789", models: { "gpt-4o-mini": "gpt-4o-mini-2024", old: "gone-by-now" } });
    const before = await rev();
    const fetched = await owner.channels.fetchModels({ id });
    expect(fetched).toMatchObject({
      listed: true, gone: [{ publicName: "old", upstreamName: "gone-by-now" }],
      models: [
        { upstreamName: "acme-one", known: "unknown", served: false },
        { upstreamName: "gpt-4o-mini-2024", publicName: "gpt-4o-mini", known: "sold", served: true, input: 150_000n, output: 600_000n },
        { upstreamName: "gpt-5-nano", known: "priced", served: false },
      ],
    });
    expect(await rev()).toBe(before);
  });

  test("a deleted channel leaves its name to receipts and gives it free", async () => {
    const { id } = await channelNamed("sim");
    await acted("channel.delete", () => owner.channels.remove({ id }));
    expect(await channelNamed("sim")).toBeUndefined();
    const { rows } = await database.pool.query("SELECT c.name, (SELECT count(*)::int FROM channel_keys k WHERE k.channel_id = c.id) AS keys FROM channels c WHERE id = $1", [id]);
    expect(rows[0]).toMatchObject({ name: expect.stringMatching(/^sim \(deleted \d+\)$/), keys: 0 });
    await acted("channel.create", () => owner.channels.create({ name: "sim", provider: "simulator", keys: "" }));
    expect(await refusal(owner.channels.setEnabled({ id, enabled: true }))).toBe("not_found");
  });
});

describe("models and prices", () => {
  test("several come from the catalogue with their prices; a taken name is left alone and named", async () => {
    const found = await owner.models.catalogue({ search: "gpt-5-nano", vendor: "openai" });
    expect(found.entries[0]).toMatchObject({ key: "openai/gpt-5-nano", own: null });
    const { added, taken } = await owner.models.importFromCatalogue({ entries: [{ key: "openai/gpt-5-nano" }, { key: "openai/gpt-4o-mini" }], withPrices: true });
    expect([added.map(({ slug }) => slug), taken]).toEqual([["gpt-5-nano"], ["gpt-4o-mini"]]);
    expect(await modelNamed("gpt-5-nano")).toMatchObject({ input: found.entries[0]!.input, output: found.entries[0]!.output, priced: true, problems: ["no_channel"], facts: { source: "models.dev (MIT)" } });
    expect(await refusal(owner.models.importFromCatalogue({ entries: [{ key: "openai/gpt-4o-mini" }], withPrices: true }))).toBe("name_taken");
    expect(await refusal(owner.models.importFromCatalogue({ entries: [{ key: "nobody/nothing" }], withPrices: true }))).toBe("not_found");
  });

  test("one of the shop's own, with an alias that nobody else has, edited by one at a time, and off sale", async () => {
    const { id } = await acted("model.create", () => owner.models.create({ slug: "house-blend", endpoints: ["chat"], aliases: ["blend"], price: { form: "ratio", ratio: { model: "1.25", completion: "4", cache: "0.5" } } }));
    expect(await modelNamed("house-blend")).toMatchObject({ input: 2_500_000n, output: 10_000_000n, cacheRead: 1_250_000n, aliases: ["blend"] });
    expect(await refusal(owner.models.create({ slug: "blend" }))).toBe("name_taken");
    expect(await refusal(owner.models.create({ slug: "other", aliases: ["mini"] }))).toBe("alias_taken");
    expect(await refusal(owner.models.create({ slug: "other", endpoints: ["chat"], price: { form: "words", words: { input: "0.1234567", output: "1" } } }))).toBe("invalid");
    const { updatedAt } = await modelNamed("house-blend");
    await acted("model.update", () => owner.models.update({ id, seen: updatedAt, patch: { contextTokens: 1000, name: "House Blend", fallbacks: [{ model: "gpt-4o-mini", on: ["context", "unavailable"] }] } }));
    expect(await refusal(owner.models.update({ id, seen: updatedAt, patch: { contextTokens: 2000 } }))).toBe("changed_meanwhile");
    await acted("model.update", async () => owner.models.setEnabled({ models: [{ id, seen: (await modelNamed("house-blend")).updatedAt }], enabled: false }));
    expect(await modelNamed("house-blend")).toMatchObject({ enabled: false, contextTokens: 1000, fallbacks: [{ model: "gpt-4o-mini", on: ["unavailable", "context"] }] });
  });

  test.each([
    ["0.15", "0.60", { model: "0.075", completion: "4" }], ["3", "15", { model: "1.5", completion: "5" }], ["0.02", "0.02", { model: "0.01", completion: "1" }], ["0.000001", "0.000003", { model: "0.0000005", completion: "3" }],
  ])("$%s and $%s per million and the ratio form are the same integers", async (input, output, ratio) => {
    const slug = `exact-${input}`;
    const { id } = await owner.models.create({ slug, endpoints: ["chat"], price: { form: "words", words: { input, output } } });
    const usd = (await owner.prices.get({ id })).document!;
    await owner.prices.publish({ modelId: id, seenVersion: (await owner.prices.get({ id })).newestVersion, price: { form: "ratio", ratio } });
    const { history } = await owner.prices.get({ id });
    expect(history.map(({ document }) => document)).toEqual([usd, usd]);
    expect(history.find(({ ratioInput }) => ratioInput !== null)?.ratioInput).toEqual(ratio);
  });

  test("E-77 what was typed as ratio is kept with a document only if it says the same", async () => {
    const { id } = await owner.models.create({ slug: "kept", endpoints: ["chat"] });
    const publish = async (ratio: Record<string, string>) =>
      owner.prices.publish({ modelId: id, seenVersion: (await owner.prices.get({ id })).newestVersion, price: { form: "document", document: { items: { input: "2500000", output: "10000000" } }, ratio } });
    await publish({ model: "1.25", completion: "4" });
    await publish({ model: "1.25", completion: "4.1" });
    expect((await owner.prices.get({ id })).history.map(({ ratioInput }) => ratioInput).sort()).toEqual([{ model: "1.25", completion: "4" }, null].sort());
  });

  test("E-77 a price begins now, or later, and a scheduled one can be taken back", async () => {
    const row = async () => owner.prices.get({ id: (await modelNamed("gpt-4o-mini")).id });
    const { id, newestVersion } = await row();
    const price = { form: "words", words: { input: "0.30", output: "1.20" } } as const;
    const now = await acted("price.publish", () => owner.prices.publish({ modelId: id, seenVersion: newestVersion, price, note: "dearer" }));
    expect(now.effectiveFrom.getTime()).toBeGreaterThan(Date.now());
    expect(await refusal(owner.prices.publish({ modelId: id, seenVersion: newestVersion, price }))).toBe("changed_meanwhile");
    expect(await refusal(owner.prices.publish({ modelId: id, seenVersion: now.versionId, price, from: new Date(Date.now() - 1_000) }))).toBe("in_the_past");
    const later = await acted("price.schedule", () => owner.prices.publish({ modelId: id, seenVersion: now.versionId, price, from: new Date(Date.now() + 86_400_000) }));
    expect((await row()).history.map(({ state }) => state)[0]).toBe("scheduled");
    await acted("price.withdraw", () => owner.prices.withdraw({ versionId: later.versionId }));
    expect(await refusal(owner.prices.withdraw({ versionId: later.versionId }))).toBe("not_found");
    expect(await refusal(owner.prices.withdraw({ versionId: newestVersion! }))).toBe("begun_already");
  });

  test("E-77 below the dearest channel's cost only when it is said twice", async () => {
    const { id, newestVersion } = await owner.prices.get({ id: (await modelNamed("gpt-4o-mini")).id });
    // channel main: own cost 0.10 and 0.30
    const price = { form: "words", words: { input: "0.09", output: "0.29" } } as const;
    expect(await refusal(owner.prices.publish({ modelId: id, seenVersion: newestVersion, price }))).toBe("below_cost");
    await owner.prices.publish({ modelId: id, seenVersion: newestVersion, price, confirmBelowCost: true });
    expect((await lastAudit()).action).toBe("price.publish");
  });

  test("a bulk rule shows what it will do and does exactly that, all or nothing", async () => {
    const book = (await owner.prices.book()).rows.filter(({ slug }) => slug === "exact-3" || slug === "gpt-5-nano");
    const rule = { base: "current", factorPpm: 1_100_000, stepPico: 50_000n } as const;
    const preview = await owner.prices.previewRule({ modelIds: book.map(({ id }) => id), rule });
    expect(preview.find(({ slug }) => slug === "exact-3")?.items).toEqual([{ item: "input", before: 3_000_000n, after: 3_300_000n }, { item: "output", before: 15_000_000n, after: 16_500_000n }]);
    const models = preview.map(({ id, seenVersion }) => ({ id, seenVersion }));
    expect(await refusal(owner.prices.applyRule({ models: models.map((model, index) => (index === 0 ? { ...model, seenVersion: 1n } : model)), rule }))).toBe("changed_meanwhile");
    expect(await owner.prices.applyRule({ models, rule })).toMatchObject({ published: 2 });
    const after = await owner.prices.get({ id: book.find(({ slug }) => slug === "exact-3")!.id });
    expect(after.history[0]!.document.items).toEqual({ input: "3300000", output: "16500000" });
  });

  test("a price from what the channels cost", async () => {
    const { id } = await modelNamed("gpt-4o-mini");
    const [preview] = await owner.prices.previewRule({ modelIds: [id], rule: { base: "cost_dearest", factorPpm: 1_300_000 } });
    expect(preview!.items.filter(({ item }) => item !== "cache_read").map(({ item, after }) => [item, after])).toEqual([["input", 130_000n], ["output", 390_000n]]);
  });

  test("a channel's own cost of a model is what margins count from", async () => {
    const { id } = await channelNamed("main");
    await acted("channel.cost", () => owner.channels.setCost({ id, upstreamName: "gpt-4o-mini-2024", cost: { input: "0.05", output: "0.2" } }));
    const { costs } = await owner.prices.get({ id: (await modelNamed("gpt-4o-mini")).id });
    expect(costs.find(({ item }) => item === "input")).toMatchObject({ cheapest: 50_000n, dearest: 50_000n, dearestName: "main" });
    expect(await refusal(owner.channels.setCost({ id, upstreamName: "x", cost: { input: "-1" } }))).toBe("invalid");
  });

  test("the costs of a channel's models: its own, or its factor on the list price", async () => {
    const { id } = await channelNamed("main");
    const of = async (name: string) => (await owner.channels.costs({ id })).find(({ publicName }) => publicName === name)!;
    expect(await of("gpt-4o-mini")).toMatchObject({ upstreamName: "gpt-4o-mini-2024", own: { input: "0.05", output: "0.20" }, complex: false, cost: { input: 50_000n, output: 200_000n } });
    await acted("channel.cost", () => owner.channels.setCost({ id, upstreamName: "gpt-4o-mini-2024", cost: null }));
    const back = await of("gpt-4o-mini");
    expect([back.own, back.cost["input"], back.price["input"]]).toEqual([null, back.price["input"]! / 2n, back.price["input"]]);
    await acted("channel.cost", () => owner.channels.setCost({ id, upstreamName: "gpt-4o-mini-2024", cost: { input: "0.05", output: "0.2" } }));
  });
});

describe("groups", () => {
  test("E-79 made, changed by one at a time, with a price of its own for one model", async () => {
    const { id } = await acted("group.create", () => owner.groups.create({ name: "partner", ppm: 850_000 }));
    expect(await refusal(owner.groups.create({ name: "partner" }))).toBe("name_taken");
    const group = async () => (await owner.groups.list()).find(({ name }) => name === "partner")!;
    const { updatedAt } = await group();
    await acted("group.update", () => owner.groups.update({ id, seen: updatedAt, patch: { topUpPpm: 950_000, limits: { rps: 4, rpm: 10, burst_ratio: 0.1, queue_ms: 2_000 }, auto: ["default", "vip"] } }));
    expect(await refusal(owner.groups.update({ id, seen: updatedAt, patch: { ppm: 1 } }))).toBe("changed_meanwhile");
    const { id: modelId } = await modelNamed("gpt-4o-mini");
    await acted("group.price", () => owner.groups.setOverride({ id, modelId, override: { ppm: 700_000 } }));
    await acted("group.price", () => owner.groups.setOverride({ id, modelId, override: { price: { form: "words", words: { input: "1" } } } }));
    expect((await group()).overrides).toEqual([{ modelId, slug: "gpt-4o-mini", ppm: null, prices: { input: 1_000_000n } }]);
    await acted("group.price", () => owner.groups.setOverride({ id, modelId, override: null }));
    expect(await group()).toMatchObject({ overrides: [], ppm: 850_000, topUpPpm: 950_000, limits: { rps: 4, rpm: 10, burst_ratio: 0.1, queue_ms: 2_000 }, auto: ["default", "vip"] });
  });

  test("deleted only with somewhere for its members to go; the default stays", async () => {
    const groups = await owner.groups.list();
    const [byDefault, vip, partner] = ["default", "vip", "partner"].map((name) => groups.find((group) => group.name === name)!);
    await database.pool.query("UPDATE users SET group_id = $1 WHERE email = 'alice@example.com'", [vip!.id]);
    expect(await refusal(owner.groups.remove({ id: byDefault!.id, replacementId: vip!.id }))).toBe("default_group");
    expect(await refusal(owner.groups.remove({ id: vip!.id }))).toBe("in_use");
    await acted("group.delete", () => owner.groups.remove({ id: vip!.id, replacementId: partner!.id }));
    expect((await owner.groups.list()).find(({ name }) => name === "partner")).toMatchObject({ members: 1, auto: ["default"] });
  });
});

test("the audit log's chain holds, and every line of the staff names who and from where", async () => {
  expect((await verifyAudit(database.pool, shop.keys.auditKey)).brokenAt).toBeUndefined();
  const { rows } = await database.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM audit_log WHERE actor_type = 'user' AND (actor_id <> $1 OR ip IS DISTINCT FROM '192.0.2.1' OR session <> $2)", [STAFF.id, STAFF.sid]);
  expect(rows[0]!.n).toBe(0);
});
