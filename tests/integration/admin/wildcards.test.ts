import { afterAll, beforeAll, expect, test } from "vitest";
import { listOffers, listPriceChanges, findOffer } from "#catalog/storefront.store.ts";
import { createClock } from "#platform/clock.ts";
import { createOutbound, type Outbound } from "#platform/outbound/agent.ts";
import { createChannelTests, createHttpTransport, createSimulator } from "#relay/index.ts";
import { resolveModel } from "#relay/policy/resolve-model.ts";
import { loadSnapshot } from "#snapshot/index.ts";
import type { Caller } from "#snapshot/snapshot.ts";
import { tiersFor } from "#snapshot/wildcards.ts";
import { exportStore, StoreFileError } from "#store/index.ts";
import { callerOf } from "#trpc/root.ts";
import type { Supply } from "#trpc/supply.ts";
import { createTestDatabase } from "../../support/database.ts";
import { createTestShop } from "../../support/test-shop.ts";
import { startVendor, type Vendor } from "../../support/vendor.ts";
import { errorOf, openAdminShop, sessionOf, type AdminShop } from "./shop.ts";

/** Models that stand for all names that begin as they do, as the operator makes them. */

let admin: AdminShop;
let owner: ReturnType<typeof callerOf>["admin"];
let vendor: Vendor;
let outbound: Outbound;

const WILD = (base: string): string => `
models:
  - { id: openai/*, endpoints: [chat], context: 64000, price: { input: 1, output: 2 } }
channels:
  - { name: listed, provider: openai, base_url: ${base}, keys: [sk-upstream-x], models: [openai/*], cost: { "openai/*": { input: 0.5, output: 1 }, openai/o3: { input: 0.7, output: 1 } } }
  - { name: mapped, provider: simulator, models: { openai/*: azure/* } }
  - { name: whole, provider: simulator, models: { openai/*: openai/* } }
`;

beforeAll(async () => {
  admin = await openAdminShop();
  vendor = await startVendor();
  outbound = createOutbound({ allowPrivate: true });
  await admin.as("owner");
  const clock = createClock(), email = "owner@staff.example.com";
  const tests = createChannelTests({ pool: admin.pool, sealer: admin.context.sealer, clock, transport: createHttpTransport(outbound), simulator: createSimulator({ clock }) });
  const supply: Supply = { auditKey: admin.context.keys.auditKey, sealer: admin.context.sealer, fingerprint: String, nowMs: Date.now, tests };
  owner = callerOf({ ...admin.context, supply, user: sessionOf("owner", await admin.userId(email), email) }).admin;
  await admin.shop.apply(WILD(vendor.url));
});
afterAll(async () => {
  outbound?.close();
  await vendor?.close();
  await admin?.drop();
});

const channelNamed = async (name: string) => (await owner.channels.list()).find((channel) => channel.name === name)!;
const modelNamed = async (slug: string) => (await owner.models.list()).find((model) => model.slug === slug)!;
const snapshotNow = () => loadSnapshot({ pool: admin.pool, sealer: admin.context.sealer, clock: createClock() });

test("the store file's forms come back in the export, here and in another shop", async () => {
  expect(await admin.shop.apply(WILD(vendor.url))).toEqual([]);
  const text = await exportStore(admin.pool);
  expect(await admin.shop.apply(text)).toEqual([]);
  const { rows } = await admin.pool.query("SELECT c.name, m.upstream_name FROM channel_models m JOIN channels c ON c.id = m.channel_id WHERE m.public_name = 'openai/*' ORDER BY 1");
  expect(rows).toEqual([{ name: "listed", upstream_name: "*" }, { name: "mapped", upstream_name: "azure/*" }, { name: "whole", upstream_name: "openai/*" }]);
  const { rows: costs } = await admin.pool.query("SELECT DISTINCT upstream_model FROM cost_versions v JOIN channels c ON c.id = v.channel_id WHERE c.name = 'listed' ORDER BY 1");
  expect(costs).toEqual([{ upstream_model: "*" }, { upstream_model: "o3" }]);
  const other = await createTestDatabase();
  try {
    await createTestShop(other, { UPSTREAM: "x" }).apply(text.replaceAll(/- fingerprint: "?\w+"?/g, "- sk-other-upstream").replace(/codes:[\s\S]*?(?=management_tokens)/, ""));
    const again = await other.pool.query("SELECT c.name, m.upstream_name FROM channel_models m JOIN channels c ON c.id = m.channel_id WHERE m.public_name = 'openai/*' ORDER BY 1");
    expect(again.rows).toEqual(rows);
  } finally {
    await other.drop();
  }
});

test("what makes no sense of a wildcard is refused with its line", async () => {
  const errors = async (text: string) => ((await admin.shop.apply(text).catch((failure: unknown) => failure)) as StoreFileError).errors.map(({ line, message }) => [line, message.split(":")[0]]);
  expect(await errors("models:\n  - id: a*b\n  - { id: x/*, aliases: [y] }\n  - id: z/*\n    preset: { model: gpt-4o-mini }\n  - { id: w, aliases: [w/*] }\n  - { id: v, preset: { model: openai/* } }")).toEqual([
    [2, "models[0].id"], [3, "models[1].aliases"], [5, "models[2].preset"], [6, "models[3].aliases[0]"], [7, "models[4].preset.model"],
  ]);
  expect(await errors("channels:\n  - { name: q, provider: simulator, models: { openai/*: gpt-4o } }")).toHaveLength(1);
});

test("the snapshot serves what the file says, and what is switched off stays out of reach", async () => {
  const groupId = (await admin.pool.query<{ id: string }>("SELECT id FROM groups WHERE name = 'default'")).rows[0]!.id;
  const caller = { groupId } as Caller;
  const snapshot = await snapshotNow(), model = resolveModel(snapshot, caller, "openai/o3", "chat");
  const routes = tiersFor(snapshot, groupId, model).flatMap((tier) => tier.routes);
  expect(routes.map(({ channel, upstreamModel }) => [channel.name, upstreamModel])).toEqual([["listed", "o3"], ["mapped", "azure/o3"], ["whole", "openai/o3"]]);
  const now = Date.now(), costOf = (name: string) => snapshot.cost(tiersFor(snapshot, groupId, resolveModel(snapshot, caller, name, "chat"))[0]!.routes[0]!, model, now)!.card(0, now).prices.input;
  expect([costOf("openai/o3"), costOf("openai/o4")]).toEqual([700_000n, 500_000n]);
  await admin.shop.apply("models: [{ id: openai/gone, price: { input: 1, output: 1 }, enabled: false }]");
  const later = await snapshotNow();
  expect(() => resolveModel(later, caller, "openai/gone", "chat")).toThrow("does not exist");
});

test("the storefront shows no page and no row of it, a customer's own list shows it as what it is", async () => {
  expect((await listOffers(admin.pool)).map(({ slug }) => slug)).not.toContain("openai/*");
  expect([await findOffer(admin.pool, "openai/*"), await findOffer(admin.pool, "openai/o3")]).toEqual([undefined, undefined]);
  expect((await listPriceChanges(admin.pool, { limit: 100 })).map(({ slug }) => slug)).not.toContain("openai/*");
  const customer = callerOf({ ...admin.context, user: sessionOf("customer", await admin.userId("alice@example.com"), "alice@example.com") });
  expect((await customer.console.models.list()).find(({ slug }) => slug === "openai/*")?.prices).toMatchObject({ input: { own: 1_000_000n } });
});

test("the back office makes one with its price, and gives it neither aliases nor parameters", async () => {
  const { id } = await owner.models.create({ slug: "many/*", endpoints: ["chat"], price: { form: "document", document: { items: { input: "1000000", output: "2000000" } } } });
  const many = await modelNamed("many/*");
  expect([many.id, many.priced]).toEqual([id, true]);
  expect(await errorOf(owner.models.update({ id, seen: many.updatedAt, patch: { aliases: ["x"] } }))).toContain("BAD_REQUEST");
  expect(await errorOf(owner.models.update({ id, seen: many.updatedAt, patch: { preset: { model: "gpt-4o-mini" } } }))).toContain("BAD_REQUEST");
  expect(await errorOf(owner.models.create({ slug: "more/*", aliases: ["x"] }))).toContain("BAD_REQUEST");
  for (const slug of ["a*b", "a/**"]) expect(await errorOf(owner.models.create({ slug }))).toContain("BAD_REQUEST");
  await owner.models.update({ id, seen: many.updatedAt, patch: { contextTokens: 8_000 } });
  const whole = await channelNamed("whole");
  expect(await errorOf(owner.channels.update({ id: whole.id, seen: whole.updatedAt, patch: { models: { "many/*": "gpt" } } }))).toContain("BAD_REQUEST");
  await owner.channels.update({ id: whole.id, seen: whole.updatedAt, patch: { models: { "many/*": "*" } } });
  expect((await modelNamed("many/*")).problems).toEqual(["single_channel"]);
});

test("a channel of nothing but a wildcard is tested with the name that is given, booked under the wildcard", async () => {
  const { id } = await channelNamed("listed");
  const bare = await owner.channels.test({ id, full: false });
  expect([bare.steps.some(({ step }) => step === "reply"), vendor.count()]).toEqual([false, 0]);
  const report = await owner.channels.test({ id, full: false, model: "openai/o3" });
  expect([report.ok, vendor.requests.at(-1)!.model]).toEqual([true, "o3"]);
  expect(await errorOf(owner.channels.test({ id, full: false, model: "openai/*" }))).toContain("BAD_REQUEST");
  await owner.channels.test({ id, full: false, model: "openai/../x" });
  expect(vendor.count()).toBe(1);
  const { rows } = await admin.pool.query("SELECT m.slug, a.upstream_model FROM charges c JOIN models m ON m.id = c.model_id JOIN attempts a ON a.request_id = c.id");
  expect(rows).toEqual([{ slug: "openai/*", upstream_model: "o3" }]);
});
