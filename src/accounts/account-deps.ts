import type { Passwords } from "#platform/crypto/hash.ts";
import type { Sealer } from "#platform/crypto/seal.ts";
import type { DerivedKeys } from "#platform/crypto/secret.ts";
import type { Clock } from "#platform/clock.ts";
import type { Pool } from "pg";

/** What the flows of accounts run on. */
export type AccountDeps = Readonly<{ pool: Pool; keys: Pick<DerivedKeys, "keyPepper" | "auditKey">; sealer: Sealer; passwords: Passwords; clock: Pick<Clock, "now"> }>;

/** Where a request came from. */
export type From = Readonly<{ ip: string | undefined; userAgent?: string | undefined }>;
