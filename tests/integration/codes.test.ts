import { afterAll, beforeAll, expect, test } from "vitest";
import { findUserByEmail } from "#accounts/index.ts";
import { checkInvariants } from "#money/invariants.store.ts";
import { RedeemError, redeemCode } from "#payments/index.ts";
import { walletView } from "#reports/index.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestShop, type TestShop } from "../support/test-shop.ts";

let database: TestDatabase;
let shop: TestShop;
const EMAILS = Array.from({ length: 20 }, (_, i) => `u${i}@example.com`);

beforeAll(async () => {
  database = await createTestDatabase();
  shop = createTestShop(database);
  await shop.apply(`users: [${EMAILS.map((email) => `{ email: ${email} }`).join(", ")}]
codes:
  - { code: ONCE-ONLY, amount: 5 }
  - { code: TEN-TIMES, amount: 1, uses: 10 }
  - { code: TWICE-EACH, amount: 1, uses: 100, per_user: 2 }
  - { code: OLD-ONE, amount: 1, expires: 2020-01-01 }
  - { code: SWITCHED-OFF, amount: 1, enabled: false }
`);
});
afterAll(() => database.drop());

async function redeem(code: string, email: string): Promise<string> {
  const user = (await findUserByEmail(database.pool, email))!;
  const ask = { code, userId: user.id, walletId: user.walletId, actor: { type: "user" as const, id: user.id } };
  return redeemCode(database.pool, shop.keys.codePepper, ask).then(() => "credited", (error: unknown) => {
    if (error instanceof RedeemError) return error.code;
    throw error;
  });
}
const count = (outcomes: string[], wanted: string): number => outcomes.filter((outcome) => outcome === wanted).length;
const balance = async (email: string): Promise<bigint> => (await walletView(database.pool, (await findUserByEmail(database.pool, email))!.walletId))!.balanceNano;

test("a code redeemed by 100 parallel calls is credited once", async () => {
  const outcomes = await Promise.all(Array.from({ length: 100 }, (_, i) => redeem("once only", EMAILS[i % 20]!)));
  expect(count(outcomes, "credited")).toBe(1);
  const { rows } = await database.pool.query("SELECT c.uses, (SELECT count(*)::int FROM redemptions r WHERE r.code_id = c.id) AS redemptions, (SELECT coalesce(sum(granted_nano), 0)::text FROM credit_lots) AS credited FROM redeem_codes c WHERE c.hint LIKE 'ONCE%'");
  expect(rows).toEqual([{ uses: 1, redemptions: 1, credited: "5000000000" }]);
});

test("ten uses go to ten of twenty users", async () => {
  const outcomes = await Promise.all(EMAILS.map((email) => redeem("TEN-TIMES", email)));
  expect(count(outcomes, "credited")).toBe(10);
  expect(count(outcomes, "code_used")).toBe(10);
});

test("one user's parallel calls stop at what the code allows him", async () => {
  const before = await balance(EMAILS[0]!);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => redeem("twice-each", EMAILS[0]!)));
  expect(count(outcomes, "credited")).toBe(2);
  expect(count(outcomes, "code_used_by_user")).toBe(18);
  expect((await balance(EMAILS[0]!)) - before).toBe(2_000_000_000n);
});

test.each([["NO-SUCH-CODE", "code_not_found"], ["old-one", "code_expired"], ["switched off", "code_disabled"], ["\u0000", "code_not_found"]])(
  "%j is refused as %s", async (code, problem) => expect(await redeem(code, EMAILS[1]!)).toBe(problem));

test("after all of it the ledger is sound", async () => {
  expect((await checkInvariants(database.pool)).filter(({ rows }) => rows > 0)).toEqual([]);
});
