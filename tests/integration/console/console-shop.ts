import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestShop, STORE, type TestShop } from "../../support/test-shop.ts";
import { testContext } from "../../support/trpc-context.ts";
import { callerOf } from "#trpc/root.ts";

const SIGNED_IN = {
  sid: "00000000-0000-7000-8000-000000000001", name: undefined, role: "customer", locale: "en", timeZone: "UTC", theme: "system", density: "comfortable", mustVerify: false,
  renewedAt: new Date(),
} as const;

/** Whoever runs the shop and calls it, too. */
const OPERATOR = "users:\n  - { email: operator@example.com, password: correct-horse-battery, role: operator, keys: [{ name: probe, scopes: [channel:pin] }] }";

export type Caller = ReturnType<typeof callerOf>;
export type ConsoleShop = Readonly<{ database: TestDatabase; shop: TestShop; as(email: string, role?: "operator"): Promise<Caller>; userId(email: string): Promise<string> }>;

const BOB = "users:\n  - { email: bob@example.com, password: correct-horse-battery, credit: { amount: 10, id: opening }, keys: [{ name: bobs }] }";

/** A shop with two customers, alice and bob, each seen through the procedures as they are signed in. */
export async function openConsoleShop(): Promise<ConsoleShop> {
  const database = await createTestDatabase();
  const shop = createTestShop(database, { UPSTREAM: "sk-upstream-from-environment" });
  await shop.apply(STORE);
  await shop.apply(BOB);
  await shop.apply(OPERATOR);
  const userId = async (email: string): Promise<string> => {
    const { rows } = await database.pool.query<{ id: string }>("SELECT id FROM users WHERE email = $1", [email]);
    return rows[0]!.id;
  };
  return {
    database, shop, userId,
    as: async (email, role) => callerOf({
      ...testContext(database.pool),
      user: { ...SIGNED_IN, id: await userId(email), email, ...(role && { role }) },
      keys: shop.keys, ip: "192.0.2.1",
    }),
  };
}

export const ALICE = "alice@example.com";
export const OPERATOR_EMAIL = "operator@example.com";
export const BOB_EMAIL = "bob@example.com";
