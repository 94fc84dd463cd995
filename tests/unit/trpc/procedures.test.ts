import type { Pool } from "pg";
import { expect, test } from "vitest";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { callerOf } from "#trpc/root.ts";
import { testContext } from "../../support/trpc-context.ts";
import { isSameSite } from "#trpc/same-site.ts";

/** Whoever gets past the guard would reach this and say so. */
const pool = { query: () => Promise.reject(new Error("reached the database")) } as unknown as Pool;
const as = (role: SessionUser["role"]): SessionUser => ({
  id: "0", sid: "0", email: "a@b.example", name: undefined, role, locale: "en",
  timeZone: "UTC", theme: "system", density: "comfortable", mustVerify: false, renewedAt: new Date(),
});
const caller = (user: SessionUser | undefined) => callerOf({ ...testContext(pool), user });

test("a visitor is asked to sign in", async () => {
  await expect(caller(undefined).console.wallet.balance()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  await expect(caller(undefined).admin.health.invariants()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});

test.each(["customer", "support"] as const)("%s may not look at the ledger", async (role) => {
  await expect(caller(as(role)).admin.health.invariants()).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test.each(["finance", "owner"] as const)("%s may", async (role) => {
  const refusal = await caller(as(role)).admin.health.invariants().then(() => undefined, (error: { code?: string }) => error.code);
  expect(["FORBIDDEN", "UNAUTHORIZED"]).not.toContain(refusal);
});

test("a viewer sees himself and nothing else", async () => {
  expect(await caller(as("customer")).console.viewer.get()).toEqual({ email: "a@b.example", role: "customer", locale: "en" });
});

const good = { origin: "https://shop.example", site: "same-origin", mark: "1", contentType: "application/json" };
test.each([
  ["all three", good, true],
  ["charset beside the type", { ...good, contentType: "application/json; charset=utf-8" }, true],
  ["no Origin, but the browser's word", { ...good, origin: null }, true],
  ["another origin", { ...good, origin: "https://evil.example" }, false],
  ["no Origin and no word", { ...good, origin: null, site: null }, false],
  ["a form's type", { ...good, contentType: "text/plain" }, false],
  ["without our header", { ...good, mark: null }, false],
  ["Origin null of a sandboxed frame", { ...good, origin: "null" }, false],
] as const)("a mutation with %s: %s", (_name, origins, allowed) => {
  expect(isSameSite(origins, ["https://shop.example"])).toBe(allowed);
});
