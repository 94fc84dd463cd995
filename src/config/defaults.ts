/**
 * Limits with a name. Each says where its number comes from and, where it is not obvious, what breaks at other values.
 * Settings that an operator may change start from here.
 */

/** Sockets to PostgreSQL of one process, by pool. The embedded server takes 100; two processes use at most half of it. */
export const POOL_MAX = { relay: 10, settlement: 4, web: 10, jobs: 4, cli: 2 } as const;

/** A page or request never waits longer for one statement; jobs and rebuilding reports may. */
export const STATEMENT_TIMEOUT_MS = { app: 5_000, jobs: 60_000 } as const;

/** Connecting to a database on the same network takes a few milliseconds; beyond this it is away. */
export const DB_CONNECT_TIMEOUT_MS = 5_000;

/** Tries of a transaction that PostgreSQL ended because of another one (40001, 40P01). Lock order makes them rare. */
export const TRANSACTION_TRIES = 4;

/** First and longest pause before a lost LISTEN connection is opened again. */
export const LISTEN_RETRY_MS = { first: 200, longest: 5_000 } as const;

/** A silent LISTEN connection is asked this often whether it lives: middleboxes drop idle ones without a word. */
export const LISTEN_PING_MS = 15_000;

/** Mails that failed are looked for this often; new ones are sent at once. */
export const MAIL_ROUND_MS = 15_000;

/** Connections that the embedded PostgreSQL takes. Each costs about 2 MB only when used. */
export const EMBEDDED_MAX_CONNECTIONS = 100;

/** Start of the embedded PostgreSQL, recovery after a crash included; 128 MB of log replay in seconds even on slow disks. */
export const EMBEDDED_START_TIMEOUT_MS = 120_000;

/** Partitions of charges and attempts made ahead of now, in months. */
export const PARTITIONS_AHEAD = 4;

/** argon2id as OWASP recommends it for 19 MiB of memory: about 30 ms a hash. */
export const ARGON2 = { memoryKib: 19_456, passes: 2, parallelism: 1, saltBytes: 16, tagBytes: 32 } as const;

/** Hashes at once and waiting, per process, so that sign-in cannot be used to take all memory: 4 × 19 MiB. */
export const PASSWORD_HASHING = { atOnce: 4, waiting: 64 } as const;

/** A secret below this many bytes of text could be guessed. */
export const SECRET_BYTES_MIN = 32;

/** Seconds that running streams get after SIGTERM. */
export const DRAIN_SECONDS = 30;

export const PORT = 3000;
