import { randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { rotateSecrets, ShopRuns } from "#cli/secrets/rotate.ts";
import { withPool } from "#cli/open-shop.ts";
import { SECRET_BYTES_MIN } from "#config/defaults.ts";
import type { Env } from "#config/env.ts";
import { canaryOpens } from "#platform/crypto/canary.store.ts";
import { loadCarried } from "#platform/crypto/carried.store.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { deriveKeys, loadSecret, MasterSecret, SecretError, withCarried } from "#platform/crypto/secret.ts";
import type { Pool } from "pg";

const USAGE = `npm run secrets -- rotate
  changes the master secret: of the data folder, or, where MODELMART_SECRET is set, to the one on standard input`;

/** `npm run secrets`: changes what everything sealed is sealed with. The shop must be stopped. */
export default async function run(argv: readonly string[]): Promise<number> {
  if (argv.length !== 1 || argv[0] !== "rotate") {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  return withPool("secrets", async (env, pool) => {
    try {
      return env.secret === undefined ? await rotateFile(env, pool) : await rotateGiven(env, pool, (await text(process.stdin)).trim());
    } catch (error) {
      if (!(error instanceof ShopRuns)) throw error;
      process.stderr.write(`Nothing was changed: ${error.message}.\n`);
      return 1;
    }
  });
}

/**
 * The secret in the data folder. The new one is on the disk before the database is changed, and takes the old one's
 * place after; whatever was interrupted is finished, or taken back, by the next call.
 */
async function rotateFile(env: Env, pool: Pool): Promise<number> {
  const file = path.join(env.dataDir, "secret");
  const next = `${file}.next`;
  const waiting = await readFile(next, "utf8").catch(() => undefined);
  if (waiting !== undefined) {
    if (await canaryOpens(pool, createSealer(deriveKeys(masterOf(waiting))))) {
      await rename(next, file);
      process.stdout.write("An earlier change was interrupted after its last step; it is finished now.\n");
      return 0;
    }
    await rm(next);
  }
  const secret = randomBytes(32).toString("base64url");
  await writeFile(next, `${secret}\n`, { mode: 0o600, flush: true });
  const count = await change(env, pool, secret).catch(async (error: unknown) => {
    // Whether the commit got through is asked of the database, not guessed.
    if (!(await canaryOpens(pool, createSealer(deriveKeys(masterOf(secret)))).catch(() => true))) await rm(next, { force: true });
    throw error;
  });
  await rename(next, file);
  return done(count);
}

async function rotateGiven(env: Env, pool: Pool, secret: string): Promise<number> {
  if (Buffer.byteLength(secret) < SECRET_BYTES_MIN || secret === env.secret) {
    process.stderr.write(`Give the new secret on standard input, ${SECRET_BYTES_MIN} bytes or longer and another than MODELMART_SECRET, such as: openssl rand -base64 32\n`);
    return 2;
  }
  const status = done(await change(env, pool, secret));
  process.stdout.write("Set MODELMART_SECRET to the new secret on every node before the next start.\n");
  return status;
}

const masterOf = (secret: string): MasterSecret => new MasterSecret(Buffer.from(secret.trim()));

async function change(env: Env, pool: Pool, secret: string): Promise<number> {
  const derived = deriveKeys(await loadSecret(env));
  if ((await canaryOpens(pool, createSealer(derived))) === false) throw new SecretError("this database was set up with another master secret: nothing was changed");
  const from = withCarried(derived, await loadCarried(pool, createSealer(derived)));
  return rotateSecrets(pool, from, deriveKeys(masterOf(secret)), new Date());
}

function done(count: number): number {
  process.stdout.write(`The master secret is changed; ${count} ${count === 1 ? "value is" : "values are"} sealed anew. Everybody has to sign in again; keys, passwords and codes work as before.\n`);
  return 0;
}
