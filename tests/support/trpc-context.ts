import type { Pool } from "pg";
import { createThrottle } from "#accounts/index.ts";
import { createClock } from "#platform/clock.ts";
import { createPasswords } from "#platform/crypto/hash.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { deriveKeys, MasterSecret } from "#platform/crypto/secret.ts";
import type { Context } from "#trpc/init.ts";

/** What procedures get in tests: the real parts over the given pool, a visitor by default. */
export function testContext(pool: Pool): Context {
  const keys = deriveKeys(new MasterSecret(Buffer.from("a secret of the tests, 32 bytes at least")));
  return {
    user: undefined,
    pool,
    keys,
    sealer: createSealer(keys),
    clock: createClock(),
    passwords: createPasswords(keys),
    throttle: createThrottle(),
    ip: undefined,
    userAgent: undefined,
    baseUrl: () => Promise.resolve("http://shop.example"),
  };
}
