import { readEnv, type Env } from "#config/env.ts";
import { loadCarried } from "#platform/crypto/carried.store.ts";
import { createSealer, type Sealer } from "#platform/crypto/seal.ts";
import { deriveKeys, loadSecret, withCarried, type DerivedKeys } from "#platform/crypto/secret.ts";
import { ensurePostgres } from "#platform/db/embedded.ts";
import { createPool } from "#platform/db/pool.ts";
import type { Pool } from "pg";

export type OpenShop = Readonly<{ env: Env; pool: Pool; keys: DerivedKeys; sealer: Sealer }>;

/** The shop's database for one command; an embedded one that was stopped is started for it and stopped again. */
export async function withPool<T>(name: string, work: (env: Env, pool: Pool) => Promise<T>): Promise<T> {
  const env = readEnv();
  const embedded = env.databaseUrl === undefined ? await ensurePostgres(env.dataDir) : undefined;
  const pool = createPool(env.databaseUrl ?? embedded!.url, { name, max: 2 });
  try {
    return await work(env, pool);
  } finally {
    await pool.end();
    if (embedded?.started) await embedded.stop();
  }
}

/** The same with the shop's keys. */
export const withShop = <T>(name: string, work: (shop: OpenShop) => Promise<T>): Promise<T> =>
  withPool(name, async (env, pool) => {
    const derived = deriveKeys(await loadSecret(env));
    const sealer = createSealer(derived);
    return work({ env, pool, sealer, keys: withCarried(derived, await loadCarried(pool, sealer)) });
  });
