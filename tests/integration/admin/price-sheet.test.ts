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
    tests: { test: () => Promise.resolve(undefined), models: () => Promise.resolve(undefined) } as Supply["tests"],
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
  expect(await owner.prices.publishMany({ models, note: "from the sheet" })).toEqual({ published: 2 });
  expect(await versions()).toBe(before + 2);
  expect((await owner.prices.get({ id: models[0]!.id })).history[0]).toMatchObject({ note: "from the sheet", document: { items: { input: "400000", output: "1600000" } } });
});

test("below the dearest live channel's cost only when it is said, and a time to begin makes a schedule", async () => {
  const mini = (await owner.prices.book()).rows.find(({ slug }) => slug === "gpt-4o-mini")!;
  const models = [{ id: mini.id, seenVersion: mini.newestVersion, price: document("90000", "290000") }];
  expect(await errorOf(owner.prices.publishMany({ models }))).toMatch("PRECONDITION_FAILED");
  expect(await owner.prices.publishMany({ models, confirmBelowCost: true, from: new Date(Date.now() + 3_600_000) })).toEqual({ published: 1 });
  const after = (await owner.prices.book()).rows.find(({ slug }) => slug === "gpt-4o-mini")!;
  expect(after.scheduled.at(-1)).toMatchObject({ prices: { input: 90_000n, output: 290_000n } });
  expect(after.prices["input"]).not.toBe(90_000n);
});
