import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ownerExists } from "#accounts/users.store.ts";
import type { Queryable } from "#platform/db/queryable.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * The one-time token of the first run, while the shop has no owner: the given one, else the one in
 * `<dataDir>/setup-token`, else a new one of 160 bits that is written there (mode 600).
 *
 * @returns undefined when there is an owner; the file is then removed
 */
export async function ensureSetupToken(
  db: Queryable,
  options: Readonly<{ dataDir: string; given?: string | undefined }>,
): Promise<string | undefined> {
  const file = path.join(options.dataDir, "setup-token");
  if (await ownerExists(db)) {
    await rm(file, { force: true });
    return undefined;
  }
  const kept = await readFile(file, "utf8").catch(() => "");
  const token = options.given ?? (kept.trim() || newToken());
  if (token !== kept.trim()) await writeFile(file, `${token}\n`, { mode: 0o600 });
  return token;
}

/** 20 random bytes are 32 letters of base32 without padding. */
function newToken(): string {
  let bits = BigInt(`0x${randomBytes(20).toString("hex")}`);
  let text = "";
  for (let i = 0; i < 32; i++) {
    text = BASE32[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return text;
}
