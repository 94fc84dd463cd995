import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findUserByEmail, verifyAudit } from "#accounts/index.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { createTestAccounts, PASSWORD, type TestAccounts } from "../../support/accounts.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let database: TestDatabase;
let accounts: TestAccounts;
let serial = 0;
const address = (): string => `person${(serial += 1)}@example.com`;
const form = (email: string, over: object = {}) => ({ email, password: PASSWORD, locale: "en" as const, terms: true as const, ...over });
const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(() => "done", (error: { reason?: string; code?: string }) => error.reason ?? error.code ?? "failed");
const given = async (email: string): Promise<string> => {
  const { rows } = await database.pool.query<{ sum: string }>(
    `SELECT coalesce(sum(l.granted_nano), 0)::text AS sum FROM credit_lots l JOIN wallets w ON w.id = l.wallet_id JOIN users u ON u.id = w.owner_id WHERE u.email = $1`, [email]);
  return rows[0]!.sum;
};

beforeAll(async () => {
  database = await createTestDatabase();
  accounts = createTestAccounts(database);
});
beforeEach(async () => {
  await accounts.set("shop.sign_up", "open");
  await accounts.set("shop.verify_email", false);
  await accounts.set("shop.sign_up_credit", "0.50");
});
afterAll(async () => {
  expect((await checkInvariants(database.pool)).filter(({ rows }) => rows > 0)).toEqual([]);
  expect((await verifyAudit(database.pool, accounts.context.keys.auditKey)).brokenAt).toBeUndefined();
  await database.drop();
});

test("an open shop: the account is there at once, with its credit, and may sign in", async () => {
  const email = address();
  expect(await accounts.visitor().public.account.signUp(form(` ${email.toUpperCase()} `.trim()))).toEqual({ next: "sign-in" });
  expect(await given(email)).toBe("500000000");
  expect(await accounts.browser(email)).toBeDefined();
});

test("a closed shop takes nobody, one by invitation nobody without", async () => {
  await accounts.set("shop.sign_up", "closed");
  expect(await reasonOf(accounts.visitor().public.account.signUp(form(address())))).toBe("closed");
  await accounts.set("shop.sign_up", "invite");
  expect(await reasonOf(accounts.visitor().public.account.signUp(form(address())))).toBe("invite");
  expect(await reasonOf(accounts.visitor().public.account.signUp(form(address(), { invite: "x".repeat(43) })))).toBe("invite");
});

test.each([["short", "short-one"], ["common", "Password123!"], ["common", "1234567890123"], ["common", "qwertyuiopas"], ["common", "ababababababab"]])(
  "a password is refused as %s", async (problem, password) => {
    expect(await reasonOf(accounts.visitor().public.account.signUp(form(address(), { password })))).toBe(`password:${problem}`);
  });

test("a password that is the own address is refused", async () => {
  expect(await reasonOf(accounts.visitor().public.account.signUp(form("magdalena@example.com", { password: "magdalena77" })))).toBe("password:personal");
});

test("a password that was refused costs no waiting", async () => {
  const email = address();
  expect(await reasonOf(accounts.visitor().public.account.signUp(form(email, { password: "Password123!" })))).toBe("password:common");
  expect(await reasonOf(accounts.visitor().public.account.signUp(form(email)))).toBe("done");
});

test("E-27: an address that is taken: said plainly where mail is not confirmed, and not at all where it is", async () => {
  const email = address();
  await accounts.visitor().public.account.signUp(form(email));
  accounts.pass(61_000);
  expect(await reasonOf(accounts.visitor().public.account.signUp(form(email)))).toBe("taken");
  accounts.pass(61_000);
  await accounts.set("shop.verify_email", true);
  const fresh = address();
  const [known, unknown] = [await accounts.visitor().public.account.signUp(form(email)), await accounts.visitor().public.account.signUp(form(fresh))];
  expect(known).toEqual(unknown);
  expect((await accounts.mailsTo(email)).map(({ template }) => template)).toEqual(["already"]);
  expect((await accounts.mailsTo(fresh)).map(({ template }) => template)).toEqual(["verify"]);
  // Trying the password that was just chosen tells nothing either.
  expect(await accounts.browser(fresh)).toBeUndefined();
});

test("one address a minute, whether it has an account or not", async () => {
  const email = address();
  await accounts.visitor().public.account.signUp(form(email));
  expect(await reasonOf(accounts.visitor().public.account.signUp(form(email)))).toMatch(/^wait:\d+$/);
});

test("three accounts an hour from one sender; an IPv6 line is one sender, this machine none", async () => {
  const from = (ip: string) => reasonOf(accounts.visitor({ ip }).public.account.signUp(form(address())));
  for (let i = 0; i < 3; i++) expect(await from(`2001:db8:7:8::${i}`)).toBe("done");
  expect(await from("2001:db8:7:8:ffff::1")).toMatch(/^wait:/);
  expect(await from("2001:db8:7:9::1")).toBe("done");
  for (let i = 0; i < 5; i++) expect(await from("127.0.0.1")).toBe("done");
});

test("where mail is confirmed the credit comes with it, exactly once under twenty parallel clicks", async () => {
  await accounts.set("shop.verify_email", true);
  const email = address();
  await accounts.visitor().public.account.signUp(form(email));
  expect(await given(email)).toBe("0");
  const token = await accounts.tokenTo(email, "verify");
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => reasonOf(accounts.visitor().public.account.verify({ token }))));
  expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
  expect(new Set(outcomes)).toEqual(new Set(["done", "gone"]));
  expect(await given(email)).toBe("500000000");
  expect(await accounts.browser(email)).toBeDefined();
});

test("twenty different links for one account give the credit once", async () => {
  await accounts.set("shop.verify_email", true);
  const email = address();
  await accounts.visitor().public.account.signUp(form(email));
  const first = await accounts.tokenTo(email, "verify");
  accounts.pass(61_000);
  await accounts.visitor().public.account.resend({ email });
  const second = await accounts.tokenTo(email, "verify");
  expect(await reasonOf(accounts.visitor().public.account.verify({ token: first }))).toBe("gone"); // the newest alone is good
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => reasonOf(accounts.visitor().public.account.verify({ token: i % 2 ? first : second }))));
  expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
  expect(await given(email)).toBe("500000000");
});

test("another spelling of the same mailbox, and another account of the same network and day, get no second gift", async () => {
  await accounts.visitor({ ip: "203.0.113.9" }).public.account.signUp(form("jane.doe@gmail.com"));
  await accounts.visitor({ ip: "198.51.100.9" }).public.account.signUp(form("janedoe+2@gmail.com"));
  await accounts.visitor({ ip: "203.0.113.77" }).public.account.signUp(form("somebody@example.com"));
  expect([await given("jane.doe@gmail.com"), await given("janedoe+2@gmail.com"), await given("somebody@example.com")]).toEqual(["500000000", "0", "0"]);
});

test("a link that expired, one that was made up and one of another kind do nothing", async () => {
  await accounts.set("shop.verify_email", true);
  const email = address();
  await accounts.visitor().public.account.signUp(form(email));
  const token = await accounts.tokenTo(email, "verify");
  expect(await reasonOf(accounts.visitor().public.account.verify({ token: "x".repeat(43) }))).toBe("gone");
  expect(await reasonOf(accounts.visitor().public.account.reset({ token, password: "another-long-password" }))).toBe("gone");
  accounts.pass(24 * 3_600_000 + 1);
  expect(await reasonOf(accounts.visitor().public.account.verify({ token }))).toBe("gone");
  expect((await findUserByEmail(database.pool, email))?.status).toBe("active");
  expect(await accounts.browser(email)).toBeUndefined();
});

test("the resending of links is quiet about who has an account, and slow", async () => {
  const nobody = address();
  expect(await accounts.visitor().public.account.resend({ email: nobody })).toEqual({ sent: true });
  expect(await accounts.mailsTo(nobody)).toEqual([]);
  expect(await reasonOf(accounts.visitor().public.account.resend({ email: nobody }))).toMatch(/^wait:/);
});

test("E-27: an invitation makes one account, in its role, for its address, without a gift to staff", async () => {
  await accounts.set("shop.sign_up", "closed");
  await accounts.makeUser("boss@example.com", "owner");
  const owner = await (await accounts.browser("boss@example.com"))!.caller();
  const { link } = await owner.admin.staff.invite({ email: "helper@example.com", role: "support" });
  const invite = link.split("#invite=")[1]!;
  expect(await reasonOf(accounts.visitor().public.account.signUp(form("stranger@example.com", { invite })))).toBe("invite");
  expect(await reasonOf(accounts.visitor().public.account.signUp(form("helper@example.com", { invite, password: "only-thirteen" })))).toBe("password:short");
  accounts.pass(61_000);
  expect(await accounts.visitor().public.account.signUp(form("helper@example.com", { invite }))).toEqual({ next: "sign-in" });
  expect((await findUserByEmail(database.pool, "helper@example.com"))?.role).toBe("support");
  expect(await given("helper@example.com")).toBe("0");
  const again = await owner.admin.staff.invite({ role: "customer" });
  const open = again.link.split("#invite=")[1]!;
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => reasonOf(accounts.visitor().public.account.signUp(form(address(), { invite: open })))));
  expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
  expect(await reasonOf(owner.admin.staff.invite({ role: "owner" }))).toBe("email");
});

test("no link, password or token stands in the database in clear", async () => {
  await accounts.set("shop.verify_email", true);
  const email = address();
  await accounts.visitor().public.account.signUp(form(email, { password: "canary-of-a-password" }));
  const token = await accounts.tokenTo(email, "verify");
  const { rows } = await database.pool.query<{ dump: string }>(
    "SELECT (SELECT string_agg(m::text, ' ') FROM mails m) || (SELECT string_agg(t::text, ' ') FROM mail_tokens t) || (SELECT string_agg(u::text, ' ') FROM users u) || (SELECT string_agg(a::text, ' ') FROM audit_log a) AS dump");
  expect(rows[0]!.dump).toContain(email);
  expect(rows[0]!.dump).not.toContain(token);
  expect(rows[0]!.dump).not.toContain("canary-of-a-password");
});
