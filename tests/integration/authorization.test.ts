import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import type { Context } from "#trpc/init.ts";
import { callerOf } from "#trpc/root.ts";
import { addCharge } from "../support/charge.ts";
import { allProcedures, callByName, expectedVerdict, sampleInput, type Procedure, type Verdict } from "../support/procedures.ts";
import { holesIn, writeVerdicts, type Verdicts } from "../support/verdicts.ts";
import { openAdminShop, sessionOf, type AdminShop } from "./admin/shop.ts";

/** Every procedure, called as everybody: nobody gets further than the table of permissions says. */

const procedures = allProcedures();
const people = ["visitor", "customer", "unconfirmed", "support", "finance", "operator", "owner", "owner, password long ago"] as const;
type Person = (typeof people)[number];

/** Whoever gets past a guard and the parser reaches this. */
const unreachable = new Proxy({}, {
  get: () => () => {
    throw new Error("reached");
  },
});
const LONG_AGO = new Date(Date.now() - 3_600_000);
const rows: Verdicts[] = [];
let admin: AdminShop;

const who = (person: Person): SessionUser | undefined => {
  if (person === "visitor") return undefined;
  const role: Role = person === "unconfirmed" ? "customer" : person === "owner, password long ago" ? "owner" : person;
  return {
    ...sessionOf(role, randomUUID(), `${role}@example.com`), mustVerify: person === "unconfirmed",
    renewedAt: person === "owner, password long ago" ? LONG_AGO : new Date(),
  };
};

async function verdictOf(procedure: Procedure, person: Person): Promise<Verdict> {
  const context = { ...admin.context, pool: unreachable as Context["pool"], throttle: unreachable as Context["throttle"], passwords: unreachable as Context["passwords"], payments: unreachable as Context["payments"], user: who(person) };
  // An input that no procedure takes: whoever has no right must hear so, and not that the input is wrong.
  const { code, reason } = await callByName(callerOf(context), procedure.name, { "no such field": 1 });
  if (code === "UNAUTHORIZED") return "UNAUTHORIZED";
  if (code !== "FORBIDDEN") return "allowed";
  return reason === "sudo" || reason === "verify" ? `FORBIDDEN ${reason}` : "FORBIDDEN";
}

beforeAll(async () => {
  admin = await openAdminShop();
});
afterAll(async () => {
  await admin.drop();
  writeVerdicts("procedures", people, rows);
});

test("the router has been read", () => {
  expect(procedures.length).toBeGreaterThan(40);
  expect(procedures.filter(({ permission }) => permission === "")).toEqual([]);
});

describe("E-94 a right is asked for before the input is looked at", () => {
  test.each(procedures.map((procedure) => [procedure.name, procedure] as const))("%s", async (_name, procedure) => {
    const found: Verdict[] = [];
    for (const person of people) found.push(await verdictOf(procedure, person));
    const wanted = people.map((person) => {
      const user = who(person);
      return expectedVerdict(procedure, user && { role: user.role, renewed: person !== "owner, password long ago", mustVerify: user.mustVerify });
    });
    rows.push({ name: procedure.name, wants: `${procedure.permission}${procedure.sudo ? ", sudo" : ""}`, found });
    expect(found).toEqual(wanted);
  });
});

test("E-94 the table has every procedure as everybody, and no hole", () => {
  expect(rows.map(({ name }) => name).sort()).toEqual(procedures.map(({ name }) => name).sort());
  expect(holesIn(people, rows)).toEqual([]);
});

describe("what belongs to another customer", () => {
  type Owned = Readonly<{ ids: readonly string[]; secrets: readonly string[] }>;
  let alice: Owned;
  let bob: SessionUser;

  beforeAll(async () => {
    await admin.shop.apply("users: [{ email: bob@example.com, password: correct-horse-battery, credit: { amount: 5, id: opening } }]");
    const { id, uuid } = await addCharge(admin.pool, { email: "alice@example.com", model: "gpt-4o-mini", channel: "main", usage: { input: 100, output: 10 } });
    const userId = await admin.userId("alice@example.com");
    const sessionId = randomUUID();
    await admin.pool.query("INSERT INTO sessions (id, user_id, ip, expires_at) VALUES ($1, $2, '203.0.113.77', now() + interval '1 day')", [sessionId, userId]);
    const { rows: [key] } = await admin.pool.query<{ id: string }>("SELECT id FROM api_keys WHERE user_id = $1", [userId]);
    const { rows: [transaction] } = await admin.pool.query<{ id: string }>("SELECT id FROM ledger_transactions WHERE idempotency_key LIKE 'grant:' || $1 || '%'", [userId]);
    const walletId = await admin.walletId("alice@example.com");
    alice = { ids: [userId, walletId, key!.id, sessionId, uuid, id, transaction!.id], secrets: ["alice@example.com", walletId, key!.id, sessionId, uuid, id, transaction!.id, "203.0.113.77"] };
    bob = sessionOf("customer", await admin.userId("bob@example.com"), "bob@example.com");
    await admin.pool.query("INSERT INTO sessions (id, user_id, expires_at) VALUES ($1, $2, now() + interval '1 day')", [bob.sid, bob.id]);
  });

  /** Procedures whose parser took the made-up input: only those were really tried. */
  const tried = new Set<string>();

  /** Everything of hers that a customer's procedure could change. */
  const state = async (): Promise<string> => {
    const [userId, walletId] = alice.ids;
    const parts = await Promise.all([
      admin.pool.query("SELECT id, email, name, password_hash, role, status, group_id, locale, session_epoch FROM users WHERE id = $1", [userId]),
      admin.pool.query("SELECT * FROM wallets WHERE id = $1", [walletId]),
      admin.pool.query("SELECT * FROM api_keys WHERE user_id = $1 ORDER BY id", [userId]),
      admin.pool.query("SELECT id, ended_at, renewed_at FROM sessions WHERE user_id = $1 ORDER BY id", [userId]),
      admin.pool.query("SELECT * FROM orders WHERE user_id = $1 ORDER BY id", [userId]),
    ]);
    return createHash("sha256").update(JSON.stringify(parts.map((part) => part.rows), plain)).digest("hex");
  };

  test.each(procedures.filter(({ area }) => area === "console").map((procedure) => [procedure.name, procedure] as const))("%s shows and changes nothing of hers", async (_name, procedure) => {
    const before = await state();
    for (const id of procedure.input ? alice.ids : [""]) {
      const { value, message } = await callByName(callerOf({ ...admin.context, user: bob }), procedure.name, sampleInput(procedure.input, id));
      if (!message.startsWith("[")) tried.add(procedure.name); // the parser's errors are a list
      const answer = JSON.stringify([value, message], plain);
      expect(alice.secrets.filter((secret) => secret !== id && answer.includes(secret))).toEqual([]);
    }
    expect(await state()).toBe(before);
  });

  test("most of them were really tried", () => {
    const all = procedures.filter(({ area }) => area === "console");
    expect(tried.size / all.length).toBeGreaterThan(0.6);
  });
});

const plain = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
