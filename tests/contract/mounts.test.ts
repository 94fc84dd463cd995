import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startShop, type Shop } from "../support/shop-process.ts";
import { startVendor, type Vendor } from "../support/vendor.ts";
import { accessCases } from "./cases/access.ts";
import { answerCases } from "./cases/answers.ts";
import { inputCases } from "./cases/input.ts";
import { vendorTroubleCases } from "./cases/vendor-trouble.ts";
import { wildcardCases } from "./cases/wildcards.ts";
import { contractStore } from "./contract-store.ts";
import { createMount, type Mount } from "./mount.ts";
import { startNext, type NextServer } from "./next-mount.ts";

let vendor: Vendor;
let shop: Shop;
let next: NextServer | undefined;

beforeAll(async () => {
  vendor = await startVendor();
  shop = await startShop({ store: contractStore(vendor.url) });
}, 300_000);

afterAll(async () => {
  await next?.stop();
  await shop?.stop();
  await vendor?.close();
}, 60_000);

const mounts: readonly (readonly [name: string, open: () => Promise<string>])[] = [
  ["relay process", () => Promise.resolve(shop.url)],
  ["route handlers", async () => (next = await startNext(shop)).url],
];

describe.each(mounts)("%s", (_name, open) => {
  let mount: Mount;
  beforeAll(async () => {
    mount = createMount(await open(), vendor, shop);
  }, 300_000);

  describe("access", () => void test.each(accessCases)("%s", (_claim, run) => run(mount)));
  describe("answers", () => void test.each(answerCases)("%s", (_claim, run) => run(mount)));
  describe("vendor trouble", () => void test.each(vendorTroubleCases)("%s", (_claim, run) => run(mount)));
  describe("wildcards", () => void test.each(wildcardCases)("%s", (_claim, run) => run(mount)));
  describe("input", () => void test.each(inputCases)("%s", (_claim, run) => run(mount)));
});

test("after all of it the money adds up", async () => {
  expect(await shop.brokenInvariants()).toEqual([]);
});
