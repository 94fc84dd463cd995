import { expect, test } from "vitest";
import { parseSetting, permissionsOfRole, permissionsOfToken, PERMISSIONS, resolveSettings } from "#accounts/index.ts";

test("customers hold no permission, the shop owner all", () => {
  expect(permissionsOfRole("customer").size).toBe(0);
  expect(permissionsOfRole("owner").size).toBe(PERMISSIONS.length);
});

test.each([
  ["support", "users:read", true], ["support", "wallet:adjust", false], ["support", "ledger:read", false],
  ["finance", "wallet:adjust", true], ["finance", "channels:test", false], ["finance", "codes:redeem", true],
  ["operator", "wallet:adjust", true], ["operator", "channels:test", true], ["owner", "ledger:read", true],
] as const)("a token of %s: %s is %s", (role, permission, allowed) => {
  expect(permissionsOfToken(role).has(permission)).toBe(allowed);
});

test("settings have defaults, and a stored value that no longer fits gives way to its default", () => {
  const values = resolveSettings(new Map<string, unknown>([["shop.sign_up", "invite"], ["money.guard_exact", "maybe"]]));
  expect(values["shop.sign_up"]).toBe("invite");
  expect(values["money.guard_exact"]).toBe(false);
  expect(values["money.overdraft"]).toBe("0.00");
});

test("amounts among settings are kept as exact text", () => {
  expect(parseSetting("shop.sign_up_credit", 0.5)).toBe("0.50");
  expect(() => parseSetting("shop.sign_up_credit", -1)).toThrow();
  expect(() => parseSetting("shop.url", "ftp://example.com")).toThrow();
});
