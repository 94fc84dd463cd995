import { expect, test, vi } from "vitest";
import { lookUpCaller } from "#relay/policy/channel-pin.ts";
import type { Caller } from "#snapshot/snapshot.ts";

const caller = (over: Partial<Caller> = {}): Caller => ({
  keyId: "k", keyName: "k", keyStatus: "active", userId: "u", userStatus: "active", userRole: "operator", walletId: "w", groupId: "g", timeZone: "UTC",
  keyLimits: {}, userLimits: {}, keyBudgets: [], userBudgets: [], ...over,
});
const PINS = caller({ scopes: ["channel:pin"] });

function directory(known: Readonly<Record<string, Caller>>, waits: boolean) {
  const lookup = vi.fn((secret: string) => (waits ? Promise.resolve(known[secret]) : known[secret]));
  return { lookup, byId: () => undefined };
}

test("a key that is known is looked up once and at once, even one that ends in a number", () => {
  const keys = directory({ "sk-one": PINS, "sk-two-2": PINS }, false);
  expect(lookUpCaller(keys, "sk-one")).toBe(PINS);
  expect(lookUpCaller(keys, "sk-two-2")).toBe(PINS);
  expect(keys.lookup).toHaveBeenCalledTimes(2);
});

test("an unknown key without a number is looked up once", async () => {
  for (const waits of [false, true]) {
    const keys = directory({}, waits);
    expect(await lookUpCaller(keys, "sk-none")).toBeUndefined();
    expect(keys.lookup).toHaveBeenCalledTimes(1);
  }
});

test.each([false, true])("the number names the channel where the key allows it (first look-ups wait: %s)", async (waits) => {
  const keys = directory({ "sk-one": PINS, "sk-two": caller(), "sk-two-3": caller({ keyId: "itself" }) }, waits);
  expect(await lookUpCaller(keys, "sk-one-12")).toEqual({ ...PINS, channelNumber: 12 });
  expect(await lookUpCaller(keys, "sk-two-12")).toBeUndefined();
  expect(await lookUpCaller(keys, "sk-two-3")).toEqual(caller({ keyId: "itself" }));
  expect(await lookUpCaller(keys, "sk-one")).not.toHaveProperty("channelNumber");
});
