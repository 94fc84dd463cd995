import "server-only";
import { ensureSetupToken } from "#accounts/index.ts";
import { shop } from "#app/shop.ts";
import { failed, waitMs } from "#accounts/sign-in.ts";
import { constantTimeEqual } from "#platform/crypto/compare.ts";

const ATTEMPT_KEY = "setup";

/** Is this the one-time token of the first run? False for ever once the shop has an owner; guessing is slowed down. */
export async function isSetupToken(given: string): Promise<boolean> {
  const { pool, env, clock, signInAttempts } = await shop();
  const token = await ensureSetupToken(pool, { dataDir: env.dataDir, given: env.setupToken });
  if (token === undefined || waitMs(signInAttempts.get(ATTEMPT_KEY), clock.now()) > 0) return false;
  const matches = constantTimeEqual(given, token);
  if (!matches) signInAttempts.set(ATTEMPT_KEY, failed(signInAttempts.get(ATTEMPT_KEY), clock.now()));
  return matches;
}
