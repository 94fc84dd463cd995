import { afterAll, beforeAll, expect, test } from "vitest";
import { callerOf } from "#trpc/root.ts";
import type { Supply } from "#trpc/supply.ts";
import { errorOf, openAdminShop, sessionOf, type AdminShop } from "./shop.ts";

/** Prices of several models, typed on one sheet. */

let admin: AdminShop;
let owner: ReturnType<typeof callerOf>["admin"];

beforeAll(async () => {
  admin = await openAdminShop();
  await admin.as("owner");
  const email = "owner@staff.example.com";
  const supply: Supply = {
    auditKey: admin.context.keys.auditKey, sealer: admin.context.sealer, fingerprint: String, nowMs: Date.now,
    tests: { test: () => Promise.resolve(undefined), learn: () => Promise.resolve(undefined), models: () => Promise.resolve(undefined) } as Supply["tests"],
  };
  owner = callerOf({ ...admin.context, supply, user: sessionOf("owner", await admin.userId(email), email) }).admin;
});
afterAll(() => admin.drop());

const document = (input: string, output?: string) => ({ form: "document" as const, document: { items: { input, ...(output !== undefined && { output }) } } });
const versions = async (): Promise<number> => (await admin.pool.query<{ count: number }>("SELECT count(*)::int AS count FROM price_versions")).rows[0]!.count;

test("all models of the sheet are published together, or none when one was changed meanwhile", async () => {
  const { rows, leastPpm } = await owner.prices.book();
  expect([rows.map(({ slug }) => slug), leastPpm]).toEqual([["gpt-4o-mini", "text-embedding-3-small"], 800_000]);
  const models = rows.map(({ id, newestVersion, slug }) => ({ id, seenVersion: newestVersion, price: slug === "gpt-4o-mini" ? document("400000", "1600000") : document("30000") }));
  const before = await versions();
  expect(await errorOf(owner.prices.publishMany({ models: models.map((model, index) => (index === 1 ? { ...model, seenVersion: 1_000n } : model)) }))).toMatch("CONFLICT");
  expect(await versions()).toBe(before);
  expect(await owner.prices.publishMany({ models, note: "from the sheet" })).toMatchObject({ published: 2, undo: [expect.any(BigInt), expect.any(BigInt)] });
  expect(await versions()).toBe(before + 2);
  expect((await owner.prices.get({ id: models[0]!.id })).history[0]).toMatchObject({ note: "from the sheet", document: { items: { input: "400000", output: "1600000" } } });
});

test("below the dearest live channel's cost only when it is said, and a time to begin makes a schedule", async () => {
  const mini = (await owner.prices.book()).rows.find(({ slug }) => slug === "gpt-4o-mini")!;
  const models = [{ id: mini.id, seenVersion: mini.newestVersion, price: document("90000", "290000") }];
  expect(await errorOf(owner.prices.publishMany({ models }))).toMatch("PRECONDITION_FAILED");
  expect(await owner.prices.publishMany({ models, confirmBelowCost: true, from: new Date(Date.now() + 3_600_000) })).toMatchObject({ published: 1 });
  const after = (await owner.prices.book()).rows.find(({ slug }) => slug === "gpt-4o-mini")!;
  expect(after.scheduled.at(-1)).toMatchObject({ prices: { input: 90_000n, output: 290_000n } });
  expect(after.prices["input"]).not.toBe(90_000n);
});

const newest = async (slug: string) => (await owner.prices.book()).rows.find((row) => row.slug === slug)!;
const publishOne = async (slug: string, price: ReturnType<typeof document>, more: object = {}) => {
  const { id, newestVersion } = await newest(slug);
  return owner.prices.publishMany({ models: [{ id, seenVersion: newestVersion, price }], ...more });
};
const history = async (slug: string) => (await owner.prices.get({ id: (await newest(slug)).id })).history;

test("what was published a moment ago is taken back: the price before holds again, and what was to come does not", async () => {
  const slug = "text-embedding-3-small";
  const was = (await history(slug))[0]!.document;
  const { undo } = await publishOne(slug, document("77000"));
  expect(await owner.prices.takeBack({ versionIds: [...undo] })).toEqual({ takenBack: 1 });
  expect((await history(slug)).slice(0, 2).map(({ document: { items }, note }) => [items, note])).toEqual([[was.items, "taken back"], [{ input: "77000" }, null]]);
  const later = await publishOne(slug, document("78000"), { from: new Date(Date.now() + 3_600_000) });
  const count = await versions();
  await owner.prices.takeBack({ versionIds: [...later.undo] });
  expect(await versions()).toBe(count - 1);
  const { rows } = await admin.pool.query<{ action: string; after: unknown }>("SELECT action, after FROM audit_log WHERE target_id = $1 ORDER BY seq DESC LIMIT 4", [slug]);
  expect(rows.map(({ action }) => action)).toEqual(["price.withdraw", "price.schedule", "price.publish", "price.publish"]);
  expect(rows[2]!.after).toEqual(was);
});

test("not another's, not an old one, not one that somebody followed, and of many all or none", async () => {
  const slug = "text-embedding-3-small", other = "gpt-4o-mini";
  const mine = (await publishOne(slug, document("79000"))).undo[0]!;
  const first = (await publishOne(other, document("500000", "2000000"))).undo[0]!;
  const second = (await publishOne(other, document("510000", "2000000"))).undo[0]!;
  const count = await versions();
  expect(await errorOf(owner.prices.takeBack({ versionIds: [mine, first] }))).toMatch("CONFLICT");
  const operator = (await admin.as("operator")).admin;
  expect(operator).toBeDefined();
  await admin.pool.query("UPDATE price_versions SET created_by = $2 WHERE id = $1", [second, await admin.userId("operator@staff.example.com")]);
  expect(await errorOf(owner.prices.takeBack({ versionIds: [mine, second] }))).toMatch("PRECONDITION_FAILED");
  expect(await versions()).toBe(count);
});

test("a margin over the cost is left of the price, to the last unit", async () => {
  const { id } = await newest("gpt-4o-mini");
  const [line] = await owner.prices.previewRule({ modelIds: [id], rule: { base: "cost_dearest", marginPpm: 300_000 } });
  const cost = (await newest("gpt-4o-mini")).costs.find(({ item }) => item === "input")!.dearest;
  const price = line!.items.find(({ item }) => item === "input")!.after!;
  expect([(price - cost) * 10n >= price * 3n, (price - 1n - cost) * 10n < (price - 1n) * 3n]).toEqual([true, true]);
  expect(line!.marginPpm).toBe(300_000);
});
