import { expect, test } from "vitest";
import { mailboxOf } from "#accounts/gift.ts";
import { createThrottle, networkOf, PERMISSIONS, permissionsOfRole, permissionsOfToken, senderOf, STAFF_ROLES } from "#accounts/index.ts";
import { passwordProblem } from "#accounts/password-rules.ts";
import { createSessionCache } from "#accounts/session-cache.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";

test.each([
  ["203.0.113.9", "203.0.113.9", "203.0.113.0/24"],
  ["::ffff:203.0.113.9", "203.0.113.9", "203.0.113.0/24"],
  ["2001:db8:7:8::1", "2001:db8:7:8::/64", "2001:db8:7:8::/64"],
  ["2001:0db8:0007:0008:ffff::", "2001:db8:7:8::/64", "2001:db8:7:8::/64"],
  ["2001:db8::5", "2001:db8:0:0::/64", "2001:db8:0:0::/64"],
  ["127.0.0.1", undefined, undefined], ["127.8.8.8", undefined, undefined], ["::1", undefined, undefined], ["::ffff:127.0.0.1", undefined, undefined],
  ["no address", undefined, undefined], [undefined, undefined, undefined],
])("%s is the sender %s of the network %s", (ip, sender, network) => {
  expect([senderOf(ip), networkOf(ip)]).toEqual([sender, network]);
});

test.each([
  ["Jane.Doe+shop@Gmail.com", "janedoe@gmail.com"], ["j.a.n.e@googlemail.com", "jane@gmail.com"],
  ["jane.doe@example.com", "jane.doe@example.com"], ["jane+1@example.com", "jane@example.com"],
])("%s is the mailbox %s", (email, mailbox) => expect(mailboxOf(email)).toBe(mailbox));

const who = { role: "customer" as const, email: "magdalena@example.com", shopName: "Corner Shop" };
test.each([
  ["nine-char", "short"], ["x".repeat(129), "long"],
  ["password123", "common"], ["P@ssw0rd!2026", "common"], ["welcomewelcome", "common"], ["20261121001", "common"], ["abcdefghijkl", "common"],
  ["lkjhgfdsapoi", "common"], ["zzzzzzzzzzzz", "common"], ["abcabcabcabc", "common"],
  ["magdalena12", "personal"], ["cornershop1!", "personal"],
  ["correct-horse-battery", undefined], ["magdalena-und-der-regenbogen", undefined], ["我的密码在这里很长很安全", undefined], ["tr0ub4dor&3-plus", undefined],
])("the password %s: %s", (password, problem) => expect(passwordProblem(password, who)).toBe(problem));

test("staff need fourteen characters", () => {
  expect(passwordProblem("twelve-chars", { ...who, role: "support" })).toBe("short");
  expect(passwordProblem("twelve-chars", who)).toBeUndefined();
});

test("a throttle counts what it lets through, says how long to wait, and forgets", () => {
  const throttle = createThrottle();
  const rates = [{ most: 2, perMs: 1_000 }, { most: 3, perMs: 10_000 }];
  expect([0, 100, 200].map((at) => throttle.take("a", rates, at))).toEqual([0, 0, 800]);
  expect(throttle.take("b", rates, 200)).toBe(0);
  expect(throttle.take("a", rates, 1_000)).toBe(0); // the first has gone from the short rate
  expect(throttle.take("a", rates, 5_000)).toBe(5_000); // the long rate
  expect(throttle.take("a", rates, 10_000)).toBe(0);
});

test("a session that is dropped while it is being read is not kept", async () => {
  const user = { id: "u", sid: "s" } as SessionUser;
  const claims = { sid: "s", uid: "u", epoch: 0 };
  let now = 0;
  let loads = 0;
  let during = (): void => undefined;
  const cache = createSessionCache({
    monotonic: () => now,
    load: () => {
      loads += 1;
      during();
      return Promise.resolve(user);
    },
  });
  during = () => cache.drop("u");
  await cache.read(claims);
  during = () => undefined;
  await cache.read(claims);
  await cache.read(claims);
  expect(loads).toBe(2);
  now = 5_001;
  await cache.read(claims);
  expect(loads).toBe(3);
  cache.drop("somebody else");
  await cache.read(claims);
  expect(loads).toBe(3);
  cache.drop("u");
  await cache.read(claims);
  expect(loads).toBe(4);
});

/** Who may do the heaviest things, said twice on purpose: a slip in the table must not pass unseen. */
test.each([
  ["wallet:adjust", ["finance", "owner"]], ["refunds:write", ["finance", "owner"]], ["channels:write", ["operator", "owner"]],
  ["catalog:write", ["operator", "owner"]], ["costs:read", ["finance", "operator", "owner"]], ["ledger:read", ["finance", "owner"]],
  ["settings:payments", ["owner"]], ["staff:write", ["owner"]], ["staff:read", ["owner"]], ["backup:run", ["owner"]],
  ["audit:read", ["operator", "owner"]], ["users:disable", ["support", "operator", "owner"]], ["users:write", ["operator", "owner"]],
] as const)("%s is for %j", (permission, roles) => {
  expect(STAFF_ROLES.filter((role) => permissionsOfRole(role).has(permission))).toEqual(roles);
});

test("no token may do what nobody may, and a customer holds nothing", () => {
  for (const role of STAFF_ROLES) for (const permission of permissionsOfToken(role)) expect(PERMISSIONS).toContain(permission);
  expect(permissionsOfRole("customer").size).toBe(0);
});
