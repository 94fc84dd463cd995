import pg from "pg";
import { DB_CONNECT_TIMEOUT_MS, STATEMENT_TIMEOUT_MS } from "#config/defaults.ts";

export type PoolOptions = Readonly<{
  /** Shown by the server as `modelmart:<name>`. */
  name: string;
  max: number;
  statementTimeoutMs?: number;
  /** An idle connection was lost; the pool opens another when it needs one. */
  onError?: (error: Error) => void;
}>;

const { INT8, DATE } = pg.types.builtins;
/** Arrays of int8; pg has no name for it. */
const INT8_ARRAY = 1016;

const parseInt8Array = (text: string): (bigint | null)[] =>
  text === "{}" ? [] : text.slice(1, -1).split(",").map((item) => (item === "NULL" ? null : BigInt(item)));

const parsers = new Map<number, (text: string) => unknown>([
  [INT8, BigInt],
  [INT8_ARRAY, parseInt8Array],
  [DATE, String], // A day has no time zone: a Date would move it.
]);

/**
 * How values are read: int8 as bigint, numeric as string (both would lose digits as number), timestamptz as Date.
 * Given to each pool: pg's own table is shared with Prisma and other libraries.
 */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (format !== "binary" && parsers.get(oid)) || pg.types.getTypeParser(oid, format),
};

/** Startup options that hold for every connection. */
export const SESSION_OPTIONS = "-c TimeZone=UTC -c default_transaction_isolation=read\\ committed";

/** A pool of connections for plain SQL. Times are UTC, isolation READ COMMITTED, statements time out. */
export function createPool(url: string, { name, max, statementTimeoutMs = STATEMENT_TIMEOUT_MS.app, onError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    application_name: `modelmart:${name}`,
    options: SESSION_OPTIONS,
    statement_timeout: statementTimeoutMs,
    connectionTimeoutMillis: DB_CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  // Without listeners a restart of the database would end the process: one for connections in the pool, one for those
  // that are lent out, whose borrower sees his query fail.
  pool.on("error", (error) => onError?.(error));
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    client.query = withOwnPromises(client);
  });
  return pool;
}

type Told = (error: Error | undefined, result: unknown) => void;

/**
 * The client's `query`, with promises made here. The library's own way writes a function in an assignment to a property,
 * which V8 makes an old object at once: each query with all its values would live until the next full collection.
 */
function withOwnPromises(client: pg.ClientBase): pg.ClientBase["query"] {
  const query = client.query.bind(client) as (config: unknown, values: unknown, told?: unknown) => unknown;
  const asked = (config: unknown, values?: unknown, told?: unknown): unknown => {
    if (told !== undefined || typeof values === "function" || isSubmittable(config)) return query(config, values, told);
    return new Promise((resolve, reject) => {
      const answered: Told = (error, result) => {
        if (!error) return resolve(result);
        Error.captureStackTrace(error); // else it leads to the socket alone
        reject(error);
      };
      query(config, values, answered);
    });
  };
  return asked as pg.ClientBase["query"];
}

const isSubmittable = (config: unknown): boolean => typeof (config as { submit?: unknown } | undefined)?.submit === "function";
