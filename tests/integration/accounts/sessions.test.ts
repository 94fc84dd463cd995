import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createSessionCache } from "#accounts/session-cache.ts";
import { readSession, signIn } from "#accounts/sign-in.store.ts";
import { verifyAudit } from "#accounts/index.ts";
import { createLog } from "#platform/log.ts";
import { createListener } from "#platform/db/listen.ts";
import { createTestAccounts, PASSWORD, type TestAccounts } from "../../support/accounts.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { until } from "../../support/until.ts";

let database: TestDatabase;
let accounts: TestAccounts;
let serial = 0;
const NEXT = "another-long-password";
const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(() => "done", (error: { reason?: string; code?: string }) => error.reason ?? error.code ?? "failed");
const person = async (role?: "customer" | "owner" | "support"): Promise<string> => {
  const email = `p${(serial += 1)}@example.com`;
  await accounts.makeUser(email, role);
  return email;
};

beforeAll(async () => {
  database = await createTestDatabase();
  accounts = createTestAccounts(database);
});
beforeEach(() => accounts.pass(16 * 60_000)); // what one test tried is no burden to the next
afterAll(async () => {
  expect((await verifyAudit(database.pool, accounts.context.keys.auditKey)).brokenAt).toBeUndefined();
  await database.drop();
});

test("E-28: unknown address, wrong password and disabled account: no session", async () => {
  const email = await person();
  expect(await accounts.browser("nobody@example.com")).toBeUndefined();
  expect(await accounts.browser(email, "wrong")).toBeUndefined();
  await database.pool.query("UPDATE users SET status = 'disabled' WHERE email = $1", [email]);
  expect(await accounts.browser(email)).toBeUndefined();
});

test("a hash of older parameters is renewed at the sign-in, and a password changed meanwhile is not overwritten", async () => {
  const email = await person();
  const { hash } = await import("@node-rs/argon2");
  const { createHmac } = await import("node:crypto");
  const peppered = createHmac("sha256", accounts.context.keys.passwordPepper).update(PASSWORD).digest("base64url");
  await database.pool.query("UPDATE users SET password_hash = $2 WHERE email = $1", [email, await hash(peppered, { algorithm: 2, memoryCost: 8_192, timeCost: 1, parallelism: 1 })]);
  expect(await accounts.browser(email)).toBeDefined();
  const { rows } = await database.pool.query<{ password_hash: string }>("SELECT password_hash FROM users WHERE email = $1", [email]);
  expect(rows[0]!.password_hash).toContain("m=19456,t=2");
  expect(await accounts.browser(email)).toBeDefined();
});

test("E-28: a reset: the same answer for everybody, one link at a time, all browsers out", async () => {
  const email = await person();
  const before = (await accounts.browser(email))!;
  expect(await accounts.visitor().public.account.requestReset({ email: "nobody@example.com" })).toEqual(await accounts.visitor().public.account.requestReset({ email }));
  expect(await accounts.mailsTo("nobody@example.com")).toEqual([]);
  const old = await accounts.tokenTo(email, "reset");
  accounts.pass(61_000);
  await accounts.visitor().public.account.requestReset({ email });
  const token = await accounts.tokenTo(email, "reset");
  expect(await accounts.visitor().public.account.resetWorks({ token: old })).toBe(false);
  expect(await reasonOf(accounts.visitor().public.account.reset({ token: old, password: NEXT }))).toBe("gone");
  expect(await reasonOf(accounts.visitor().public.account.reset({ token, password: "short" }))).toBe("password:short");
  expect(await accounts.visitor().public.account.resetWorks({ token })).toBe(true); // a refused password does not use it up
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => reasonOf(accounts.visitor().public.account.reset({ token, password: NEXT }))));
  expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
  expect(await before.user()).toBeUndefined();
  expect(await accounts.browser(email)).toBeUndefined();
  expect(await accounts.browser(email, NEXT)).toBeDefined();
  expect((await accounts.mailsTo(email)).at(-1)?.template).toBe("password-changed");
});

test("a reset link lives half an hour and dies with its account", async () => {
  const email = await person();
  await accounts.visitor().public.account.requestReset({ email });
  const token = await accounts.tokenTo(email, "reset");
  accounts.pass(30 * 60_000 + 1);
  expect(await reasonOf(accounts.visitor().public.account.reset({ token, password: NEXT }))).toBe("gone");
  await accounts.visitor().public.account.requestReset({ email });
  const second = await accounts.tokenTo(email, "reset");
  await database.pool.query("UPDATE users SET status = 'disabled' WHERE email = $1", [email]);
  expect(await reasonOf(accounts.visitor().public.account.reset({ token: second, password: NEXT }))).toBe("gone");
});

test("sessions: one's own are listed and ended, another's cannot even be told from none", async () => {
  const email = await person();
  const [here, there] = [(await accounts.browser(email))!, (await accounts.browser(email))!];
  const stranger = (await accounts.browser(await person()))!;
  const caller = await here.caller();
  expect((await caller.console.sessions.list()).map(({ id, current }) => [id, current]).sort()).toEqual([[here.sid, true], [there.sid, false]].sort());
  expect(await reasonOf(caller.console.sessions.end({ id: stranger.sid }))).toBe("NOT_FOUND");
  expect(await reasonOf(caller.console.sessions.end({ id: "0190b0c0-0000-7000-8000-000000000000" }))).toBe("NOT_FOUND");
  expect(await stranger.user()).toBeDefined();
  await caller.console.sessions.end({ id: there.sid });
  expect(await there.user()).toBeUndefined();
  const third = (await accounts.browser(email))!;
  expect(await caller.console.sessions.endOthers()).toEqual({ ended: 1 });
  expect([await third.user(), await here.user()]).toEqual([undefined, expect.objectContaining({ email })]);
});

test("an ended session is forgotten by every node's memory, whoever ended it", async () => {
  const email = await person();
  const claims = (await signIn(accounts.context, { email, password: PASSWORD, ip: undefined }))!;
  const listener = await createListener(database.url, { log: createLog({ level: "silent", format: "json" }), onReconnect: () => undefined });
  let loads = 0;
  const cache = createSessionCache({
    load: (asked) => {
      loads += 1;
      return readSession(database.pool, asked, accounts.context.clock.now());
    },
    monotonic: () => 0, // nothing is forgotten by age here
  });
  listener.on("session", (id) => cache.drop(id));
  await listener.ready();
  expect((await cache.read(claims))?.email).toBe(email);
  expect((await cache.read(claims))?.email).toBe(email);
  expect(loads).toBe(1);
  expect(await cache.read({ ...claims, epoch: claims.epoch + 1 })).toBeUndefined(); // another cookie is another question
  await database.pool.query("UPDATE sessions SET ended_at = now() WHERE id = $1", [claims.sid]);
  await until("the session is over", async () => (await cache.read(claims)) === undefined);
  await listener.close();
});

test("a changed password keeps this browser and ends the others; a wrong one changes nothing and is soon slow", async () => {
  const email = await person();
  const [here, there] = [(await accounts.browser(email))!, (await accounts.browser(email))!];
  const caller = await here.caller();
  expect(await reasonOf(caller.console.profile.changePassword({ current: "wrong", next: NEXT }))).toBe("wrong-password");
  expect(await reasonOf(caller.console.profile.changePassword({ current: PASSWORD, next: "Password123!" }))).toBe("password:common");
  expect(await caller.console.profile.changePassword({ current: PASSWORD, next: NEXT })).toEqual({ ended: 1 });
  expect(await there.user()).toBeUndefined();
  expect(await here.user()).toBeDefined();
  expect(await accounts.browser(email)).toBeUndefined();
  for (let i = 0; i < 2; i++) expect(await reasonOf(caller.console.profile.renew({ password: "wrong" }))).toBe("wrong-password");
  expect(await reasonOf(caller.console.profile.renew({ password: NEXT }))).toMatch(/^wait:/);
});

test("two parallel changes of one password: one of them wins", async () => {
  const email = await person();
  const caller = await (await accounts.browser(email))!.caller();
  const outcomes = await Promise.all(["first-long-password", "second-long-password"].map((next) => reasonOf(caller.console.profile.changePassword({ current: PASSWORD, next }))));
  expect(outcomes.toSorted()).toEqual(["done", "wrong-password"]);
});

test("heavy acts want the password again after ten minutes", async () => {
  const email = await person();
  const here = (await accounts.browser(email))!;
  accounts.pass(11 * 60_000);
  expect(await reasonOf((await here.caller()).console.profile.changeEmail({ email: "new@example.com" }))).toBe("sudo");
  expect(await reasonOf((await here.caller()).console.profile.renew({ password: "wrong" }))).toBe("wrong-password");
  expect(await reasonOf((await here.caller()).console.profile.changeEmail({ email: "new@example.com" }))).toBe("sudo");
  await (await here.caller()).console.profile.renew({ password: PASSWORD });
  expect(await reasonOf((await here.caller()).console.profile.changeEmail({ email: "new@example.com" }))).toBe("done");
});

test("another address: both confirm, and the old one can undo it", async () => {
  const email = await person();
  const next = `new-${email}`;
  const here = (await accounts.browser(email))!;
  await (await here.caller()).console.profile.changeEmail({ email: next });
  const [old, fresh] = [await accounts.tokenTo(email, "change-old"), await accounts.tokenTo(next, "change-new")];
  const confirm = (kind: "change_old" | "change_new" | "undo_change", token: string) => accounts.visitor().public.account.confirmEmail({ kind, token });
  expect(await reasonOf(confirm("change_new", old))).toBe("gone"); // each link does its own work only
  expect((await (await here.caller()).console.profile.get()).pendingEmail).toBe(next);
  const states = (await Promise.all([confirm("change_old", old), confirm("change_new", fresh)])).map(({ state }) => state);
  expect(states.toSorted()).toEqual(["done", "waiting"]);
  expect(await accounts.browser(email)).toBeUndefined();
  expect(await accounts.browser(next)).toBeDefined();
  expect((await (await here.caller()).console.profile.get()).pendingEmail).toBeNull();
  const undo = await accounts.tokenTo(email, "changed");
  expect(await confirm("undo_change", undo)).toEqual({ state: "done" });
  expect(await reasonOf(confirm("undo_change", undo))).toBe("gone");
  expect(await here.user()).toBeUndefined();
  expect(await accounts.browser(email)).toBeDefined();
});

test("an address that somebody has cannot be taken, and asking does not tell", async () => {
  const [email, taken] = [await person(), await person()];
  const here = (await accounts.browser(email))!;
  expect(await (await here.caller()).console.profile.changeEmail({ email: taken })).toEqual({ done: true });
  expect((await accounts.mailsTo(taken)).map(({ template }) => template)).toEqual(["already"]);
  expect(await accounts.visitor().public.account.confirmEmail({ kind: "change_old", token: await accounts.tokenTo(email, "change-old") })).toEqual({ state: "waiting" });
  expect((await here.user())?.email).toBe(email);
});

test("a profile keeps what fits and refuses what does not", async () => {
  const caller = await (await accounts.browser(await person()))!.caller();
  const saved = await caller.console.profile.update({ name: "  Ann  ", locale: "zh", timeZone: "Asia/Shanghai", theme: "dark", density: "compact" });
  expect(saved).toMatchObject({ name: "Ann", locale: "zh", timeZone: "Asia/Shanghai", theme: "dark", density: "compact" });
  expect(await caller.console.profile.update({ name: "" })).toMatchObject({ name: null, theme: "dark" });
  expect(await reasonOf(caller.console.profile.update({ timeZone: "Mars/Olympus" }))).toBe("BAD_REQUEST");
  expect(await reasonOf(caller.console.profile.update({ name: "x".repeat(65) }))).toBe("BAD_REQUEST");
});

test("closing an account: typed address, three days, then no trace of the person and the books whole", async () => {
  const email = await person();
  const here = (await accounts.browser(email))!;
  const { eraseClosedAccounts } = await import("#accounts/index.ts");
  const caller = await here.caller();
  expect(await reasonOf(caller.console.profile.close({ email: "other@example.com" }))).toBe("email");
  await caller.console.profile.close({ email });
  expect(Object.keys(await caller.console.profile.exportData())).toEqual(["account", "keys", "sessions", "ledger", "acts", "agreements"]);
  await caller.console.profile.keep();
  expect(await eraseClosedAccounts(database.pool, accounts.context.clock.now() + 4 * 86_400_000)).toBe(0);
  const { on } = await caller.console.profile.close({ email });
  expect(await eraseClosedAccounts(database.pool, on.getTime() - 1)).toBe(0);
  expect(await eraseClosedAccounts(database.pool, on.getTime())).toBe(1);
  expect(await here.user()).toBeUndefined();
  const { rows } = await database.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM users WHERE email = $1 OR name = $1", [email]);
  expect(rows[0]!.n).toBe(0);
});
