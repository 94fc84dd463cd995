import type { Queryable } from "#platform/db/queryable.ts";
import type { Sealer } from "./seal.ts";
import type { CarriedKeys } from "./secret.ts";

const KEY = "system.carried_keys";
const AAD = "settings|value|system.carried_keys|keys";

type Stored = Record<keyof CarriedKeys, string>;

/** Keys of an earlier master secret that are still needed; undefined while the secret was never changed. */
export async function loadCarried(db: Queryable, sealer: Sealer): Promise<CarriedKeys | undefined> {
  const { rows: [found] } = await db.query<{ value: string }>("SELECT value FROM settings WHERE key = $1", [KEY]);
  if (!found) return undefined;
  const stored = JSON.parse(sealer.open(Buffer.from(found.value, "base64"), AAD)) as Stored;
  const key = (name: keyof CarriedKeys): Buffer => Buffer.from(stored[name], "base64");
  return { keyPepper: key("keyPepper"), passwordPepper: key("passwordPepper"), codePepper: key("codePepper"), auditKey: key("auditKey") };
}

/** Keeps them, sealed under the new secret. */
export async function saveCarried(tx: Queryable, sealer: Sealer, keys: CarriedKeys): Promise<void> {
  const stored: Stored = {
    keyPepper: keys.keyPepper.toString("base64"), passwordPepper: keys.passwordPepper.toString("base64"),
    codePepper: keys.codePepper.toString("base64"), auditKey: keys.auditKey.toString("base64"),
  };
  await tx.query(
    "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()",
    [KEY, JSON.stringify(sealer.seal(JSON.stringify(stored), AAD).toString("base64"))],
  );
}
