import { mailAad, type MailContent } from "#accounts/index.ts";
import { readSession, signIn, type SessionUser } from "#accounts/sign-in.store.ts";
import { createUser, type Role } from "#accounts/index.ts";
import { ensureDefaultGroup } from "#catalog/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { callerOf } from "#trpc/root.ts";
import type { Context } from "#trpc/init.ts";
import type { TestDatabase } from "./database.ts";
import { testContext } from "./trpc-context.ts";

export const PASSWORD = "correct-horse-battery";

/** Accounts as browsers meet them: procedures, mail that can be read, and a clock that can be moved. */
export function createTestAccounts(database: TestDatabase) {
  let aheadMs = 0;
  const base = testContext(database.pool);
  const clock = { now: () => Date.now() + aheadMs, monotonic: () => performance.now() + aheadMs };
  const context: Context = { ...base, clock };
  const visitor = (over: Partial<Context> = {}) => callerOf({ ...context, ...over });

  /** What was mailed to an address, oldest first. */
  async function mailsTo(address: string): Promise<MailContent[]> {
    const { rows } = await database.pool.query<{ id: string; sealed: Buffer }>("SELECT id, sealed FROM mails WHERE to_address = $1 ORDER BY id", [address]);
    return rows.map(({ id, sealed }) => JSON.parse(base.sealer.open(sealed, mailAad(id))) as MailContent);
  }

  async function tokenTo(address: string, template: MailContent["template"]): Promise<string> {
    const mail = (await mailsTo(address)).findLast((each) => each.template === template);
    if (!mail || !("token" in mail)) throw new Error(`no mail ${template} to ${address}`);
    return mail.token;
  }

  async function makeUser(email: string, role: Role = "customer"): Promise<string> {
    const passwordHash = await context.passwords.hash(PASSWORD);
    const made = await withTransaction(database.pool, async (tx) => createUser(tx, { email, role, groupId: await ensureDefaultGroup(tx), passwordHash, verified: true }));
    return made.id;
  }

  /** A signed-in browser: its procedures, or undefined when the sign-in fails. */
  async function browser(email: string, password = PASSWORD) {
    const claims = await signIn(context, { email, password, ip: undefined, userAgent: "test" });
    if (!claims) return undefined;
    const user = (): Promise<SessionUser | undefined> => readSession(database.pool, claims, clock.now());
    return { sid: claims.sid, user, caller: async () => callerOf({ ...context, user: await user() }) };
  }

  return {
    context, visitor, mailsTo, tokenTo, makeUser, browser,
    pass: (ms: number): void => void (aheadMs += ms),
    set: async (path: string, value: unknown): Promise<void> => {
      await database.pool.query("INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", [path, JSON.stringify(value)]);
    },
  };
}
export type TestAccounts = ReturnType<typeof createTestAccounts>;
