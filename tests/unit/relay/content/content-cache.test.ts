import { expect, test } from "vitest";
import { createContentCache } from "#relay/content/content-cache.ts";

const MIB = 1024 * 1024;

function setUp(bytes = 10) {
  const asked: string[] = [];
  const clock = { now: 0 };
  const source = createContentCache((address) => {
    asked.push(address);
    return address.includes("bad") ? Promise.reject(new Error("no")) : Promise.resolve({ type: "image/png", data: Buffer.alloc(bytes) });
  }, () => clock.now);
  return { asked, clock, source };
}

test("an address is fetched once in five minutes for each user, also when asked twice at once", async () => {
  const { asked, clock, source } = setUp();
  await Promise.all([source("ann", "a"), source("ann", "a")]);
  await source("ann", "a");
  expect(asked).toEqual(["a"]);
  await source("bob", "a");
  expect(asked).toEqual(["a", "a"]);
  clock.now += 5 * 60_000;
  await source("ann", "a");
  expect(asked).toHaveLength(3);
});

test("a refusal is not remembered", async () => {
  const { asked, source } = setUp();
  await expect(source("ann", "bad")).rejects.toThrow("no");
  await expect(source("ann", "bad")).rejects.toThrow("no");
  expect(asked).toHaveLength(2);
});

test("64 MiB are kept, those used last", async () => {
  const { asked, source } = setUp(20 * MIB);
  for (const address of ["a", "b", "c", "a", "d", "a"]) await source("ann", address);
  expect(asked).toEqual(["a", "b", "c", "d"]);
  await source("ann", "b");
  expect(asked).toEqual(["a", "b", "c", "d", "b"]);
});
