import type { Pool } from "pg";
import type { Clock } from "#platform/clock.ts";
import { hmac } from "#platform/crypto/hash.ts";
import type { Listener } from "#platform/db/listen.ts";
import { loadCaller, loadCallerById } from "#snapshot/key-directory.store.ts";
import { createKeyDirectory, type LiveKeyDirectory } from "#snapshot/key-directory.ts";

/** The directory over the database, kept fresh by `NOTIFY key`. */
export function openKeyDirectory(
  deps: Readonly<{ pool: Pool; listener: Listener; keyPepper: Buffer; clock: Pick<Clock, "monotonic"> }>,
): LiveKeyDirectory {
  const directory = createKeyDirectory({
    load: (secret) => loadCaller(deps.pool, hmac(deps.keyPepper, secret)),
    loadById: (keyId) => loadCallerById(deps.pool, keyId),
    monotonic: () => deps.clock.monotonic(),
  });
  deps.listener.on("key", (id) => directory.drop(id));
  return directory;
}
