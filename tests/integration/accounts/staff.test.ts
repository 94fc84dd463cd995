import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findManagementToken, isManagementTokenForm, verifyAudit } from "#accounts/index.ts";
import { createTestAccounts, type TestAccounts } from "../../support/accounts.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

let database: TestDatabase;
let accounts: TestAccounts;
const REASON = "for the test of roles";
const NOBODY = "0190b0c0-0000-7000-8000-000000000000";
const ids = new Map<string, string>();
const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(() => "done", (error: { reason?: string; code?: string }) => error.reason ?? error.code ?? "failed");
const callerOf = async (who: string) => (await accounts.browser(`${who}@example.com`))!.caller();
const acts = async (action: string) =>
  (await database.pool.query<{ actor_id: string; target_id: string; reason: string | null; before: unknown; after: unknown }>("SELECT actor_id, target_id, reason, before, after FROM audit_log WHERE action = $1 ORDER BY seq", [action])).rows;

beforeAll(async () => {
  database = await createTestDatabase();
  accounts = createTestAccounts(database);
  for (const [who, role] of [["ann", "owner"], ["bob", "owner"], ["sue", "support"], ["fin", "finance"], ["pat", "operator"], ["cus", "customer"]] as const) {
    ids.set(who, await accounts.makeUser(`${who}@example.com`, role));
  }
});
beforeEach(() => accounts.pass(60_000));
afterAll(async () => {
  expect((await verifyAudit(database.pool, accounts.context.keys.auditKey)).brokenAt).toBeUndefined();
  await database.drop();
});

test.each([["sue", "FORBIDDEN"], ["fin", "FORBIDDEN"], ["pat", "FORBIDDEN"], ["cus", "FORBIDDEN"], ["ann", "done"]])("the list of staff for %s: %s", async (who, outcome) => {
  expect(await reasonOf((await callerOf(who)).admin.staff.list())).toBe(outcome);
});

test.each([["sue", "FORBIDDEN"], ["fin", "FORBIDDEN"], ["cus", "FORBIDDEN"], ["pat", "done"], ["ann", "done"]])("the audit log for %s: %s", async (who, outcome) => {
  expect(await reasonOf((await callerOf(who)).admin.audit.list({}))).toBe(outcome);
});

test("a role is changed with a reason, ends the sessions of the one it is, and is written down", async () => {
  const sue = (await accounts.browser("sue@example.com"))!;
  const owner = await callerOf("ann");
  expect(await reasonOf(owner.admin.staff.changeRole({ id: ids.get("sue")!, role: "finance", reason: "short" }))).toBe("BAD_REQUEST");
  await owner.admin.staff.changeRole({ id: ids.get("sue")!, role: "finance", reason: REASON });
  expect(await sue.user()).toBeUndefined();
  expect((await (await accounts.browser("sue@example.com"))!.user())?.role).toBe("finance");
  expect(await acts("staff.role")).toEqual([{ actor_id: ids.get("ann"), target_id: ids.get("sue"), reason: REASON, before: { role: "support" }, after: { role: "finance" } }]);
});

test("nobody changes his own role, makes staff of a customer, or finds people by guessing", async () => {
  const owner = await callerOf("ann");
  expect(await reasonOf(owner.admin.staff.changeRole({ id: ids.get("ann")!, role: "customer", reason: REASON }))).toBe("own");
  expect(await reasonOf(owner.admin.staff.changeRole({ id: ids.get("cus")!, role: "owner", reason: REASON }))).toBe("customer");
  expect(await reasonOf(owner.admin.staff.changeRole({ id: NOBODY, role: "owner", reason: REASON }))).toBe("NOT_FOUND");
});

test("two owners who demote each other at once: one owner is left", async () => {
  const [ann, bob] = [await callerOf("ann"), await callerOf("bob")];
  const outcomes = await Promise.all([
    reasonOf(ann.admin.staff.changeRole({ id: ids.get("bob")!, role: "support", reason: REASON })),
    reasonOf(bob.admin.staff.changeRole({ id: ids.get("ann")!, role: "support", reason: REASON })),
  ]);
  expect(outcomes.toSorted()).toEqual(["done", "last-owner"]);
  const { rows } = await database.pool.query<{ n: number }>("SELECT count(*)::int AS n FROM users WHERE role = 'owner' AND status = 'active'");
  expect(rows[0]!.n).toBe(1);
  await database.pool.query("UPDATE users SET role = 'owner' WHERE id = ANY($1)", [[ids.get("ann"), ids.get("bob")]]);
});

test("heavy acts want the password again, and end without it", async () => {
  const browser = (await accounts.browser("ann@example.com"))!;
  accounts.pass(11 * 60_000);
  const owner = await browser.caller();
  expect(await reasonOf(owner.admin.staff.makeToken({ name: "late", role: "support" }))).toBe("sudo");
  expect(await reasonOf(owner.admin.staff.changeRole({ id: ids.get("pat")!, role: "support", reason: REASON }))).toBe("sudo");
  expect(await reasonOf(owner.admin.staff.invite({ role: "customer" }))).toBe("sudo");
  expect(await reasonOf(owner.admin.staff.list())).toBe("done");
});

test("a management token is shown once, works, and not after it was revoked", async () => {
  const owner = await callerOf("ann");
  const { id, secret } = await owner.admin.staff.makeToken({ name: "scripts", role: "finance", cidrs: ["10.0.0.0/8"] });
  expect(isManagementTokenForm(secret)).toBe(true);
  expect(await reasonOf(owner.admin.staff.makeToken({ name: "scripts", role: "finance" }))).toBe("name");
  expect(await reasonOf(owner.admin.staff.makeToken({ name: "odd", role: "finance", cidrs: ["not an address"] }))).toBe("BAD_REQUEST");
  const { tokens } = await owner.admin.staff.list();
  expect(tokens).toMatchObject([{ id, name: "scripts", status: "active", prefix: secret.slice(0, 10), suffix: secret.slice(-4) }]);
  expect(JSON.stringify(await owner.admin.staff.list(), (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))).not.toContain(secret);
  const { keyPepper } = accounts.context.keys;
  expect(await findManagementToken(database.pool, keyPepper, secret)).toMatchObject({ role: "finance" });
  await owner.admin.staff.revokeToken({ id });
  expect(await findManagementToken(database.pool, keyPepper, secret)).toBeUndefined();
  expect(await reasonOf(owner.admin.staff.revokeToken({ id }))).toBe("NOT_FOUND");
  expect(await reasonOf(owner.admin.staff.revokeToken({ id: NOBODY }))).toBe("NOT_FOUND");
  expect((await acts("management_token.create"))[0]).toMatchObject({ after: { name: "scripts", role: "finance" } });
});

test("what cannot be written down is not done", async () => {
  const owner = await callerOf("ann");
  const { id } = await owner.admin.staff.makeToken({ name: "kept", role: "support" });
  // The log refuses the next entry, as a full disk or a broken chain would.
  await database.pool.query("SELECT 1");
  const admin = new (await import("pg")).default.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query("CREATE FUNCTION refuse_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$");
  await admin.query("CREATE TRIGGER refuse BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_entry()");
  await expect(owner.admin.staff.revokeToken({ id })).rejects.toThrow();
  await admin.query("DROP TRIGGER refuse ON audit_log");
  await admin.end();
  expect((await owner.admin.staff.list()).tokens.find((token) => token.id === id)?.status).toBe("active");
});

test("the audit log: filters, pages that neither repeat nor skip, and a chain that is whole", async () => {
  const owner = await callerOf("ann");
  const seen: bigint[] = [];
  for (let cursor: bigint | undefined; ;) {
    const page = await owner.admin.audit.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.entries.map(({ seq }) => seq));
    if (page.next === undefined) break;
    cursor = page.next;
  }
  expect(seen).toEqual(seen.toSorted((a, b) => Number(b - a)));
  expect(new Set(seen).size).toBe(Number(seen[0]));
  const { entries } = await owner.admin.audit.list({ action: "management_token", actor: "ANN@example.com" });
  expect(new Set(entries.map(({ action }) => action))).toEqual(new Set(["management_token.create", "management_token.revoke"]));
  expect((await owner.admin.audit.list({ action: "management" })).entries).toEqual([]); // whole words only
  expect((await owner.admin.audit.list({ targetId: "sue@example.com", action: "staff.role" })).entries).toMatchObject([{ targetName: "sue@example.com" }]);
  const ann = entries[0]!.actorId!;
  expect(await owner.admin.audit.names({ ids: [ann, "00000000-0000-0000-0000-000000000000"] })).toEqual({ [ann]: "ann@example.com" });
  expect((await owner.admin.audit.list({ actor: "%' OR 1=1 --" })).entries).toEqual([]);
  expect(await owner.admin.audit.verify()).toMatchObject({ rows: seen.length });
});

test("E-90 an entry that its owner changed behind the shop's back is named", async () => {
  const owner = await callerOf("ann");
  const admin = new (await import("pg")).default.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query("SET session_replication_role = replica"); // past the triggers, as only the server's owner can
  const { rows } = await admin.query<{ reason: string }>("UPDATE audit_log SET reason = 'nothing to see' WHERE seq = 3 RETURNING reason");
  expect(rows).toHaveLength(1);
  expect(await owner.admin.audit.verify()).toMatchObject({ rows: 2, brokenAt: 3n });
  await admin.query("UPDATE audit_log SET reason = NULL WHERE seq = 3");
  await admin.end();
  expect((await owner.admin.audit.verify()).brokenAt).toBeUndefined();
});
