import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { Role } from "#accounts/index.ts";
import type { SessionUser } from "#accounts/sign-in.store.ts";
import { callerOf } from "#trpc/root.ts";
import type { Context } from "#trpc/init.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestShop, STORE, type TestShop } from "../../support/test-shop.ts";
import { testContext } from "../../support/trpc-context.ts";

export type AdminShop = Readonly<{
  database: TestDatabase;
  shop: TestShop;
  pool: Pool;
  context: Context;
  /** The router's caller, signed in as a member of staff of that role (made at the first call). */
  as(role: Role): Promise<ReturnType<typeof callerOf>>;
  userId(email: string): Promise<string>;
  walletId(email: string): Promise<string>;
  drop(): Promise<void>;
}>;

/** A small shop with staff, and the procedures called as they are. */
export async function openAdminShop(): Promise<AdminShop> {
  const database = await createTestDatabase();
  const shop = createTestShop(database, { UPSTREAM: "sk-upstream-from-environment" });
  await shop.apply(STORE);
  const { pool } = database;
  const context = { ...testContext(pool), keys: shop.keys, sealer: shop.deps.sealer };
  const one = async (sql: string, email: string): Promise<string> => (await pool.query<{ id: string }>(sql, [email])).rows[0]!.id;
  const userId = (email: string): Promise<string> => one("SELECT id FROM users WHERE email = $1", email);
  return {
    database, shop, pool, context, userId,
    walletId: (email) => one("SELECT w.id FROM wallets w JOIN users u ON u.id = w.owner_id WHERE u.email = $1", email),
    async as(role) {
      const email = `${role}@staff.example.com`;
      const { rowCount } = await pool.query("SELECT 1 FROM users WHERE email = $1", [email]);
      if (rowCount === 0) await shop.apply(`users: [{ email: ${email}, password: a-long-staff-password, role: ${role} }]`);
      return callerOf({ ...context, user: sessionOf(role, await userId(email), email) });
    },
    drop: () => database.drop(),
  };
}

/** A session whose password was given a moment ago. */
export const sessionOf = (role: Role, id: string, email: string): SessionUser => ({
  id, sid: randomUUID(), email, name: undefined, role, locale: "en", timeZone: "UTC", theme: "system", density: "compact", mustVerify: false, renewedAt: new Date(),
});

/** The word and code of the error a call ends with. */
export const errorOf = (call: Promise<unknown>): Promise<string> =>
  call.then(() => "none", (error: { code?: string; reason?: string; message?: string }) => [error.code ?? error.message, error.reason].filter(Boolean).join(" "));
